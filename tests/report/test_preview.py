"""The preview shows what the network sees, to the pixel."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from pawsight.data import Dataset
from pawsight.errors import BadData
from pawsight.recipes import Augment, find

pytest.importorskip("keras", reason="needs the extra train")
from pawsight.report.gallery import embed
from pawsight.report.preview import EPOCHS, PHOTOS, SIDE, write_preview
from pawsight.train.loader import PhotoLoader
from pawsight.train.preflight import training_indices


def test_photos_as_prepared_and_as_changed(coloured: Dataset, tmp_path: Path) -> None:
    recipe = msgspec.structs.replace(
        find("scratch-small"), size=coloured.size, photos=0, augment=Augment(crop=0.5, flip=True, brightness=0.3)
    )
    write_preview(coloured, recipe, tmp_path / "sheets" / "preview.html")
    text = (tmp_path / "sheets" / "preview.html").read_text()
    indices = training_indices(coloured, recipe)
    assert text.count("data:image/jpeg") == min(PHOTOS, len(indices)) * (1 + EPOCHS)
    loader = PhotoLoader(coloured, indices, recipe, 2)
    shown = [place for place in indices if embed(loader.photo(int(place)), SIDE) in text]
    assert len(shown) >= min(PHOTOS, len(indices))
    assert "://" not in text


def test_a_page_that_cannot_be_written(coloured: Dataset, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(BadData, match="cannot be written"):
        write_preview(
            coloured, msgspec.structs.replace(find("scratch-small"), size=coloured.size), tmp_path / "file" / "x"
        )
