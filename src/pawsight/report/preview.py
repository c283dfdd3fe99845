"""A page that shows photos as a network is going to see them: as prepared, and in the views of the first epochs."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from jinja2 import Environment, PackageLoader, StrictUndefined

from pawsight.data import Dataset
from pawsight.errors import BadData
from pawsight.recipes import Recipe
from pawsight.report.gallery import embed
from pawsight.storage.atomic import write_file
from pawsight.text import valid_unicode
from pawsight.train.loader import PhotoLoader
from pawsight.train.preflight import training_indices

PHOTOS, EPOCHS = 12, 5
SIDE = 160  # of a small picture, in pixels


@dataclass(frozen=True)
class PreviewRow:
    """One photo: its name and label, and its pictures as `data:` addresses, the prepared one first."""

    name: str
    label: str
    pictures: list[str]


def write_preview(data: Dataset, recipe: Recipe, page: Path) -> None:
    """Write the page: twelve training photos, evenly from all, each in the views of the first five epochs.

    Raises:
        BadData: the page cannot be written.
    """
    indices = np.sort(training_indices(data, recipe))
    chosen = indices[np.unique(np.linspace(0, len(indices) - 1, PHOTOS).astype(int))]
    template = Environment(loader=PackageLoader("pawsight.report", ""), autoescape=True, undefined=StrictUndefined)
    text = template.get_template("preview.html").render(
        recipe=recipe, rows=[_row(data, recipe, int(place)) for place in chosen], epochs=EPOCHS
    )
    try:
        page.parent.mkdir(parents=True, exist_ok=True)
        write_file(page, text.encode())
    except OSError as error:
        raise BadData(f"The preview {page} cannot be written ({error.strerror}).", "Choose another file.") from error


def _row(data: Dataset, recipe: Recipe, place: int) -> PreviewRow:
    row = data.rows[place]
    views = (None, *range(EPOCHS))
    pictures = [_picture(data, recipe, place, epoch) for epoch in views]
    return PreviewRow(valid_unicode(row.path), valid_unicode(row.label), pictures)


def _picture(data: Dataset, recipe: Recipe, place: int, epoch: int | None) -> str:
    """The photo as an epoch shows it; None for as it was prepared."""
    size = recipe.size if epoch is None else recipe.phases[0].size(epoch, recipe.size)
    loader = PhotoLoader(data, training_indices(data, recipe), recipe, epoch, size=size)
    return embed(loader.photo(place), SIDE)
