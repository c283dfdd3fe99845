"""Graphs in ONNX Runtime, on the processor."""

from __future__ import annotations

import onnxruntime as ort

from pawsight.errors import BadModel
from pawsight.runtime import IMAGENET, INPUT, OUTPUTS, Outputs
from pawsight.runtime.contents import check_contents
from pawsight.types import Pixels


def open_graph(graph: bytes, threads: int) -> ort.InferenceSession:
    """Load any graph, with the settings that all of ours run with.

    Raises:
        BadModel: it does not load.
    """
    options = ort.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")  # idle must cost nothing
    try:
        return ort.InferenceSession(graph, options, providers=["CPUExecutionProvider"])
    except Exception as error:  # ONNX Runtime's exceptions share no base but Exception
        raise BadModel(f"Expected an ONNX graph, but it does not load ({_first_line(error)}).") from error


class OnnxSession:
    """One graph in memory. Thread-safe: several threads may call `run` at once.

    Args:
        graph: the content of a `.onnx` file, weights inside. Bytes, not a path: what was checked is what runs.
        threads: processor threads for one call; 1 where calls run side by side.

    Raises:
        BadModel: not a graph, one that `contents` refuses, or not one with our input and outputs.
    """

    def __init__(self, graph: bytes, threads: int = 1) -> None:
        check_contents(graph)
        self._session = open_graph(graph, threads)
        self._check_names()
        optional = [node.name for node in self._session.get_outputs() if node.name == IMAGENET]
        self._outputs = [*OUTPUTS, *optional]

    def _check_names(self) -> None:
        inputs = {node.name: node.type for node in self._session.get_inputs()}
        outputs = {node.name: node.type for node in self._session.get_outputs()}
        floats = [outputs.get(name) == "tensor(float)" for name in OUTPUTS]
        if inputs != {INPUT: "tensor(uint8)"} or not all(floats):
            raise BadModel(
                f"Expected a graph from {INPUT} (uint8) to {', '.join(OUTPUTS)} (float), "
                f"but this one goes from {inputs} to {outputs}.",
                "Export it with `pawsight train` or `pawsight export`.",
            )

    def run(self, pixels: Pixels) -> Outputs:
        """Answer for `(N, size, size, 3)` uint8 RGB photos."""
        return Outputs(*self._session.run(self._outputs, {INPUT: pixels}))


def _first_line(error: Exception) -> str:
    return str(error).splitlines()[0][:200]
