"""Static int8: a quarter of the size, half the time, nearly the same answers."""

from __future__ import annotations

import tempfile
from pathlib import Path

import onnx
from onnxruntime.quantization import CalibrationDataReader, QuantFormat, QuantType, quantize_static
from onnxruntime.quantization.shape_inference import quant_pre_process

from pawsight.runtime import INPUT
from pawsight.types import Pixels

PHOTOS = 320
_BATCH = 16


class _Photos(CalibrationDataReader):
    """Shows training photos to the calibration, in batches."""

    def __init__(self, pixels: Pixels) -> None:
        self._batches = iter([pixels[i : i + _BATCH] for i in range(0, len(pixels), _BATCH)])

    def get_next(self) -> dict[str, Pixels] | None:
        batch = next(self._batches, None)
        return None if batch is None else {INPUT: batch}


def quantise(source: Path, target: Path, pixels: Pixels) -> None:
    """Write an int8 version of a graph: weights signed and per channel, with quantise-dequantise nodes (QDQ).

    Everything after the trunk (pooling, linear head, sigmoid) stays in float: it costs nothing and holds the decimals.

    Args:
        source: a float32 graph.
        target: where the int8 graph goes.
        pixels: `(N, S, S, 3)` uint8 training photos that show which values occur.
    """
    with tempfile.TemporaryDirectory() as folder:
        prepared = Path(folder) / "prepared.onnx"
        quant_pre_process(source, prepared, skip_symbolic_shape=True)
        quantize_static(
            prepared,
            target,
            _Photos(pixels),
            quant_format=QuantFormat.QDQ,
            op_types_to_quantize=["Conv", "Add", "Clip", "Relu"],
            nodes_to_exclude=_head_nodes(prepared),
            # Unsigned activations: with signed ones ONNX Runtime has no fast kernel on x86 and gains nothing.
            activation_type=QuantType.QUInt8,
            weight_type=QuantType.QInt8,
            per_channel=True,
        )


def _head_nodes(path: Path) -> list[str]:
    """Convolutions from whose outputs only pooling and scores follow: the linear head."""
    graph = onnx.load(path).graph
    return [node.name for node in graph.node if node.op_type == "Conv" and "head" in node.name]
