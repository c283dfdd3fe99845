"""Reports of browsers about pages that broke their Content-Security-Policy: a sign of a hole, or of an attack."""

from __future__ import annotations

import logging
from typing import Any

import msgspec
from flask import Blueprint, request
from werkzeug.exceptions import BadRequest

from pawsight.web.security.headers import REPORTS
from pawsight.web.state import state

reports = Blueprint("reports", __name__)

_log = logging.getLogger(__name__)
_MOST_BYTES = 10_000
_DIRECTIVES = ("default-src", "script-src", "style-src", "img-src", "connect-src", "form-action", "frame-ancestors")


@reports.post(REPORTS)
def report() -> tuple[str, int]:
    """Log which rule was broken; the rest of a report could be any text, and holds addresses of photos.

    Raises:
        RateLimited: too many came from one client in the last minute.
    """
    request.max_content_length = _MOST_BYTES
    state().limits.reports.take(request.remote_addr or "")
    try:
        sent: Any = msgspec.json.decode(request.get_data(), type=dict[str, Any])["csp-report"]
        broken = str(sent["violated-directive"])
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, KeyError, TypeError) as error:
        raise BadRequest("This is no report as browsers send it.") from error
    known = next((name for name in _DIRECTIVES if broken.startswith(name)), "another rule")
    _log.warning("A page broke its Content-Security-Policy: %s.", known)
    return "", 204
