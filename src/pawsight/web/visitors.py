"""Who brought a photo: a random token in a cookie, so that nobody else corrects or forgets it.

The token is given with the page, before any photo comes. A photo that comes without one (from a program, or a browser
that takes no cookies) belongs to whoever knows its id, which nobody can guess.
"""

from __future__ import annotations

import re
import secrets

from flask import Response, request

from pawsight.archive.entry import Entry
from pawsight.archive.store import Archive
from pawsight.errors import PawsightError

COOKIE = "visitor"
_TOKEN = re.compile(r"[\w-]{43}", re.ASCII)
_YEAR = 365 * 24 * 60 * 60


class NotYours(PawsightError):
    """Somebody wants to change what another visitor brought."""

    code = "not_yours"


def token() -> str:
    """The visitor's token; empty where none came."""
    sent = request.cookies.get(COOKIE, "")
    return sent if _TOKEN.fullmatch(sent) else ""


def greet(response: Response) -> Response:
    """Give the visitor a token along with a page, or the same one for another year.

    Lax, not Strict: who comes over a link from elsewhere would seem to have none, and lose the old one to a new one.
    """
    if request.method == "GET":
        kept = token() or secrets.token_urlsafe(32)
        secure = request.is_secure
        response.set_cookie(COOKIE, kept, max_age=_YEAR, httponly=True, samesite="Lax", secure=secure)
    return response


def check_owner(id: str, archive: Archive) -> Entry:
    """Find an entry for someone who wants to change it.

    Raises:
        EntryNotFound: it is not, or no longer, here.
        NotYours: another visitor brought it.
    """
    entry = archive.get(id)
    if entry.visitor and not entry.belongs_to(token()):
        raise NotYours(
            "Only the visitor who brought this photo can change what is kept of it, and this request is not theirs.",
            "Use the browser that the photo came from.",
        )
    return entry
