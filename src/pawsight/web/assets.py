"""Style sheets, scripts and icons: sent small, and only once.

An address carries the first digits of its file's SHA-256, so that browsers may keep the file for ever and still see
every change. Scripts import each other by relative names, so all of them share one folder whose name has the digits of
them all. Texts are compressed with gzip, which Python has; Bootstrap's style sheet shrinks from 232 kB to 31 kB.
"""

from __future__ import annotations

import gzip
import hashlib
import os
import re
from functools import lru_cache
from pathlib import Path
from typing import Any

from flask import Blueprint, Flask, Response, current_app, g, request, send_from_directory

from pawsight.web import scripts

_FOR_EVER = "public, max-age=31536000, immutable"
_TEXTS = (
    *("text/", "application/json", "application/manifest+json", "image/svg+xml"),
    *("application/wasm", "application/javascript"),
)
_LEAST = 1000  # bytes; smaller answers fit into one packet anyway
_FILES = 128
_ONE_RANGE = re.compile(r"bytes=\s*(?:\d+-\d*|-\d+)\s*", re.ASCII | re.IGNORECASE)
_COMMENTS = re.compile(rb"^[ \t]*(?://.*|/\*\*[\s\S]*?\*/)[ \t]*\n", re.MULTILINE)  # those that fill lines


class _Versioned(Blueprint):
    """A folder of files whose address holds the version of all of them."""

    def send_static_file(self, filename: str, v: str = "") -> Response:
        return send_from_directory(scripts.file(filename).parent, filename)


modules = _Versioned("modules", __name__, static_folder=scripts.MODULES, static_url_path="/modules/<v>")


def install(app: Flask) -> None:
    """Give static files their addresses, let browsers keep them, and compress what is text."""
    app.register_blueprint(modules)
    app.before_request(_ignore_other_ranges)
    app.url_defaults(_add_version)
    app.after_request(_keep)
    app.after_request(_compress)
    app.jinja_env.globals.update(imported_modules=scripts.imported_modules)


def _add_version(endpoint: str, values: dict[str, Any]) -> None:
    if (path := _path(endpoint, values)) is not None:
        values.setdefault("v", _version(path))


def _path(endpoint: str | None, values: dict[str, Any] | None) -> Path | None:
    """The file that a static route stands for; None for other routes and files that are not there."""
    if not endpoint or not values or "filename" not in values:
        return None
    blueprint, _, name = endpoint.rpartition(".")
    owner = current_app.blueprints.get(blueprint) if blueprint else current_app
    if name != "static" or owner is None or owner.static_folder is None:
        return None
    path = scripts.file(values["filename"]) if owner is modules else Path(owner.static_folder, values["filename"])
    return path if os.path.isfile(path) else None  # `Path.is_file` raises for a name that is too long


def _version(path: Path) -> str:
    if path.parent in (scripts.MODULES, scripts.BUNDLES):
        return scripts.version()
    return _digest(path, path.stat().st_mtime_ns)


@lru_cache(_FILES)
def _digest(path: Path, changed: int) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:12]


@lru_cache(_FILES)
def _packed(path: Path, changed: int) -> bytes:
    data = path.read_bytes()
    return gzip.compress(_COMMENTS.sub(b"", data) if path.suffix == ".js" else data, 9, mtime=0)


def _keep(response: Response) -> Response:
    path = _path(request.endpoint, request.view_args)
    asked = request.args.get("v") or (request.view_args or {}).get("v")
    if path and response.status_code in (200, 304) and asked == _version(path):
        response.headers["Cache-Control"] = _FOR_EVER
    return response


def _ignore_other_ranges() -> None:
    """Send the whole file where not one range of bytes is asked for (RFC 9110, 14.2); Werkzeug would refuse that."""
    wanted = request.environ.get("HTTP_RANGE")
    if wanted is not None and not _ONE_RANGE.fullmatch(wanted):
        request.environ.pop("HTTP_RANGE")


def _compress(response: Response) -> Response:
    """Pack a text for who takes it; not where somebody is logged in, for lengths tell of what is inside (BREACH)."""
    text = (response.mimetype or "").startswith(_TEXTS)
    if not text or request.method not in ("GET", "HEAD") or response.status_code != 200 or "admin" in g:
        return response
    response.vary.add("Accept-Encoding")
    if request.accept_encodings["gzip"] <= 0 or (response.content_length or _LEAST) < _LEAST:
        return response
    path = _path(request.endpoint, request.view_args)
    packed = _packed(path, path.stat().st_mtime_ns) if path else gzip.compress(response.get_data(), 6, mtime=0)
    response.close()
    response.direct_passthrough = False
    response.set_data(packed)
    response.content_encoding = "gzip"
    if etag := response.get_etag()[0]:
        response.set_etag(etag, weak=True)  # the same content in other bytes
    return response
