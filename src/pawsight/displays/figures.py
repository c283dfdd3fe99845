"""Empty figures, and finished ones as SVG for a page that is light or dark."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from typing import Any

import matplotlib
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure

COLOURS = ("#0b7a75", "#d1495b", "#edae49", "#30638e", "#6d597a")
# From see-through to green: where there is nothing, the ground shows, be it light or dark.
SHADES = LinearSegmentedColormap.from_list(
    "shades", [(*matplotlib.colors.to_rgb(COLOURS[0]), alpha) for alpha in (0, 1)]
)
HEIGHT = 4.0

_INK = "#010203"  # stands for the page's own colour of text until the SVG is written
_INKED = ("text.color", "axes.labelcolor", "axes.edgecolor", "xtick.color", "ytick.color", "legend.edgecolor")
_STYLE: dict[Any, Any] = dict.fromkeys(_INKED, _INK) | {
    "svg.fonttype": "none",
    "font.size": 12,  # on a phone the figure is shown at four fifths of its size
    "axes.spines.top": False,
    "axes.spines.right": False,
    "legend.framealpha": 0,
}


def new_figure(columns: int = 1, rows: int = 1, height: float = HEIGHT) -> tuple[Figure, list[Axes]]:
    """An empty figure with so many drawings, row by row, each 5 x `height` inches."""
    figure = Figure(figsize=(5 * columns, height * rows), layout="constrained")
    return figure, list(figure.subplots(rows, columns, squeeze=False).flat)


def to_svg(name: str, title: str, plot: Callable[..., object], rows: int = 1, height: float = HEIGHT) -> str:
    """Draw a figure to stand inside an HTML page.

    Its ground is see-through, text and lines have the page's colour of text (`currentColor`), and the series have the
    page's colours `--series-0`, `--series-1`, ..., where it defines them.

    Args:
        name: unique on the page; the SVG's ids start with it.
        title: what screen readers say.
        plot: is called with one pair of axes a row.

    Returns:
        One `<svg>` element.
    """
    buffer = io.StringIO()
    with matplotlib.rc_context(_STYLE):
        figure, axes = new_figure(rows=rows, height=height)
        plot(*axes)
        figure.savefig(
            buffer, format="svg", transparent=True, metadata=dict.fromkeys(("Creator", "Date", "Format", "Type"))
        )
    return _embed(buffer.getvalue(), name, title)


def _embed(svg: str, name: str, title: str) -> str:
    svg = svg[svg.index("<svg") :].rstrip().replace(_INK, "currentColor")
    for number, colour in enumerate(COLOURS):
        svg = svg.replace(colour, f"var(--series-{number}, {colour})")
    svg = re.sub(r'(\bid="|url\(#|href="#)', rf"\g<1>{name}-", svg)
    label = title.replace("&", "&amp;").replace("<", "&lt;").replace('"', "&quot;")
    return svg.replace("<svg ", f'<svg role="img" aria-label="{label}" ', 1)
