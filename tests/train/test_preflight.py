from __future__ import annotations

import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import msgspec
import numpy as np
import pytest

from pawsight.data import Dataset, open_dataset
from pawsight.data.prepare import prepare
from pawsight.errors import BadData, TrainingStopped
from pawsight.recipes import Recipe, backbone, find
from pawsight.train.options import PLAIN, RunOptions
from pawsight.train.preflight import check_options, check_run, model_name, only_run, training_indices


@pytest.fixture
def recipe(coloured: Dataset) -> Recipe:
    return msgspec.structs.replace(find("scratch-small"), size=coloured.size, fit=coloured.fit)


def test_a_run_that_can_end_well(coloured: Dataset, recipe: Recipe, tmp_path: Path) -> None:
    out = tmp_path / "model"
    check_run(recipe, coloured, out)
    assert not out.exists()


def test_an_output_that_exists(coloured: Dataset, recipe: Recipe, tmp_path: Path) -> None:
    with pytest.raises(BadData, match="exists already"):
        check_run(recipe, coloured, tmp_path)


def test_an_output_among_the_prepared_photos(coloured: Dataset, recipe: Recipe) -> None:
    with pytest.raises(BadData, match=r"lies in .* prepared photos"):
        check_run(recipe, coloured, coloured.folder / "runs" / "model")


def test_photos_prepared_for_another_input(coloured: Dataset, recipe: Recipe, tmp_path: Path) -> None:
    larger = msgspec.structs.replace(recipe, size=coloured.size + 1)
    with pytest.raises(BadData, match=f"--size {coloured.size + 1}"):
        check_run(larger, coloured, tmp_path / "model")


def test_too_few_photos_of_a_class(coloured: Dataset, recipe: Recipe, tmp_path: Path) -> None:
    with pytest.raises(BadData, match=r"Class (cat|dog) has . photos? in split train"):
        check_run(msgspec.structs.replace(recipe, photos=2), coloured, tmp_path / "model")


def test_photos_smaller_than_a_network_takes(coloured: Dataset, tmp_path: Path) -> None:
    recipe = backbone("InceptionV3", coloured.size, coloured.fit, pretrained=False)
    with pytest.raises(BadData, match="InceptionV3 takes photos of 75 pixels or more"):
        check_run(recipe, coloured, tmp_path / "model")


def test_curves_that_cannot_be_written(tmp_path: Path) -> None:
    pytest.importorskip("tensorboard", reason="curves need tensorboard")
    (tmp_path / "file").touch()
    for place, why in (("file", "it is a file"), ("file/curves", "is no folder")):
        with pytest.raises(BadData, match=why):
            check_options(RunOptions(tmp_path / place), None)


def test_weights_that_are_not_there(tmp_path: Path) -> None:
    with pytest.raises(BadData, match="no file of weights"):
        check_options(PLAIN, tmp_path / "weights.h5")


@pytest.mark.parametrize(
    ("folder", "name"), [("animals", "animals"), ("lite0", "lite0-prepared"), ("tiny", "tiny-prepared")]
)
def test_an_own_model_never_has_the_name_of_a_shipped_one(
    coloured: Dataset, tmp_path: Path, folder: str, name: str
) -> None:
    data = replace(coloured, folder=tmp_path / "prepared")
    assert model_name(tmp_path / folder, data) == name


def test_one_class(tmp_path: Path, picture: object, recipe: Recipe) -> None:
    folder = tmp_path / "photos" / "cat"
    folder.mkdir(parents=True)
    for number in range(12):
        (folder / f"{number}.png").write_bytes(picture(seed=number, format="PNG"))  # type: ignore[operator]
    try:
        data = open_dataset(
            prepare(tmp_path / "photos", tmp_path / "prepared", size=recipe.size, fit=recipe.fit).folder
        )
    except BadData:
        return  # preparing refuses it even earlier
    with pytest.raises(BadData, match="two classes or more"):
        check_run(recipe, data, tmp_path / "model")


def test_original_files_that_are_gone(tmp_path: Path, picture: object, recipe: Recipe) -> None:
    for label, colour in (("cat", (200, 60, 50)), ("dog", (50, 60, 200))):
        (tmp_path / "photos" / label).mkdir(parents=True)
        for number in range(30):
            data = picture(seed=number, colour=colour, format="PNG")  # type: ignore[operator]
            (tmp_path / "photos" / label / f"{number}.png").write_bytes(data)
    prepared = prepare(tmp_path / "photos", tmp_path / "prepared", size=recipe.size, fit=recipe.fit).folder
    shutil.rmtree(tmp_path / "photos")
    with pytest.raises(BadData):
        check_run(recipe, open_dataset(prepared), tmp_path / "model")


def test_the_first_photos_by_content(coloured: Dataset, recipe: Recipe) -> None:
    chosen = training_indices(coloured, msgspec.structs.replace(recipe, photos=5))
    hashes = sorted(coloured.rows[place].sha256 for place in coloured.indices("train"))
    assert [coloured.rows[place].sha256 for place in chosen] == hashes[:5]
    assert np.array_equal(
        training_indices(coloured, msgspec.structs.replace(recipe, photos=0)), coloured.indices("train")
    )


def test_two_runs_into_one_folder(tmp_path: Path) -> None:
    with (
        only_run(tmp_path / "model"),
        pytest.raises(TrainingStopped, match="Another training"),
        only_run(tmp_path / "model"),
    ):
        pass
    with only_run(tmp_path / "model"):
        pass
    assert list(tmp_path.iterdir()) == []


def test_nothing_heavy_is_loaded() -> None:
    code = "import sys, pawsight.train.preflight; print({'keras', 'tensorflow', 'sklearn'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
