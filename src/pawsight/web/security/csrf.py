"""Refuse writes that another site has a visitor's browser send (OWASP: Fetch Metadata, with Origin as fallback).

Browsers say where a request comes from; programs say nothing, and carry nobody's cookies.
"""

from __future__ import annotations

from flask import Flask, request

from pawsight.errors import PawsightError
from pawsight.web.security import cors

_READS = ("GET", "HEAD", "OPTIONS")
_OURS = ("same-origin", "none")  # none: typed into the address bar, or sent by the browser itself


class CrossSite(PawsightError):
    """A page of another site tries to change something here."""

    code = "cross_site"
    remedy = "Send the request from this server's own pages, or from a program without a browser."


def install(app: Flask) -> None:
    """Check where each request comes from that changes something."""
    app.before_request(check)


def check() -> None:
    """Let the current request pass.

    Raises:
        CrossSite: it changes something, and comes from a page of another site.
    """
    if request.method not in _READS and not (cors.is_allowed() or _is_same_site()):
        raise CrossSite(
            "This request comes from a page of another site, which may change nothing here.",
            "Open this server's own page and try again.",
        )


def _is_same_site() -> bool:
    site, origin = request.headers.get("Sec-Fetch-Site"), request.headers.get("Origin")
    if site is not None:
        return site in _OURS
    return origin is None or cors.is_same_origin(origin)
