"""Model folders that somebody or something changed: none of them is ever loaded.

Most are sealed again after the change, as an attacker would do who can write the whole folder but does not know how
to make it answer like the model that it was.
"""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import numpy as np
import pytest
from tests.tampering import (
    WEIGHTS,
    Tamper,
    changed,
    cut,
    cut_and_sealed,
    edit,
    flat_maps,
    flip,
    function,
    graph,
    huge,
    leaves,
    listing,
    load,
    loop,
    maps_that_are_no_numbers,
    of_other_type,
    operator,
    outside,
    outside_in_a_sparse_one,
    outside_in_an_attribute,
    pickled,
    put,
    put_together,
    rename,
    replaced,
    resealed,
    swap_outputs,
    weights,
)

from pawsight.classifier import Classifier
from pawsight.errors import BadModel
from pawsight.model.card import CARD, GRAPH, LARGEST_CARD

# Name -> what is done to a folder: to the graph's bytes, its numbers, its nodes, to files, to what the card says.
BYTES = put_together(
    {f"bit flipped at {place / 20:.0%} of the graph": flip(place / 20) for place in range(20)},
    {f"graph cut to {share} %": cut(share) for share in (0, 1, 50, 99)},
    {f"graph cut to {share} %, sealed": cut_and_sealed(share) for share in (0, 1, 50, 99)},
    {
        "text, sealed": put(b"import os\n"),
        "pickle, sealed": pickled,
        "Keras's zip, sealed": put(b"PK\x03\x04" + bytes(200)),
        "HDF5, sealed": put(b"\x89HDF\r\n\x1a\n" + bytes(200)),
        "group that never ends, sealed": put(b"\x0b" * 1000),
        "number that never ends, sealed": put(b"\xff" * 1000),
    },
)
NUMBERS = put_together(
    {
        f"weight {row}, {column}, sealed": weights("weights", changed(WEIGHTS, (row, column), -7))
        for row in range(3)
        for column in range(2)
    },
    {
        "first bias, sealed": weights("bias", [-9, -10]),
        "second bias, sealed": weights("bias", [-10, 2]),
        "infinite weight, sealed": weights("weights", changed(WEIGHTS, (0, 0), np.inf)),
        "weight that is no number, sealed": weights("weights", changed(WEIGHTS, (0, 0), np.nan)),
        "scale, sealed": weights("scale", 1 / 128),
        "blue first, sealed": weights("weights", WEIGHTS[::-1]),
        "classes swapped in the graph, sealed": weights("weights", WEIGHTS[:, ::-1]),
    },
)
OUTSIDE = ("weights.bin", "../weights.bin", "/etc/hostname", "\\\\host\\share", "file:///etc/hostname")
OPERATORS = {"com.acme": "Relu", "com.microsoft": "Gelu", "ai.onnx.ml": "Normalizer", "own": "Mine"}
NODES = put_together(
    {
        "outputs swapped, sealed": graph(swap_outputs),
        "input renamed, sealed": graph(rename("pixels", "image")),
        "no maps, sealed": graph(lambda model: model.graph.output.pop()),
        "scores of another type, sealed": graph(of_other_type),
        "flat maps, sealed": graph(flat_maps),
        "maps that are no numbers, sealed": graph(maps_that_are_no_numbers),
        "loop without an end, sealed": graph(loop),
        "own function, sealed": graph(function),
        "training steps, sealed": graph(lambda model: model.training_info.add()),
        "weights outside in an attribute, sealed": graph(outside_in_an_attribute),
        "weights outside in a sparse tensor, sealed": graph(outside_in_a_sparse_one),
    },
    {f"weights in {name}, sealed": outside(name) for name in OUTSIDE},
    {f"operator of {domain}, sealed": graph(operator(domain, kind)) for domain, kind in OPERATORS.items()},
)
FILES: dict[str, Tamper] = {
    "graph missing": lambda folder: (folder / GRAPH).unlink(),
    "card missing": lambda folder: (folder / CARD).unlink(),
    "graph not listed, sealed": resealed(lambda card: card["files"].clear()),
    "huge graph, sealed": huge,
    "huge card": lambda folder: (folder / CARD).write_text(json.dumps(load(folder)) + " " * LARGEST_CARD),
    "deep card": lambda folder: (folder / CARD).write_text('{"recipe": ' + '{"a": ' * 100_000),
    "link out of the folder": replaced(GRAPH, lambda path: path.symlink_to(path.parent.parent / GRAPH)),
    "link to a device": replaced(GRAPH, lambda path: path.symlink_to("/dev/zero")),
    "link to itself": replaced(GRAPH, lambda path: path.symlink_to(path)),
    "card linked from elsewhere": replaced(CARD, lambda path: path.symlink_to(path.parent.parent / CARD)),
    "pipe": replaced(GRAPH, os.mkfifo),
    "card that is a pipe": replaced(CARD, os.mkfifo),
    "folder": replaced(GRAPH, os.mkdir),
}
LISTED = ("../other.txt", "/etc/hostname", "a/../../b", "C:\\x", "..\\x", "a\0b", "./x", "")
WORDS = put_together(
    {
        "classes swapped in the card, sealed": resealed(lambda card: card["classes"].reverse()),
        "huge input, sealed": resealed(lambda card: card["input"].update(size=100_000)),
        "smaller input, sealed": resealed(lambda card: card["input"].update(size=16)),
        "fit pad, sealed": resealed(lambda card: card["input"].update(fit="pad")),
        "fit crop, sealed": resealed(lambda card: card["input"].update(fit="crop")),
        "any answer will do, sealed": resealed(lambda card: card["golden"].update(tolerance=1)),
        "thousands of golden pictures, sealed": resealed(
            lambda card: card["golden"].update(scores=card["golden"]["scores"] * 1000)
        ),
    },
    {f"lists {name!r}, sealed": listing(name) for name in LISTED},
)
CASES = put_together(BYTES, NUMBERS, NODES, FILES, WORDS)
FIELDS = 24  # at least this many single values has the card of a tiny model, each of which is changed once


@pytest.mark.parametrize("case", CASES)
def test_what_was_tampered_with_is_not_loaded(
    case: str, tiny_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bomb = tmp_path / "bomb"
    monkeypatch.setenv("PAWSIGHT_TEST_BOMB", str(bomb))
    folder = Path(shutil.copytree(tiny_model, tmp_path / "model"))
    CASES[case](folder)
    with pytest.raises(BadModel) as caught:
        Classifier.load(folder)
    assert len(str(caught.value).splitlines()) == 1
    assert not bomb.exists()


def test_every_single_value_of_a_card_is_held(tiny_model: Path, tmp_path: Path) -> None:
    found = [path for path, value in leaves(load(tiny_model)) if value is not None]
    for number, path in enumerate(found):
        folder = Path(shutil.copytree(tiny_model, tmp_path / str(number)))
        edit(path)(folder)
        with pytest.raises(BadModel):
            Classifier.load(folder)
    assert len(found) >= FIELDS
    assert len(found) + len(CASES) >= 100


def test_sealing_alone_changes_nothing(tiny_model: Path, tmp_path: Path) -> None:
    """What the others are sealed with makes a folder that loads: they are refused for what was done to them."""
    folder = Path(shutil.copytree(tiny_model, tmp_path / "model"))
    put(lambda data: data)(folder)
    graph(lambda model: None)(folder)
    assert Classifier.load(folder).card.id == "tiny-1"


def test_a_folder_may_be_reached_over_a_link(tiny_model: Path, tmp_path: Path) -> None:
    (tmp_path / "current").symlink_to(tiny_model)
    assert Classifier.load(tmp_path / "current").card.id == "tiny-1"
