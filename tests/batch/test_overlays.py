from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pawsight import images
from pawsight.batch.overlays import Overlays, overlay_name
from pawsight.batch.run import classify
from pawsight.classifier import Classifier
from pawsight.errors import StorageFull


def test_one_picture_for_each_photo(classifier: Classifier, photos: Path, tmp_path: Path) -> None:
    paths = sorted(map(str, photos.iterdir()))
    folder = tmp_path / "maps"
    folder.mkdir()
    assert all(one.prediction for one in classify(classifier, paths * 2, 3, Overlays(folder, classifier.card)))
    assert sorted(path.name for path in folder.iterdir()) == sorted(map(overlay_name, paths))
    assert images.decode((folder / overlay_name(paths[0])).read_bytes()).shape == (48, 64, 3)


def test_the_picture_is_warm_where_the_label_is(classifier: Classifier, picture: Any, tmp_path: Path) -> None:
    pixels = np.full((64, 64, 3), (40, 200, 40), np.uint8)
    pixels[:, :32] = (255, 0, 0)
    (prediction,) = classifier.predict([pixels])
    Overlays(tmp_path, classifier.card)("red-left.jpg", pixels, prediction)
    laid = images.decode((tmp_path / overlay_name("red-left.jpg")).read_bytes())
    assert prediction.label == "cat"
    assert (laid[:, :16] != pixels[:, :16]).any(axis=2).all()
    assert (laid[:, -16:] == pixels[:, -16:]).all()


def test_names_tell_photos_of_one_name_apart(monkeypatch: Any, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    names = [overlay_name(path) for path in ("a/cat.jpg", "b/cat.jpg", "b/cat.png", "cat.jpg", "-")]
    assert len(set(names)) == 5
    assert all(name.startswith(("cat-", "stdin-")) and name.endswith(".png") for name in names)
    assert overlay_name("cat.jpg") == overlay_name("./a/../cat.jpg") == overlay_name(str(tmp_path / "cat.jpg"))


def test_a_name_fits_any_disk() -> None:
    for stem in ("x" * 250, "猫" * 80, "\udce4" * 200, "holiday\ncat\r"):
        assert len(os.fsencode(overlay_name(f"{stem}.jpg"))) < 160
        assert overlay_name(f"{stem}.jpg").isprintable()


def test_a_folder_that_is_gone_or_full_ends_the_run(classifier: Classifier, photos: Path, tmp_path: Path) -> None:
    with pytest.raises(StorageFull, match="No such file"):
        list(classify(classifier, [str(photos / "cat.jpg")], 1, Overlays(tmp_path / "gone", classifier.card)))
