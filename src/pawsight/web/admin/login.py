"""In and out."""

from __future__ import annotations

import math
import threading

from flask import Blueprint, Response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from pawsight.web.admin import guard, password
from pawsight.web.state import state

login = Blueprint("login", __name__, url_prefix="/admin")

_ONE = threading.Lock()  # one password at a time: each costs 32 MiB and a core
_PATIENCE = 2.0


@login.get("/login")
def form() -> AnyResponse:
    """The form; says so where an earlier login has ended."""
    kept = password.find(state().settings)
    if kept is None:
        return guard.off()
    if guard.token() and guard.sessions().find(guard.token(), password.mark(kept)):
        return redirect(_next(request.args.get("next", "")), 303)
    return guard.take_back(_page(200, ended=bool(guard.token())))


@login.post("/login")
def enter() -> AnyResponse:
    """Look at the password. A login always begins anew, with another token than before."""
    kept = password.find(state().settings)
    if kept is None:
        return guard.off()
    client = request.remote_addr or ""
    wait = guard.tries().begin(client)
    if wait:
        return _too_many(wait)
    if not _ONE.acquire(timeout=_PATIENCE):
        return _too_many(_PATIENCE)
    try:
        right = password.matches(request.form.get("password", ""), kept)
    finally:
        _ONE.release()
    return _welcome(kept, client) if right else _page(403, wrong=True, left=guard.tries().left(client))


def _welcome(kept: str, client: str) -> AnyResponse:
    guard.tries().clear(client)
    guard.sessions().end(guard.token())
    target = redirect(_next(request.form.get("next", "")), 303)
    return guard.hand_out(target, guard.sessions().start(password.mark(kept)))


def leave() -> AnyResponse:
    """Log out; the token is good for nothing any more."""
    guard.sessions().end(guard.token())
    return guard.take_back(redirect(url_for("login.form", out=1), 303))


def _page(status: int, **said: object) -> Response:
    wanted = request.values.get("next", "")
    page = render_template("admin/login.html", next=wanted, out="out" in request.args, **said)
    return Response(page, status, mimetype="text/html")


def _too_many(wait: float) -> Response:
    response = _page(429, wait=math.ceil(wait / 60))
    response.headers["Retry-After"] = str(math.ceil(wait))
    return response


def _next(wanted: str) -> str:
    """Where to go after the login: a page of ours, or the first one."""
    ours = (
        wanted.startswith("/admin/") and "\\" not in wanted and wanted.isprintable()
    )  # a line's end would be a header
    return wanted if ours else url_for("admin.overview.index")
