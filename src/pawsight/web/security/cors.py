"""Pages of other sites that may use the API from a browser (Fetch Standard, CORS): none, or those in `cors_origins`.

They get what a program gets: cookies do not count, so that nobody's photos can be corrected or deleted from there.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from flask import Flask, Response, g, request

from pawsight.errors import BadSettings
from pawsight.web.security.hosts import split_host

ANY = "*"
_ORIGIN = re.compile(r"https?://[^/\s]+")
_METHODS = "GET, HEAD, POST, PATCH, DELETE, OPTIONS"
_REQUEST_HEADERS = "Content-Type, Idempotency-Key, X-Request-ID"
_RESPONSE_HEADERS = "Location, Retry-After, X-Request-ID"
_MAX_AGE = "7200"  # seconds; browsers take no more


def origins(text: str) -> frozenset[str]:
    """Parse origins such as `https://app.example.org, http://localhost:3000`.

    Raises:
        BadSettings: one of them is none.
    """
    found = [one.strip().rstrip("/").lower() for one in text.split(",") if one.strip()]
    for one in found:
        if one != ANY and not _ORIGIN.fullmatch(one):
            raise BadSettings(
                f"Setting cors_origins is wrong: {one!r} is no origin.", "Write it like https://app.example.org."
            )
    return frozenset(found)


def is_same_origin(origin: str) -> bool:
    """Return whether an `Origin` header names this server; the scheme may be a proxy's."""
    scheme, _, host = origin.partition("://")
    if not (scheme in ("http", "https") and host):
        return False
    name, port = split_host(host)
    own, own_port = split_host(request.environ.get("HTTP_HOST", ""))
    ports = [one if one not in ("80", "443") else "" for one in (port, own_port)]
    return bool(name) and name == own and ports[0] == ports[1]


def refusal_headers(allowed: frozenset[str], path: str, origin: str) -> dict[str, str]:
    """Return the headers with which a page can read why the API refused it before the app was asked.

    Args:
        allowed: as of `origins`.
        path: of the request, which may begin with that of a proxy.
        origin: its header; empty where there is none.
    """
    return _readable_by(origin) | {"Vary": "Origin"} if _is_listed(origin, allowed) and "/api/" in path else {}


def _is_listed(origin: str, allowed: frozenset[str]) -> bool:
    return bool(origin) and (ANY in allowed or origin.lower() in allowed)


def is_allowed() -> bool:
    """Return whether the current request comes from another site's page that may use the API."""
    return bool(g.get("cross_origin"))


def install(app: Flask, allowed: Iterable[str]) -> None:
    """Let pages of these origins use the API."""
    known = frozenset(allowed)
    if not known:
        return

    @app.before_request
    def judge() -> Response | None:
        origin = request.headers.get("Origin", "")
        is_for_api = request.path.startswith("/api/")
        g.cross_origin = _is_listed(origin, known) and is_for_api and not is_same_origin(origin)
        is_preflight = request.method == "OPTIONS" and "Access-Control-Request-Method" in request.headers
        return Response(status=204) if g.cross_origin and is_preflight else None

    @app.after_request
    def add(response: Response) -> Response:
        if request.path.startswith("/api/"):
            response.vary.add("Origin")
        if is_allowed():
            response.headers.update(_headers())
        return response


def _readable_by(origin: str) -> dict[str, str]:
    return {
        "Access-Control-Allow-Origin": origin,
        "Access-Control-Expose-Headers": _RESPONSE_HEADERS,
        "Cross-Origin-Resource-Policy": "cross-origin",
    }


def _headers() -> dict[str, str]:
    headers = _readable_by(request.headers["Origin"])
    if request.method == "OPTIONS":
        headers |= {
            "Access-Control-Allow-Methods": _METHODS,
            "Access-Control-Allow-Headers": _REQUEST_HEADERS,
            "Access-Control-Max-Age": _MAX_AGE,
        }
    return headers
