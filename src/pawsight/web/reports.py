"""Where browsers say that a page tried what its Content-Security-Policy forbids: a sign of a hole, or of an attack."""

from __future__ import annotations

import logging
from typing import Any

import msgspec
from flask import Blueprint, request
from werkzeug.exceptions import BadRequest

reports = Blueprint("reports", __name__)

_log = logging.getLogger(__name__)
_MOST_BYTES = 10_000
_DIRECTIVES = ("default-src", "script-src", "style-src", "img-src", "connect-src", "form-action", "frame-ancestors")


@reports.post("/csp-reports")
def report() -> tuple[str, int]:
    """Log which rule was broken; the rest of a report could be any text, and holds addresses of photos."""
    request.max_content_length = _MOST_BYTES
    try:
        sent: Any = msgspec.json.decode(request.get_data(), type=dict[str, Any])["csp-report"]
        broken = str(sent["violated-directive"])
    except (msgspec.DecodeError, KeyError, TypeError) as error:
        raise BadRequest("Expected a report as browsers send it.") from error
    known = next((name for name in _DIRECTIVES if broken.startswith(name)), "another rule")
    _log.warning("A page broke its Content-Security-Policy: %s.", known)
    return "", 204
