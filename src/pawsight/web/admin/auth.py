"""Authentication for the admin pages: who may see them, and whose forms are accepted."""

from __future__ import annotations

import secrets
from typing import Any

from flask import Blueprint, Response, g, redirect, render_template, request, url_for
from markupsafe import Markup, escape
from werkzeug.wrappers import Response as AnyResponse

from pawsight.web.admin import password
from pawsight.web.admin.sessions import LoginSession, LoginSessions
from pawsight.web.security.visitor_cookie import cookie_name, cookie_path
from pawsight.web.state import state
from pawsight.web.ui.i18n import gettext as _

COOKIE = "pawsight-admin"
FIELD = "csrf"
_READS = {"GET", "HEAD", "OPTIONS"}


def sessions() -> LoginSessions:
    """Return the admin sessions of this server."""
    return LoginSessions(state().settings.admin_folder / "sessions")


def tokens() -> list[str]:
    """The tokens that the browser sent; a cookie of one name may come several times."""
    return request.cookies.getlist(cookie_name(COOKIE))


def find_session(password_hash: str) -> LoginSession | None:
    """The session of the current request, if it has one that lasts."""
    mark = password.mark(password_hash)
    return next((found for token in tokens() if (found := sessions().find(token, mark))), None)


def end_sessions() -> None:
    """End all sessions whose tokens the browser sent."""
    for token in tokens():
        sessions().end(token)


def set_session_cookie(response: AnyResponse, token: str) -> AnyResponse:
    """Give the browser its token, until it is closed."""
    response.set_cookie(cookie_name(COOKIE), token, **_cookie_options())
    return response


def clear_session_cookie(response: AnyResponse) -> AnyResponse:
    """Have the browser drop its token."""
    response.delete_cookie(cookie_name(COOKIE), **_cookie_options())
    return response


def _cookie_options() -> dict[str, Any]:
    return {"secure": request.is_secure, "httponly": True, "samesite": "Strict", "path": cookie_path()}


def require_login() -> AnyResponse | None:
    """Let a request for an admin page pass if its sender is logged in, and its form is of the same session."""
    kept = password.find(state().settings)
    if kept is None:
        return off()
    session = find_session(kept)
    if session is None:
        wanted = request.root_path + request.full_path.rstrip("?") if request.method in ("GET", "HEAD") else None
        return redirect(url_for("login.form", next=wanted), 303)
    g.admin = session
    if request.method not in _READS and not _is_ours(session):
        return error_page(
            _("This form is too old"), _("It belongs to an earlier login. Go back, reload the page, and try again.")
        )
    return None


def _is_ours(session: LoginSession) -> bool:
    return secrets.compare_digest(request.form.get(FIELD, "").encode(), session.csrf.encode())


def off() -> Response:
    """Return the page that is shown while no password is set."""
    return Response(render_template("admin/off.html"), 404, mimetype="text/html")


def error_page(title: str, detail: str, status: int = 403) -> Response:
    """A page that says what could not be done."""
    return Response(render_template("admin/says.html", title=title, detail=detail), status, mimetype="text/html")


def csrf() -> Markup:
    """The hidden field of every admin form."""
    return Markup(f'<input type="hidden" name="{FIELD}" value="{escape(g.admin.csrf)}">')  # noqa: S704  # escaped


def common() -> dict[str, Any]:
    """Return what every page may show: whether there are admin pages, and whether this visitor is logged in."""
    return {"admin_is_on": password.is_set(state().settings), "csrf": csrf, "admin": g.get("admin")}


def install(blueprint: Blueprint) -> None:
    """Require a login for all routes of a blueprint, and tell templates who is logged in."""
    blueprint.before_request(require_login)
    blueprint.app_context_processor(common)
