"""The part of a network that does not learn, as a graph; in int8 that takes a third of the time that Keras takes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import keras

from pawsight.runtime import INPUT
from pawsight.runtime.onnx import open_graph
from pawsight.storage.atomic import replacing
from pawsight.train.export import write_onnx
from pawsight.train.quantise import quantise
from pawsight.types import Floats, Pixels


class FrozenTrunk:
    """Tensors of a network, computed from photos. Thread-safe, one processor thread a call.

    Where the model will be shipped in int8, this computes in int8 as well, so that what learns behind it sees what it
    will see when it serves.

    Args:
        network: from `(N, S, S, 3)` uint8 pixels of any side.
        tensors: of the network, by name.
        sample: `(N, S, S, 3)` uint8 training photos that show which values occur; their side is the graph's.
        path: where the graph is kept; read where it is there already.
        int8: whether to compute in int8.
    """

    def __init__(self, network: keras.Model, tensors: dict[str, Any], sample: Pixels, path: Path, int8: bool) -> None:
        self._names = sorted(tensors)
        if not path.exists():
            pixels = keras.Input(sample.shape[1:], dtype="uint8", name=INPUT)
            model = keras.Model(pixels, keras.Model(network.input, tensors)(pixels))
            with replacing(path) as part:
                write_onnx(model, part)
                if int8:
                    quantise(part, part, sample)
        self._session = open_graph(path.read_bytes(), threads=1)

    def __call__(self, pixels: Pixels) -> dict[str, Floats]:
        """Compute the tensors for a batch."""
        return dict(zip(self._names, self._session.run(self._names, {INPUT: pixels}), strict=True))
