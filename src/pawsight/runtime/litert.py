"""Graphs in LiteRT (once TensorFlow Lite), on the processor: for phones, Raspberry Pis and their like."""

from __future__ import annotations

import threading
from typing import Any

import numpy as np

from pawsight.errors import BadModel, MissingExtra
from pawsight.extras import install_hint
from pawsight.library_log import remarks_left_out
from pawsight.runtime import IMAGENET, INPUT, OUTPUTS, Outputs
from pawsight.types import Pixels

SIGNATURE = "serving_default"


class LitertSession:
    """One graph in memory. Thread-safe: an interpreter answers one call at a time, so each thread has its own.

    Args:
        graph: the content of a `.tflite` file. Bytes, not a path: what was checked is what runs.
        threads: processor threads for one call; 1 where calls run side by side.

    Raises:
        BadModel: not a graph, or not one with our input and outputs.
        MissingExtra: LiteRT is not installed.
    """

    def __init__(self, graph: bytes, threads: int = 1) -> None:
        self._graph, self._threads = graph, threads
        self._own = threading.local()
        self._runner()

    def run(self, pixels: Pixels) -> Outputs:
        """Answer for `(N, size, size, 3)` uint8 RGB photos.

        Raises:
            ValueError: they are of another size than the graph's; LiteRT would take them.
        """
        runner = self._runner()
        wanted = tuple(runner.get_input_details()[INPUT]["shape_signature"][1:])
        if pixels.shape[1:] != wanted:
            raise ValueError(f"Expected photos of {wanted}, but received {pixels.shape[1:]}.")
        answers = runner(**{INPUT: pixels})
        return Outputs(**{name: answers[name] for name in (*OUTPUTS, IMAGENET) if name in answers})

    def _runner(self) -> Any:
        """This thread's interpreter, at our signature."""
        if not hasattr(self._own, "runner"):
            self._own.runner = _open(self._graph, self._threads)
        return self._own.runner


def _open(graph: bytes, threads: int) -> Any:
    try:
        from ai_edge_litert.interpreter import Interpreter
    except ImportError as error:
        raise MissingExtra(
            "This model is in LiteRT's format, and LiteRT is not installed.", install_hint("litert")
        ) from error
    try:
        interpreter = Interpreter(model_content=graph, num_threads=threads)
        with remarks_left_out():
            interpreter.allocate_tensors()
        signature = interpreter.get_signature_list().get(SIGNATURE, {"inputs": [], "outputs": []})
    except Exception as error:  # LiteRT's exceptions share no base but Exception
        reason = " ".join(str(error).split())[:200]
        raise BadModel(f"Expected a LiteRT graph, but it does not load ({reason}).") from error
    inputs = {detail["dtype"] for detail in interpreter.get_input_details()}
    if signature["inputs"] != [INPUT] or inputs != {np.uint8} or not set(signature["outputs"]) >= set(OUTPUTS):
        raise BadModel(
            f"Expected a graph from {INPUT} (uint8) to {', '.join(OUTPUTS)}, "
            f"but this one goes from {', '.join(signature['inputs'])} to {', '.join(signature['outputs'])}.",
            "Export it with `pawsight export`.",
        )
    return interpreter.get_signature_runner(SIGNATURE)
