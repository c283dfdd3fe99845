"""OpenVINO's format (IR): a folder with the graph in `model.xml`, the weights in `model.bin`, and the card.

OpenVINO itself is imported only when it is used: most who export install none.
"""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from pawsight.errors import MissingExtra
from pawsight.extras import install_hint
from pawsight.model.card import CARD, ModelCard, encode
from pawsight.runtime import IMAGENET, OUTPUTS, Outputs
from pawsight.types import Pixels

XML = "model.xml"


def is_installed() -> bool:
    """Return whether OpenVINO is there."""
    return find_spec("openvino") is not None


def write_openvino(folder: Path, card: ModelCard, graph: bytes) -> OpenvinoSession:
    """Convert an ONNX graph, in the precision that it has.

    Args:
        folder: to make.
        card: of the form.
        graph: the content of an ONNX file, weights inside.

    Returns:
        What was written, loaded.

    Raises:
        MissingExtra: OpenVINO is not installed.
    """
    openvino = _openvino()
    folder.mkdir()
    openvino.save_model(openvino.Core().read_model(graph), folder / XML, compress_to_fp16=False)
    (folder / CARD).write_bytes(encode(card))
    return OpenvinoSession(folder)


class OpenvinoSession:
    """A graph in OpenVINO's format, on the processor.

    Args:
        folder: that `write_openvino` made.
        threads: processor threads for one call.

    Raises:
        MissingExtra: OpenVINO is not installed.
    """

    def __init__(self, folder: Path, threads: int = 1) -> None:
        core = _openvino().Core()
        # On some processors OpenVINO would else compute in bfloat16.
        options = {"INFERENCE_NUM_THREADS": threads, "INFERENCE_PRECISION_HINT": "f32"}
        self._compiled = core.compile_model(core.read_model(folder / XML), "CPU", options)
        known = {name for output in self._compiled.outputs for name in output.names}
        self._names = [name for name in (*OUTPUTS, IMAGENET) if name in known]

    def run(self, pixels: Pixels) -> Outputs:
        """Answer for `(N, size, size, 3)` uint8 RGB photos."""
        answers = self._compiled.create_infer_request().infer([pixels])
        return Outputs(*(np.array(answers[name]) for name in self._names))


def _openvino() -> Any:
    try:
        import openvino
    except ModuleNotFoundError as error:
        raise MissingExtra(
            "Writing OpenVINO's format needs OpenVINO, which is not installed.", install_hint("openvino")
        ) from error
    return openvino
