"""The folded input: fewer steps before the first convolution, the same scores to the bit."""

from __future__ import annotations

from pathlib import Path

import keras
import msgspec
import numpy as np
import onnx
import pytest
from onnx import numpy_helper

from pawsight import zoo
from pawsight.model.card import GRAPH
from pawsight.recipes import find
from pawsight.runtime import INPUT, OUTPUTS
from pawsight.runtime.onnx import OnnxSession
from pawsight.train import quantise as quantising
from pawsight.train.export import write_onnx
from pawsight.train.fold_input import fold_input
from pawsight.train.networks import build
from pawsight.train.onnx_to_keras import onnx_to_keras
from pawsight.types import Pixels

SIZE = 48
FOLDED = ["Reshape", "Transpose", "Reshape", "Transpose", "DequantizeLinear", "Conv"]


def _photos(size: int, count: int = 6) -> Pixels:
    """Photos without black and white, so that calibration does not see the whole range."""
    return np.random.default_rng(0).integers(20, 230, (count, size, size, 3), dtype=np.uint8)


def _int8(size: int, folder: Path) -> onnx.ModelProto:
    """An int8 graph of the smallest recipe, as it was before its input is folded."""
    keras.utils.set_random_seed(0)
    write_onnx(
        build(msgspec.structs.replace(find("tiny"), size=size), ("cat", "dog")).serving(), folder / "float32.onnx"
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(quantising, "fold_input", lambda model: None)
        quantising.quantise(folder / "float32.onnx", folder / "int8.onnx", _photos(size))
    return onnx.load(folder / "int8.onnx")


@pytest.fixture(scope="module")
def unfolded(tmp_path_factory: pytest.TempPathFactory) -> onnx.ModelProto:
    return _int8(SIZE, tmp_path_factory.mktemp("fold"))


def _copy(model: onnx.ModelProto) -> onnx.ModelProto:
    return onnx.load_from_string(model.SerializeToString())


def _path(model: onnx.ModelProto) -> list[str]:
    """Kinds of the nodes from the pixels to the first convolution."""
    kinds, name = [], INPUT  # type: ignore[var-annotated]
    while not kinds or kinds[-1] != "Conv":
        node = next(node for node in model.graph.node if name in node.input)
        kinds.append(node.op_type)
        name = node.output[0]
    return kinds


def _assert_same(one: onnx.ModelProto, other: onnx.ModelProto, photos: Pixels) -> None:
    for batch in (photos[:1], photos):
        first, second = (OnnxSession(model.SerializeToString()).run(batch) for model in (one, other))
        for name in OUTPUTS:
            np.testing.assert_array_equal(getattr(first, name), getattr(second, name))


@pytest.mark.long
def test_scores_stay_the_same_to_the_bit(unfolded: onnx.ModelProto) -> None:
    folded = _copy(unfolded)
    assert fold_input(folded)
    assert _path(folded) == FOLDED
    photos = np.random.default_rng(1).integers(0, 256, (5, SIZE, SIZE, 3), dtype=np.uint8)
    photos[0], photos[1] = 0, 255
    _assert_same(unfolded, folded, photos)
    assert not fold_input(folded)  # nothing is left to do


def test_the_input_scale_does_not_depend_on_the_calibration_photos(unfolded: onnx.ModelProto) -> None:
    """The range of the pixels is known: photos without black and white must not clip those with them."""
    folded = _copy(unfolded)
    fold_input(folded)
    stored = {tensor.name: numpy_helper.to_array(tensor) for tensor in folded.graph.initializer}
    dequantize = next(
        node for node in folded.graph.node if node.op_type == "DequantizeLinear" and node.input[0] not in stored
    )
    assert (stored[dequantize.input[1]], stored[dequantize.input[2]]) == (1 / 64, 128)  # as `networks.tiny` scales


def test_an_odd_side_keeps_its_convolution(tmp_path: Path) -> None:
    unfolded = _int8(SIZE + 1, tmp_path)
    folded = _copy(unfolded)
    assert fold_input(folded)
    assert _path(folded) == ["Transpose", "DequantizeLinear", "Conv"]
    _assert_same(unfolded, folded, _photos(SIZE + 1))


def test_pixels_that_are_changed_for_each_channel_stay(unfolded: onnx.ModelProto) -> None:
    """VGG16 subtracts a mean color: its codes are not the pixels."""
    model = _copy(unfolded)
    offset = next(node for node in model.graph.node if node.op_type in ("Add", "Sub"))
    model.graph.initializer.append(numpy_helper.from_array(np.array([-2, -1.9, -1.8], np.float32), "colors"))
    offset.input[1] = "colors"
    before = model.SerializeToString()
    assert not fold_input(model)
    assert model.SerializeToString() == before


def test_a_folded_graph_comes_back_in_keras(unfolded: onnx.ModelProto) -> None:
    folded = _copy(unfolded)
    fold_input(folded)
    photos = _photos(SIZE)
    expected = onnx_to_keras(unfolded.SerializeToString()).predict(photos, verbose=0)
    received = onnx_to_keras(folded.SerializeToString()).predict(photos, verbose=0)
    for name in OUTPUTS:
        np.testing.assert_allclose(received[name], expected[name], rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("name", ["lite0", "scratch", "tiny"])
def test_shipped_models_are_folded(name: str) -> None:
    assert _path(onnx.load(zoo.FOLDER / name / GRAPH)) == FOLDED
