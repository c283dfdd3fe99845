"""Log in and out."""

from __future__ import annotations

import math
import threading

from flask import Blueprint, Response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from pawsight.web.admin import auth, password
from pawsight.web.security.rate_limit import RateLimited
from pawsight.web.state import state

login = Blueprint("login", __name__, url_prefix="/admin")

_ONE = threading.Lock()  # one password at a time: each costs 32 MiB and a core
_PATIENCE = 2.0


@login.get("/login")
def form() -> AnyResponse:
    """The form; says so where an earlier session has ended."""
    kept = password.find(state().settings)
    if kept is None:
        return auth.off()
    if auth.find_session(kept):
        return redirect(_next(request.args.get("next", "")), 303)
    return auth.clear_session_cookie(_page(200, ended=bool(auth.tokens())))


@login.post("/login")
def enter() -> AnyResponse:
    """Check the password. A login always starts a new session with a new token."""
    kept = password.find(state().settings)
    if kept is None:
        return auth.off()
    client, tries = request.remote_addr or "", state().limits.logins
    try:
        tries.take(client)  # before the password is looked at, so that many tries at once are no way around
    except RateLimited as limited:
        return _too_many(limited.seconds)
    if not _ONE.acquire(timeout=_PATIENCE):
        return _too_many(_PATIENCE)
    try:
        right = password.matches(request.form.get("password", ""), kept)
    finally:
        _ONE.release()
    if not right:
        return _page(403, wrong=True, left=tries.left(client))
    tries.clear(client)
    return _welcome(kept)


def _welcome(kept: str) -> AnyResponse:
    auth.end_sessions()
    target = redirect(_next(request.form.get("next", "")), 303)
    return auth.set_session_cookie(target, auth.sessions().start(password.mark(kept)))


def leave() -> AnyResponse:
    """Log out; the browser's tokens are worthless from now on."""
    auth.end_sessions()
    return auth.clear_session_cookie(redirect(url_for("login.form", out=1), 303))


def _page(status: int, **context: object) -> Response:
    wanted = request.values.get("next", "")
    page = render_template("admin/login.html", next=wanted, out="out" in request.args, **context)
    return Response(page, status, mimetype="text/html")


def _too_many(wait: float) -> Response:
    response = _page(429, wait=math.ceil(wait / 60))
    response.headers["Retry-After"] = str(math.ceil(wait))
    return response


def _next(wanted: str) -> str:
    """Return where to go after the login: a page of ours, or the first one."""
    # A line's end would be a header.
    ours = wanted.startswith(f"{request.root_path}/admin/") and "\\" not in wanted and wanted.isprintable()
    return wanted if ours else url_for("admin.overview.index")
