"""How figures, photos and tables look in the lessons, each with a text for screen readers."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from typing import Any

import matplotlib
from IPython.display import Image, Markdown
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from pawsight.types import Pixels

DPI = 96
PAGE = 10.0  # inches from left to right
TITLE = 0.2  # inches that a line of a title takes

matplotlib.rcParams.update(
    {
        "axes.edgecolor": "#888888",
        "axes.spines.right": False,
        "axes.spines.top": False,
        "axes.titlesize": "medium",
        "figure.facecolor": "white",
        "legend.frameon": False,
    }
)


def show(figure: Figure) -> Image:
    """Show a figure of charts; their titles and axes are its text for screen readers."""
    return _image(figure, "png", "; ".join(filter(None, map(_describe, figure.axes))))


def _describe(axes: Axes) -> str:
    return ", ".join(filter(None, (axes.get_title(), axes.get_ylabel(), axes.get_xlabel())))


def show_photos(photos: Iterable[Pixels], titles: Iterable[str], columns: int = 4) -> Image:
    """Show photos in rows.

    Args:
        photos: `(H, W, 3)` uint8 each.
        titles: what stands above each.
        columns: photos in a row.
    """
    pairs = list(zip(photos, titles, strict=True))
    width = min(2.4, PAGE / columns)
    height = max(width * len(photo) / len(photo[0]) + TITLE * (1 + title.count("\n")) for photo, title in pairs)
    rows = -(-len(pairs) // columns)
    figure = Figure(figsize=(width * columns, height * rows), layout="constrained")
    for axes in figure.subplots(rows, columns, squeeze=False).flat:
        axes.axis("off")
    for axes, (photo, title) in zip(figure.axes, pairs, strict=False):  # a last row may be short
        axes.imshow(photo)
        axes.set_title(title, fontsize="small")
    return _image(figure, "jpeg", "; ".join(title.replace("\n", ", ") for _, title in pairs), quality=85)


def _image(figure: Figure, form: str, alt: str, **how: Any) -> Image:
    buffer = io.BytesIO()
    figure.savefig(buffer, format=form, dpi=DPI, pil_kwargs=how)
    return Image(buffer.getvalue(), alt=alt)


def table(header: Sequence[str], rows: Iterable[Sequence[Any]]) -> Markdown:
    """Show a table; columns of numbers are aligned to the right."""
    cells = [[str(cell) for cell in row] for row in rows]
    numeric = [all(cell[:1].isdigit() or cell == "-" for cell in column) for column in zip(*cells, strict=True)]
    lines = [header, ["--:" if right else ":--" for right in numeric], *cells]
    return Markdown("\n".join(f"| {' | '.join(line)} |" for line in lines))
