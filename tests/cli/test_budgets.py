"""`pawsight evaluate --write-budgets`: the table that sorting with an error budget reads."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from pawsight.classifier import Classifier
from pawsight.data.prepare import prepare
from pawsight.model.card import read_card


def prepared(folder: Path, picture: Callable[..., bytes], count: int) -> Path:
    """Photos of both classes that the tiny model knows, none the twin of another."""
    for label, colour in (("cat", (210, 50, 40)), ("dog", (40, 50, 210))):
        (folder / "photos" / label).mkdir(parents=True)
        for number in range(count):
            light = np.random.default_rng((number, *colour)).uniform(0.7, 1.1, (6, 8, 1))
            photo = np.clip(light.repeat(6, axis=0).repeat(6, axis=1) * colour, 0, 255).astype(np.uint8)
            (folder / "photos" / label / f"{number}.png").write_bytes(picture(pixels=photo, format="PNG"))
    return prepare(folder / "photos", folder / "prepared", size=32).folder


def test_budgets_go_into_the_card(
    pawsight: Callable[..., Any], make_model: Callable[..., Path], picture: Callable[..., bytes], tmp_path: Path
) -> None:
    model, data = make_model(tmp_path / "model"), prepared(tmp_path, picture, 250)
    ran = pawsight("evaluate", model, "--data", data, "--write-budgets", "--format", "json")
    assert ran.code == 0, ran.err
    assert json.loads(ran.out)["accuracy"]["value"] == 1
    assert f"into {model / 'card.json'}" in ran.err
    budget = read_card(model).budgets["0.1"]
    assert budget.wrong.value == 0
    assert budget.wrong.n > 34
    Classifier.load(model)  # still sealed


def test_too_few_photos_prove_nothing(
    pawsight: Callable[..., Any], make_model: Callable[..., Path], picture: Callable[..., bytes], tmp_path: Path
) -> None:
    model, data = make_model(tmp_path / "model"), prepared(tmp_path, picture, 20)
    ran = pawsight("evaluate", model, "--data", data, "--write-budgets")
    assert (ran.code, "for validation are too few" in ran.err) == (2, True)
    assert read_card(model).budgets == {}
