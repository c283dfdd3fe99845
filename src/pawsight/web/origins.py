"""Writes that another site has a visitor's browser send are refused (OWASP: Fetch Metadata, with Origin as fallback).

Browsers say where a request comes from; programs say nothing, and carry nobody's cookies.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import Flask, request

from pawsight.errors import PawsightError

_READS = ("GET", "HEAD", "OPTIONS")
_OURS = ("same-origin", "none")  # none: typed into the address bar, or sent by the browser itself


class CrossSite(PawsightError):
    """A page of another site wants to change something here."""

    code = "cross_site"


def install(app: Flask) -> None:
    """Ask of every request that changes something where it comes from."""
    app.before_request(check)


def check() -> None:
    """Let the current request pass.

    Raises:
        CrossSite: it changes something, and comes from a page of another site.
    """
    if request.method not in _READS and not _from_here():
        raise CrossSite(
            "Expected a request from a page of this server, or from a program, but it comes from another site.",
            "Open this server's own page and try again.",
        )


def _from_here() -> bool:
    site, origin = request.headers.get("Sec-Fetch-Site"), request.headers.get("Origin")
    if site is not None:
        return site in _OURS
    return origin is None or urlsplit(origin).netloc == request.host
