"""A model's network in the formats of other runtimes, and sessions that run what was written."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from typing import Any

import keras
import numpy as np
import onnx
import tensorflow as tf

from pawsight.errors import BadModel
from pawsight.library_log import remarks_left_out
from pawsight.model.card import Precision
from pawsight.runtime import IMAGENET, INPUT, OUTPUTS, Outputs
from pawsight.train.export import write_onnx
from pawsight.train.float16 import to_float16
from pawsight.train.networks import Network
from pawsight.train.onnx_to_keras import onnx_to_keras
from pawsight.train.quantise import quantise
from pawsight.types import Pixels

__all__ = ["Formats", "KerasSession", "SavedModelSession"]
_CUSTOM = Network  # importing the networks registers their layers, which `model.keras` may hold


class Formats:
    """One model, ready to be written in any format; what several of them need is made once.

    Args:
        graph: the content of its `model.onnx`.
        precision: of that graph.
        keras_file: its `model.keras`; where None, the network is rebuilt from the graph.
        work: folder for files on the way.
    """

    def __init__(self, graph: bytes, precision: Precision, keras_file: Path | None, work: Path) -> None:
        self._graph, self._precision, self._keras_file, self._work = graph, precision, keras_file, work

    @cached_property
    def network(self) -> keras.Model:
        """From `pixels` to `scores`, `features` and `maps`, in float32."""
        return keras.models.load_model(self._keras_file) if self._keras_file else onnx_to_keras(self._graph)

    @cached_property
    def saved(self) -> Path:
        """The network as a SavedModel."""
        path = self._work / "saved"
        self.network.export(path, verbose=False)
        return path

    def onnx(self, precision: Precision, sample: Callable[[], Pixels | None]) -> bytes:
        """An ONNX graph; the model's own where that has this precision already.

        Args:
            sample: reads `(N, S, S, 3)` uint8 photos that show int8 which values occur; None where there are none.

        Raises:
            BadModel: int8 is wanted of a float32 model, and there is no sample.
        """
        if precision == self._precision:
            return self._graph
        exact, target = self._work / "exact.onnx", self._work / "target.onnx"
        if self._precision == "float32":
            exact.write_bytes(self._graph)
        else:
            write_onnx(self.network, exact)
        if precision == "float32":
            return exact.read_bytes()
        if precision == "float16":
            return bytes(to_float16(onnx.load(exact)).SerializeToString())
        if (photos := sample()) is None:
            raise BadModel(
                "Expected photos that show which values occur in this model, but there are none: ONNX in int8 needs "
                "them.",
                "Give prepared photos with --data.",
            )
        quantise(exact, target, photos)
        return target.read_bytes()

    def litert(self, precision: Precision) -> bytes:
        """Return a LiteRT graph: weights in float32, or stored in float16; it computes in float32 either way."""
        converter = tf.lite.TFLiteConverter.from_saved_model(str(self.saved))
        if precision == "float16":
            converter.optimizations = [tf.lite.Optimize.DEFAULT]
            converter.target_spec.supported_types = [tf.float16]
        return bytes(converter.convert())


class KerasSession:
    """A network in a `.keras` file, as `keras.models.load_model` reads it."""

    def __init__(self, path: Path) -> None:
        self._model = keras.models.load_model(path)
        with remarks_left_out():
            self.run(np.zeros((1, *self._model.input_shape[1:]), np.uint8))

    def run(self, pixels: Pixels) -> Outputs:
        """Answer for `(N, size, size, 3)` uint8 RGB photos."""
        return _outputs(self._model(pixels, training=False))


class SavedModelSession:
    """A SavedModel, as TensorFlow Serving runs it: through its signature."""

    def __init__(self, path: Path) -> None:
        self._loaded = tf.saved_model.load(str(path))  # kept, because the signature does not keep its weights alive
        size = self._loaded.signatures["serving_default"].structured_input_signature[1][INPUT].shape[1]
        with remarks_left_out():
            self.run(np.zeros((1, size, size, 3), np.uint8))

    def run(self, pixels: Pixels) -> Outputs:
        """Answer for `(N, size, size, 3)` uint8 RGB photos."""
        return _outputs(self._loaded.signatures["serving_default"](**{INPUT: tf.constant(pixels)}))


def _outputs(answers: dict[str, Any]) -> Outputs:
    given = [name for name in (*OUTPUTS, IMAGENET) if name in answers]
    return Outputs(*(np.asarray(keras.ops.convert_to_numpy(answers[name])) for name in given))
