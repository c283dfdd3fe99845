"""The bank of other things: small, exact enough, and held out by kind."""

from __future__ import annotations

from pathlib import Path

import msgspec
import numpy as np
import pytest

from pawsight import zoo
from pawsight.errors import BadModel
from pawsight.learn.outliers import FILE, no_outliers, pack, read_bank, unit, unpack
from pawsight.model.card import read_card
from pawsight.model.seal import seal


def some(number: int = 60, dimensions: int = 65) -> tuple[np.ndarray, list[str]]:
    """Features as of a trunk that ends in a ReLU, and their kinds."""
    features = np.random.default_rng(0).gamma(0.5, 1, (number, dimensions)).astype(np.float32)
    return features, [f"kind {place % 6}" for place in range(number)]


def test_four_bits_keep_what_matters() -> None:
    features, kinds = some()
    bank = unpack(pack(features, kinds))
    assert bank.kinds.tolist() == kinds
    assert bank.features.shape == features.shape
    assert (bank.features * unit(features)).sum(axis=1).min() > 0.995  # cosine


def test_kinds_are_held_out_whole_and_each_once() -> None:
    bank = unpack(pack(*some()))
    parts = [bank.fold(number, 4) for number in range(4)]
    assert np.sum(parts, axis=0).tolist() == [1] * 60
    for held in parts:
        assert not set(bank.kinds[held]) & set(bank.kinds[~held])


def test_kinds_can_be_left_out() -> None:
    bank = unpack(pack(*some())).without(["kind 0", "kind 3"])
    assert set(bank.kinds) == {"kind 1", "kind 2", "kind 4", "kind 5"}
    assert len(bank.features) == len(bank.kinds) == 40


def test_the_default_model_brings_one_of_a_few_hundred_kilobytes() -> None:
    folder = zoo.find("default")
    card = read_card(folder)
    assert card.files[FILE].bytes < 400_000
    bank = read_bank(folder, card, 1280)
    assert len(set(bank.kinds)) > 30


def test_a_model_without_a_bank(tiny_model: Path) -> None:
    bank = read_bank(tiny_model, read_card(tiny_model), 3)
    assert (len(bank.features), len(bank.kinds)) == (0, 0)
    assert no_outliers(3).fold(0, 5).tolist() == []


@pytest.mark.parametrize("content", [b"junk", pack(*some(dimensions=4))])
def test_a_bank_of_another_model_is_refused(content: bytes, tmp_path: Path, make_model: object) -> None:
    folder = make_model(tmp_path / "m")  # type: ignore[operator]
    (folder / FILE).write_bytes(content)
    card = seal(msgspec.structs.replace(read_card(folder)), folder)
    with pytest.raises(BadModel, match="outliers"):
        read_bank(folder, card, 3)
