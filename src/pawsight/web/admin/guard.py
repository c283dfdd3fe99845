"""The door: who may see the admin pages, and whose forms are taken."""

from __future__ import annotations

import secrets
from typing import Any

from flask import Blueprint, Response, g, redirect, render_template, request, url_for
from markupsafe import Markup, escape
from werkzeug.wrappers import Response as AnyResponse

from pawsight.web.admin import password
from pawsight.web.admin.sessions import Session, Sessions
from pawsight.web.admin.tries import Tries
from pawsight.web.language import gettext as _
from pawsight.web.state import state

COOKIE = "pawsight-admin"
FIELD = "csrf"
_READS = {"GET", "HEAD", "OPTIONS"}


def sessions() -> Sessions:
    """Who is logged in at this server."""
    return Sessions(state().settings.admin_folder / "sessions")


def tries() -> Tries:
    """Who was wrong about the password at this server."""
    return Tries(state().settings.admin_folder / "tries")


def cookie_name() -> str:
    """Over https a name that browsers let only this very host set."""
    return f"__Host-{COOKIE}" if request.is_secure else COOKIE


def token() -> str:
    """What the browser holds; empty where it holds nothing."""
    return request.cookies.get(cookie_name(), "")


def hand_out(response: AnyResponse, token: str) -> AnyResponse:
    """Give the browser its token, until it is closed."""
    response.set_cookie(cookie_name(), token, secure=request.is_secure, httponly=True, samesite="Strict", path="/")
    return response


def take_back(response: AnyResponse) -> AnyResponse:
    """Have the browser drop its token."""
    response.delete_cookie(cookie_name(), secure=request.is_secure, httponly=True, samesite="Strict", path="/")
    return response


def let_in() -> AnyResponse | None:
    """Stands before every admin page: lets those in who are logged in, and only their own forms."""
    kept = password.find(state().settings)
    if kept is None:
        return off()
    session = sessions().find(token(), password.mark(kept))
    if session is None:
        wanted = request.full_path.rstrip("?") if request.method == "GET" else None
        return redirect(url_for("login.form", next=wanted), 303)
    g.admin = session
    if request.method not in _READS and not _is_ours(session):
        return refusal(
            _("This form is too old"), _("It belongs to an earlier login. Go back, load the page anew, and try again.")
        )
    return None


def _is_ours(session: Session) -> bool:
    return secrets.compare_digest(request.form.get(FIELD, "").encode(), session.csrf.encode())


def off() -> Response:
    """What stands here while no password is set."""
    return Response(render_template("admin/off.html"), 404, mimetype="text/html")


def refusal(title: str, detail: str, status: int = 403) -> Response:
    """A page that says what could not be done."""
    return Response(render_template("admin/says.html", title=title, detail=detail), status, mimetype="text/html")


def csrf() -> Markup:
    """The hidden field of every admin form."""
    return Markup(f'<input type="hidden" name="{FIELD}" value="{escape(g.admin.csrf)}">')  # noqa: S704  # escaped


def common() -> dict[str, Any]:
    """What every page may show: whether there are admin pages, and who is behind the door."""
    return {"admin_is_on": password.is_set(state().settings), "csrf": csrf, "admin": g.get("admin")}


def install(blueprint: Blueprint) -> None:
    """Stand before a blueprint, and teach templates about the door."""
    blueprint.before_request(let_in)
    blueprint.app_context_processor(common)
