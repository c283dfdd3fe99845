"""Pawsight as an installed app: its manifest with share target, and a page for when the server cannot be reached."""

from __future__ import annotations

import hashlib
from typing import Any

from flask import Blueprint, Response, jsonify, make_response, render_template, url_for

from pawsight import __version__
from pawsight.web.ui.i18n import current
from pawsight.web.ui.i18n import gettext as _
from pawsight.web.uploads import FIELD

installing = Blueprint("installing", __name__)

# name of the file, side in pixels, and whether a system may cut it to its own shape; `tools/icons.py` draws them
_ICONS = (("192", 192, "any"), ("512", 512, "any"), ("maskable", 512, "maskable"))
_GROUND = "#f6f3ec"


@installing.get("/manifest.webmanifest")
def manifest() -> Response:
    """Return name, icons, colors and share target (W3C Web Application Manifest)."""
    response = jsonify(
        id=url_for("pages.index"),
        name="Pawsight",
        description=_("Show Pawsight a photo: it says what it sees, how sure it is, and where it looked."),
        lang=current().code,
        start_url=url_for("pages.index"),
        scope=url_for("pages.index"),
        display="standalone",
        background_color=_GROUND,
        theme_color=_GROUND,
        icons=[_mark(), *(_icon(*one) for one in _ICONS)],
        share_target=_share_target(),
    )
    response.mimetype = "application/manifest+json"
    return response


def _share_target() -> dict[str, Any]:
    """Describe how a phone's share sheet sends photos to the installed app (W3C Web Share Target): as the form does."""
    files = [{"name": FIELD, "accept": ["image/*", ".jpg", ".jpeg", ".png", ".webp"]}]
    return {
        "action": url_for("pages.predict"),
        "method": "POST",
        "enctype": "multipart/form-data",
        "params": {"files": files},
    }


def _mark() -> dict[str, str]:
    return {"src": url_for("static", filename="mark.svg"), "type": "image/svg+xml", "sizes": "any"}


def _icon(name: str, side: int, purpose: str) -> dict[str, str]:
    address = url_for("static", filename=f"icons/{name}.png")
    return {"src": address, "type": "image/png", "sizes": f"{side}x{side}", "purpose": purpose}


@installing.get("/worker.js")
def worker() -> Response:
    """The service worker; its version changes with the page and files that it keeps, and replaces them."""
    files = render_template("worker.js", version="")
    kept = f"{__version__} {files} {offline()}"
    version = hashlib.sha256(kept.encode()).hexdigest()[:12]
    response = make_response(render_template("worker.js", version=f"{__version__}-{version}"))
    response.mimetype = "text/javascript"
    return response


@installing.get("/offline")
def offline() -> str:
    """Show what to do when the server cannot be reached; the service worker caches this page."""
    return render_template("offline.html")
