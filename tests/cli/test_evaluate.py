"""`pawsight evaluate` as a user types it, with the tiny model."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pawsight.data import Dataset

Pawsight = Callable[..., Any]


@pytest.fixture
def colour_blind(make_model: Callable[..., Path], tmp_path: Path) -> Path:
    """A model that takes everything for a cat."""
    return make_model(tmp_path / "blind", name="blind", weights=((0, 0), (0, 0), (0, 0)), bias=(3, -3))


def test_two_models_on_the_same_photos(
    pawsight: Pawsight, tiny_model: Path, colour_blind: Path, coloured: Dataset
) -> None:
    words = ["evaluate", tiny_model, colour_blind, "--data", coloured.folder, "--split", "train"]
    ran = pawsight(*words)
    assert ran.code == 0, ran.err
    assert ran.out.splitlines()[2].startswith("tiny-1 ")
    assert "tiny-1 is better than blind-1 (only tiny-1 right: " in ran.out

    said = json.loads(pawsight(*words, "--format", "json").out)
    assert [model["model"] for model in said["models"]] == ["tiny-1", "blind-1"]
    assert [model["bytes"] for model in said["models"]] == [
        (folder / "model.onnx").stat().st_size for folder in (tiny_model, colour_blind)
    ]
    (comparison,) = said["comparisons"]
    assert comparison["better"] == "tiny-1"
    assert comparison["only_second"] == 0
    assert comparison["n"] == said["models"][0]["metrics"]["accuracy"]["n"]


def test_a_model_is_not_better_than_itself(pawsight: Pawsight, tiny_model: Path, coloured: Dataset) -> None:
    ran = pawsight("evaluate", tiny_model, tiny_model, "--data", coloured.folder, "--split", "train")
    assert "tiny-1, tiny-1: no difference shown at " in ran.out


def test_one_model_is_summed_up(pawsight: Pawsight, tiny_model: Path, coloured: Dataset, tmp_path: Path) -> None:
    out = tmp_path / "out"
    ran = pawsight("evaluate", tiny_model, "--data", coloured.folder, "--split", "train", "--out", out)
    assert ran.code == 0, ran.err
    assert ran.out.startswith("accuracy ")
    assert (out / "metrics.json").exists()


def test_several_models_do_not_fit_into_one_folder(
    pawsight: Pawsight, tiny_model: Path, coloured: Dataset, tmp_path: Path
) -> None:
    ran = pawsight("evaluate", tiny_model, tiny_model, "--data", coloured.folder, "--out", tmp_path / "out")
    assert ran.code == 2
    assert "one model with --out, --report or --write-budgets" in ran.err


def test_corrected_labels_give_a_second_figure(
    pawsight: Pawsight, tiny_model: Path, coloured: Dataset, tmp_path: Path
) -> None:
    wrong = [row.path for row in coloured.rows if row.label == "dog" and int(Path(row.path).stem) < 4]
    path = tmp_path / "corrected.csv"
    path.write_text("path,label\n" + "".join(f"{name},cat\n" for name in wrong))
    words = ["evaluate", tiny_model, "--data", coloured.folder, "--split", "train"]
    published, both = pawsight(*words).out, pawsight(*words, "--corrections", path).out
    assert both.startswith(published.rstrip())
    assert " labels of split train changed, 0 photos left out):\naccuracy             100.00 % " in both

    plain, said = (
        json.loads(pawsight(*words, *more, "--format", "json").out) for more in ((), ("--corrections", path))
    )
    corrected = said.pop("corrected")
    assert said == plain
    assert corrected["accuracy"]["value"] == 1
    assert corrected["changed"] > 0


def test_a_report_is_one_file(pawsight: Pawsight, tiny_model: Path, coloured: Dataset, tmp_path: Path) -> None:
    words = ["evaluate", tiny_model, "--data", coloured.folder, "--split", "train", "--sample", 4]
    ran = pawsight(*words, "--report", tmp_path / "new" / "report.html")
    assert ran.code == 0, ran.err
    assert ran.out.endswith(f"Wrote {tmp_path / 'new' / 'report.html'}.\n")
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["report.html"]


def test_a_report_that_cannot_be_written_is_said_first(pawsight: Pawsight, tiny_model: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    ran = pawsight("evaluate", tiny_model, "--data", tmp_path, "--report", tmp_path / "file" / "report.html")
    assert ran.code == 2
    assert ran.err.endswith(f"({tmp_path / 'file'} is no folder). Choose another --report.\n")


@pytest.mark.parametrize("words", [["--split", "train"], ["--split", "test"], ["--write-budgets"]])
def test_a_plain_folder_has_no_split(
    pawsight: Pawsight, tiny_model: Path, photos: Path, tmp_path: Path, words: list[str]
) -> None:
    for label in ("cat", "dog"):
        (tmp_path / "classes" / label).mkdir(parents=True)
        (photos / f"{label}.jpg").rename(tmp_path / "classes" / label / "1.jpg")
    ran = pawsight("evaluate", tiny_model, tmp_path / "classes", *words)
    assert (ran.code, ran.out) == (2, "")
    assert f"{words[0]} needs photos that `pawsight data prepare` has split" in ran.err


def test_a_sample_without_a_report_is_refused(pawsight: Pawsight, tiny_model: Path, tmp_path: Path) -> None:
    ran = pawsight("evaluate", tiny_model, tmp_path, "--sample", "10")
    assert (ran.code, "--sample is for --report" in ran.err) == (2, True)


def test_a_plain_folder_of_classes_is_measured_whole(
    pawsight: Pawsight, tiny_model: Path, coloured: Dataset, picture: Callable[..., bytes], tmp_path: Path
) -> None:
    for label, colour in (("Cat", (210, 50, 40)), ("Dog", (40, 50, 210))):
        for number in range(6):
            (tmp_path / "photos" / label).mkdir(parents=True, exist_ok=True)
            (tmp_path / "photos" / label / f"{number}.png").write_bytes(
                picture(colour=colour, seed=number, format="PNG")
            )
    (tmp_path / "photos" / "Dog" / "notes.txt").write_text("no photo")
    ran = pawsight("evaluate", tiny_model, tmp_path / "photos", "--format", "json")
    assert ran.code == 0, ran.err
    assert json.loads(ran.out)["accuracy"]["n"] == 12
    assert "Left out 1 files that cannot be used" in ran.err
    assert pawsight("evaluate", tiny_model).code == 2
