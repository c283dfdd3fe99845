"""Keras -> ONNX, and the proof that both answer alike."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import keras
import numpy as np
import onnx

from pawsight.errors import ExportDiffers
from pawsight.runtime.onnx import OnnxSession
from pawsight.train.export_process import export_by_tensorflow

TOLERANCE = 1e-3
BATCHES = (1, 5)


def export_onnx(model: keras.Model, path: Path) -> None:
    """Export a serving network as a float32 graph, and compare it with its source at two batch sizes.

    Args:
        model: from pixels to `scores`, `features` and `maps`, as `Network.serving` makes it.
        path: where the graph goes.

    Raises:
        ExportDiffers: an output differs by more than `TOLERANCE`, relative to its largest value.
    """
    write_onnx(model, path)
    check_parity(model, OnnxSession(path.read_bytes(), threads=2))


def write_onnx(model: keras.Model, path: Path) -> None:
    """Export a network from pixels to outputs by name as a float32 graph."""
    if keras.backend.backend() == "jax":
        return export_by_tensorflow(model, path)
    model(np.zeros((1, *model.input.shape[1:]), np.uint8))  # Keras exports only what has been called
    model.export(path, format="onnx", verbose=False)
    name_outputs(path, list(model.output))


def name_outputs(path: Path, wanted: Sequence[str]) -> None:
    """Name a graph's outputs. Keras does so on TensorFlow; on PyTorch they come nameless, sorted by their names."""
    model = onnx.load(path)
    came = [output.name for output in model.graph.output]
    if set(came) == set(wanted):
        return
    names = dict(zip(came, sorted(wanted), strict=True))
    for node in model.graph.node:
        node.input[:] = [names.get(name, name) for name in node.input]
        node.output[:] = [names.get(name, name) for name in node.output]
    for output in model.graph.output:
        output.name = names[output.name]
    onnx.save(model, path)


def check_parity(model: keras.Model, session: OnnxSession) -> None:
    """Compare a graph with its source on random photos; see `export_onnx`."""
    rng = np.random.default_rng(0)
    for batch in BATCHES:
        photos = rng.integers(0, 256, (batch, *model.input.shape[1:]), dtype=np.uint8)
        expected, received = model.predict(photos, verbose=0), session.run(photos)
        for name, wanted in expected.items():
            differs = float(np.abs(wanted - getattr(received, name)).max() / max(1.0, np.abs(wanted).max()))
            if not differs <= TOLERANCE:
                raise ExportDiffers(
                    f"Expected the exported graph to answer like Keras within {TOLERANCE}, but {name} differs by "
                    f"{differs:.2g} at batch size {batch}.",
                    "Report this with the versions of keras, tf2onnx and onnxruntime.",
                )
