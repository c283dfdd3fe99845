"""What the server writes down: lines that one request's id holds together, and never what a photo or visitor gave away.

A request's line names its route, not its address (addresses hold ids, and anyone who knows an id can see its photo),
and neither query, file names nor, unless `log_addresses` is set, where it came from.
"""

from __future__ import annotations

import logging
import re
import secrets
import sys
import time
from datetime import UTC, datetime
from typing import Any

import msgspec
from flask import Flask, Response, g, has_request_context, request

from pawsight.settings import Settings

HEADER = "X-Request-ID"
_log = logging.getLogger(__name__)
_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
_METHODS = ("GET", "HEAD", "POST", "PATCH", "DELETE", "OPTIONS")


class Json(logging.Formatter):
    """One JSON object a line."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            "request": request_id(),
            **getattr(record, "fields", {}),
        }
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return msgspec.json.encode({name: value for name, value in line.items() if value is not None}).decode()


class Text(logging.Formatter):
    """One line for people."""

    def format(self, record: logging.LogRecord) -> str:
        at = datetime.fromtimestamp(record.created).astimezone().isoformat(" ", "seconds")
        fields = [f"{name}={value}" for name, value in getattr(record, "fields", {}).items() if value is not None]
        held = [f"request={request_id()}"] if request_id() else []
        line = " ".join([at, record.levelname, record.getMessage(), *fields, *held])
        return f"{line}\n{self.formatException(record.exc_info)}" if record.exc_info else line


def set_up(settings: Settings) -> None:
    """Send what this process logs to standard error, as the settings want it."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(Json() if settings.log_format == "json" else Text())
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)
    wanted = settings.log_format == "json" if settings.log_requests is None else settings.log_requests
    _log.setLevel(logging.INFO if wanted else logging.WARNING)


def request_id() -> str | None:
    """The id of the current request; None between requests."""
    return g.get("request_id") if has_request_context() else None


def install(app: Flask, settings: Settings) -> None:
    """Give every request an id, send it back in `X-Request-ID`, and write a line when it is answered."""

    @app.before_request
    def begin() -> None:
        given = request.headers.get(HEADER, "")  # a proxy's, so that its log and ours name a request alike
        g.request_id = given if _ID.fullmatch(given) else secrets.token_hex(8)
        g.began = time.perf_counter()

    @app.after_request
    def end(response: Response) -> Response:
        response.headers[HEADER] = g.request_id
        if _log.isEnabledFor(logging.INFO):
            _log.info("answered", extra={"fields": _fields(response, settings.log_addresses)})
        return response


def _fields(response: Response, addresses: bool) -> dict[str, Any]:
    return {
        "method": method(),
        "route": route(),
        "status": response.status_code,
        "milliseconds": round(seconds() * 1000, 1),
        "code": g.get("code"),
        "address": request.remote_addr if addresses else None,
    }


def method() -> str:
    """The current request's method; `other` for one that nobody knows, which could be any text."""
    return request.method if request.method in _METHODS else "other"


def route() -> str:
    """Return the route of the current request; `none` where no route matches."""
    return request.url_rule.rule if request.url_rule else "none"


def seconds() -> float:
    """Since the current request began."""
    return float(time.perf_counter() - g.began)
