"""`python -m pawsight.train.export_process NETWORK.keras GRAPH.onnx`: let TensorFlow export what JAX has trained.

Keras exports from JAX through jax2onnx, and ONNX Runtime cannot run what that makes of max pooling.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import keras


def export_by_tensorflow(model: keras.Model, path: Path) -> None:
    """Write a network as an ONNX graph, in a process of its own that runs TensorFlow on the processor.

    Args:
        model: from pixels to outputs by name.
        path: where the graph goes.
    """
    with TemporaryDirectory(prefix="pawsight-") as folder:
        file = Path(folder, "network.keras")
        model.save(file)
        command = [sys.executable, "-m", "pawsight.train.export_process", str(file), str(path)]
        environment = os.environ | {"KERAS_BACKEND": "tensorflow", "CUDA_VISIBLE_DEVICES": "-1"}
        subprocess.run(command, env=environment, check=True)  # noqa: S603


if __name__ == "__main__":
    from pawsight.train.export import write_onnx
    from pawsight.train.networks import Network  # noqa: F401  # registers the layers that the file may hold

    write_onnx(keras.models.load_model(sys.argv[1]), Path(sys.argv[2]))
