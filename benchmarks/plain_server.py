"""The plainest server of the same parts, for `limit.py` to compare with: waitress, Flask, Pillow, ONNX Runtime.

    python benchmarks/plain_server.py MODEL

It decodes in its own process, keeps nothing, limits nothing and checks nothing: what is left is what has to be paid.
Do not put it on a network.
"""

from __future__ import annotations

import logging
import sys
from pathlib import Path

import numpy as np
import onnxruntime as ort
import waitress
from flask import Flask, Response, jsonify, request
from PIL import Image

THREADS = 8


def make_app(graph: Path) -> Flask:
    """One route: decode the photo, crop it to the model's square, run the graph, return the scores as JSON."""
    options = ort.SessionOptions()
    options.intra_op_num_threads = 1  # as `pawsight serve`: requests run side by side
    session = ort.InferenceSession(graph, options, providers=["CPUExecutionProvider"])
    size = session.get_inputs()[0].shape[1]
    app = Flask(__name__)

    @app.post("/predict")
    def predict() -> Response:
        with Image.open(request.files["image"].stream) as image:
            side = min(image.size)
            left, top = (image.width - side) / 2, (image.height - side) / 2
            box = (left, top, left + side, top + side)
            square = image.convert("RGB").resize((size, size), Image.Resampling.BICUBIC, box)
        (scores,) = session.run(["scores"], {"pixels": np.asarray(square)[None]})
        return jsonify(scores=scores[0].tolist())

    return app


def main(model: str) -> None:
    """Load the graph, then serve."""
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)
    server = waitress.create_server(make_app(Path(model) / "model.onnx"), host="127.0.0.1", port=0, threads=THREADS)
    print(f"The plain server answers at http://127.0.0.1:{server.effective_port}", file=sys.stderr, flush=True)
    server.run()


if __name__ == "__main__":
    main(sys.argv[1])
