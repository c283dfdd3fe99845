"""Pawsight as an app on a phone or desk: its manifest, and a page for when the server cannot be reached."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify, make_response, render_template, url_for

from pawsight.web.language import current
from pawsight.web.language import gettext as _

installing = Blueprint("installing", __name__)

# name of the file, side in pixels, and whether a system may cut it to its own shape; `tools/icons.py` draws them
_ICONS = (("192", 192, "any"), ("512", 512, "any"), ("maskable", 512, "maskable"))
_GROUND = "#f6f3ec"


@installing.get("/manifest.webmanifest")
def manifest() -> Response:
    """Name, icons and colours, as the W3C's Web Application Manifest wants them."""
    response = jsonify(
        id="/",
        name="Pawsight",
        description=_("Show Pawsight a photo: it says what it sees, how sure it is, and where it looked."),
        lang=current().code,
        start_url=url_for("pages.index"),
        scope="/",
        display="standalone",
        background_color=_GROUND,
        theme_color=_GROUND,
        icons=[_mark(), *(_icon(*one) for one in _ICONS)],
    )
    response.mimetype = "application/manifest+json"
    return response


def _mark() -> dict[str, str]:
    return {"src": url_for("static", filename="mark.svg"), "type": "image/svg+xml", "sizes": "any"}


def _icon(name: str, side: int, purpose: str) -> dict[str, str]:
    address = url_for("static", filename=f"icons/{name}.png")
    return {"src": address, "type": "image/png", "sizes": f"{side}x{side}", "purpose": purpose}


@installing.get("/worker.js")
def worker() -> Response:
    """The service worker; it changes when a file changes that it keeps, and then takes those anew."""
    response = make_response(render_template("worker.js"))
    response.mimetype = "text/javascript"
    return response


@installing.get("/offline")
def offline() -> str:
    """What is needed to get an answer, kept by the browser for when the server is gone."""
    return render_template("offline.html")
