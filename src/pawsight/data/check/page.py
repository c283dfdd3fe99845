"""Findings -> one HTML page with pictures that opens anywhere, without a network."""

from __future__ import annotations

import base64
import io
from collections.abc import Callable
from itertools import groupby

from jinja2 import Environment, PackageLoader, StrictUndefined
from PIL import Image

from pawsight import images
from pawsight.data.check.findings import Findings
from pawsight.data.manifest import Dataset, Row

HEIGHT = 120
WIDEST = 240
MOST_SUSPECTS = 200
MOST_GROUPS = 50
MOST_ODD = 24


def write_page(findings: Findings, data: Dataset) -> str:
    """Lay findings out as HTML: the worst `MOST_SUSPECTS` suspects, `MOST_GROUPS` groups of duplicates and `MOST_ODD`
    photos of each odd kind with their pictures, everything else in tables.

    Args:
        findings: what was found.
        data: in what; its pixels become the pictures.
    """
    environment = Environment(
        loader=PackageLoader("pawsight.data.check", "."), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    return environment.get_template("page.html").render(
        found=findings,
        suspects=findings.label_suspects[:MOST_SUSPECTS],
        groups=findings.duplicates[:MOST_GROUPS],
        odd=[(kind, list(photos)) for kind, photos in groupby(findings.odd, key=lambda photo: photo.kind)],
        most_odd=MOST_ODD,
        picture=_pictures(data),
    )


def _pictures(data: Dataset) -> Callable[[str], str]:
    places = {row.path: place for place, row in enumerate(data.rows)}

    def picture(path: str) -> str:
        """A photo as an address that holds the picture itself."""
        place = places[path]
        small = images.resize(data.pixels[place], _size(data.rows[place]))
        buffer = io.BytesIO()
        Image.fromarray(small).save(buffer, "JPEG", quality=75)
        return "data:image/jpeg;base64," + base64.b64encode(buffer.getvalue()).decode()

    return picture


def _size(row: Row) -> tuple[int, int]:
    """Width and height of a photo's picture: in its own ratio, unless that is extreme."""
    return min(WIDEST, max(HEIGHT // 2, round(HEIGHT * row.width / row.height))), HEIGHT
