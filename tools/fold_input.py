"""Fold the input of int8 models that were exported before `pawsight train` did so, without training them again.

    python tools/fold_input.py src/pawsight/zoo/lite0 src/pawsight/zoo/tiny

Scores, features and maps are compared on random pictures first and have to be the same to the bit; name and version of
a model stay, its card is sealed again.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import onnx

from pawsight.model.card import GRAPH, read_card
from pawsight.model.seal import seal
from pawsight.runtime import OUTPUTS
from pawsight.runtime.onnx import OnnxSession
from pawsight.train.fold_input import fold_input
from pawsight.train.minify_onnx import minify

PICTURES = 16


def fold(folder: Path) -> str:
    """Fold one model's graph in place.

    Args:
        folder: of the model.

    Returns:
        What was done, in one line.
    """
    card = read_card(folder)
    before = (folder / GRAPH).read_bytes()
    model = onnx.load_from_string(before)
    if not fold_input(model):
        return f"{card.id}: unchanged; its pixels are not int8 codes as they are, or it is folded already."
    minify(model)
    after = model.SerializeToString()
    if not _equal(before, after, card.input.size):
        sys.exit(f"{card.id}: the folded graph differs from the old one. Nothing was written.")
    (folder / GRAPH).write_bytes(after)
    seal(card, folder)
    return f"{card.id}: folded; {PICTURES} random pictures have the same scores, features and maps to the bit."


def _equal(one: bytes, other: bytes, size: int) -> bool:
    pictures = np.random.default_rng(0).integers(0, 256, (PICTURES, size, size, 3), dtype=np.uint8)
    first, second = (OnnxSession(graph).run(pictures) for graph in (one, other))
    return all(np.array_equal(getattr(first, name), getattr(second, name)) for name in OUTPUTS)


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit("usage: python tools/fold_input.py MODEL...")
    for name in sys.argv[1:]:
        print(fold(Path(name)))
