"""Whose a photo is: a random token in a cookie, so that nobody else corrects or deletes it.

The token is set with a page, before any photo is uploaded. A photo that comes without one (from a program, or a browser
that takes no cookies) belongs to anyone who knows its id, which nobody can guess.

A token counts only if this server made it: it is signed with a key that all servers of an archive share, or, like those
of earlier versions, known from photos that are older than the key. A cookie holds the tokens of several servers where
these share a host name, as servers on several ports of one machine do; each server finds its own.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import secrets

from flask import Response, g, request

from pawsight.archive.entry import ArchiveEntry
from pawsight.archive.store import Archive
from pawsight.errors import PawsightError
from pawsight.web.security import cors
from pawsight.web.state import state

COOKIE = "visitor"
_VALUE = re.compile(r"([\w-]{43})(?:\.([\w-]{43}))?", re.ASCII)
_BETWEEN, _MOST = "~", 4  # tokens in one cookie
_YEAR = 365 * 24 * 60 * 60


class NotYours(PawsightError):
    """Somebody tries to change another visitor's photo."""

    code = "not_yours"
    remedy = "Use the browser that uploaded the photo, or the admin pages."


def cookie_name(base: str) -> str:
    """Over https, a name that browsers let only this very host set (RFC 6265bis, 4.1.3), one for each path."""
    path = request.root_path.rstrip("/").replace("/", "-")
    return f"__Host-{base}{path}" if request.is_secure else base


def cookie_path() -> str:
    """The path that goes with `cookie_name`: such a name demands the root."""
    return "/" if request.is_secure else f"{request.root_path.rstrip('/')}/"


def sign(token: str, key: bytes) -> str:
    """Return a token with the proof that the owner of a key made it."""
    mark = hmac.digest(key, token.encode(), hashlib.sha256)
    return f"{token}.{base64.urlsafe_b64encode(mark).decode().rstrip('=')}"


def visitor_token() -> str:
    """Return the visitor's token; empty where none of this server came.

    Raises:
        ArchiveUnavailable, BadArchive: there is one that only the archive can tell, and the archive does not answer.
    """
    if cors.is_allowed():
        return ""
    if "visitor" not in g:
        g.visitor = next(
            (token for token in map(_own, _sent(*dict.fromkeys((cookie_name(COOKIE), COOKIE)))) if token), ""
        )
    found: str = g.visitor
    return found


def _sent(*names: str) -> list[str]:
    """Return all tokens that came under these names, also in several cookies of one name."""
    values = [value for name in names for value in request.cookies.getlist(name)]
    return [one for value in values for one in value.split(_BETWEEN) if _VALUE.fullmatch(one)]


def _own(value: str) -> str:
    """The token of a cookie's value, if this server made it; else empty."""
    token, _, mark = value.partition(".")
    archive = state().archive
    # Over https only the protected name counts: another name could be set by a site on a sibling domain.
    is_protected = not request.is_secure or value in _sent(cookie_name(COOKIE))
    if mark and is_protected and hmac.compare_digest(value, sign(token, archive.visitor_key)):
        return token
    return token if archive.knew_visitor(token) else ""


def set_visitor_cookie(response: Response) -> Response:
    """Give the visitor a token along with a page, or the same one for another year.

    Lax, not Strict: a visitor who follows a link from another site would seem to have none, and lose the old one.
    """
    if request.method != "GET" or response.status_code >= 400:
        return response
    try:
        own = sign(visitor_token() or secrets.token_urlsafe(32), state().archive.visitor_key)
    except PawsightError:  # the archive does not answer: what cannot be read now is not replaced
        return response
    sent = dict.fromkeys(_sent(cookie_name(COOKIE)))
    others = [one for one in sent if "." in one and not one.startswith(own.partition(".")[0])]
    value = _BETWEEN.join([own, *others[: _MOST - 1]])
    response.set_cookie(
        cookie_name(COOKIE),
        value,
        max_age=_YEAR,
        path=cookie_path(),
        httponly=True,
        samesite="Lax",
        secure=request.is_secure,
    )
    return response


def check_owner(id: str, archive: Archive) -> ArchiveEntry:
    """Find an entry for a visitor who wants to change it.

    Raises:
        EntryNotFound: it does not exist, or no longer.
        NotYours: it is another visitor's.
    """
    entry = archive.get(id)
    if entry.visitor and not entry.belongs_to(visitor_token()):
        raise NotYours(
            "Only the visitor who uploaded this photo can change it, and this request is not theirs.",
            "Use the browser that the photo was uploaded with.",
        )
    return entry
