"""What the notebook needs beside Pawsight: how figures and tables look, and small made-up photos for a quick run."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import matplotlib
import numpy as np
from IPython.display import Image, Markdown
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from msgspec.structs import replace
from PIL import Image as Picture

from pawsight.recipes import Phase, Recipe
from pawsight.types import Pixels

DPI = 96
PAGE = 10.0  # inches from left to right
MADE_UP = {"cat": (200, 90, 50), "dog": (50, 90, 200), "neither": (90, 180, 60)}
MADE_UP_PHOTOS = 60  # of each; from about fifty, every split has some
SMALL = 32

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
    """A figure of charts; their titles and axes are what screen readers say."""
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=DPI)
    return Image(buffer.getvalue(), alt="; ".join(map(_describe, figure.axes)))


def _describe(axes: Axes) -> str:
    return ", ".join(filter(None, (axes.get_title(), axes.get_ylabel(), axes.get_xlabel())))


def show_photos(photos: Iterable[Pixels], titles: Iterable[str], columns: int = 4) -> Image:
    """Photos in rows, each `(H, W, 3)` uint8 with its title above it."""
    pairs = list(zip(photos, titles, strict=True))
    width = min(2.4, PAGE / columns)
    height = max(width * len(photo) / len(photo[0]) + 0.2 * (1 + title.count("\n")) for photo, title in pairs)
    rows = -(-len(pairs) // columns)
    figure = Figure(figsize=(width * columns, height * rows), layout="constrained")
    for axes in figure.subplots(rows, columns, squeeze=False).flat:
        axes.axis("off")
    for axes, (photo, title) in zip(figure.axes, pairs, strict=False):  # a last row may be short
        axes.imshow(photo)
        axes.set_title(title, fontsize="small")
    buffer = io.BytesIO()
    figure.savefig(buffer, format="jpeg", dpi=DPI, pil_kwargs={"quality": 85})
    return Image(buffer.getvalue(), alt="; ".join(title for _, title in pairs))


def table(header: Sequence[str], rows: Iterable[Sequence[Any]]) -> Markdown:
    """A table; columns of numbers stand to the right."""
    cells = [[str(cell) for cell in row] for row in rows]
    numeric = [all(cell[:1].isdigit() or cell == "-" for cell in column) for column in zip(*cells, strict=True)]
    lines = [header, ["--:" if right else ":--" for right in numeric], *cells]
    return Markdown("\n".join(f"| {' | '.join(line)} |" for line in lines))


def make_photos(folder: Path) -> Path:
    """Write a folder per label of made-up photos: mosaics of one colour, no two of them alike."""
    for label, colour in MADE_UP.items():
        (folder / label).mkdir(parents=True, exist_ok=True)
        for number in range(MADE_UP_PHOTOS):
            light = np.random.default_rng((number, *colour)).uniform(0.3, 1.2, (6, 8, 1))
            photo = np.clip(light.repeat(8, axis=0).repeat(8, axis=1) * colour, 0, 255).astype(np.uint8)
            Picture.fromarray(photo).save(folder / label / f"{number}.png")
    return folder


def shrink(recipe: Recipe) -> Recipe:
    """The same recipe made small: it walks the same path in seconds, and learns next to nothing."""
    phases = tuple(Phase(name=one.name, epochs=1, rate=one.rate, learn_from=one.learn_from) for one in recipe.phases)
    return replace(recipe, size=SMALL, photos=0, phases=phases)
