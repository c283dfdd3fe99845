"""The page as it is built in class, for `classroom.py` to compare with: Keras in the request, one photo at a time.

    python benchmarks/classroom_page.py [WEIGHTS]

Do not put it on a network: as the original did, it saves a photo under whatever name the sender gave it. WEIGHTS is a
file with VGG16's weights without its top; random ones take as long.
"""

from __future__ import annotations

import logging
import os
import sys
import tempfile

import keras
import numpy as np
import waitress
from flask import Flask, render_template_string, request
from keras.applications.vgg16 import VGG16, preprocess_input

SIZE = (224, 224)
PAGE = "<!doctype html><title>Cat or dog?</title><p>It is a {{ label }} ({{ share }} %).</p>"


def make_model(weights: str | None) -> keras.Model:
    """VGG16, the mean of its last maps, and two classes."""
    base = VGG16(include_top=False, weights=None, input_shape=(*SIZE, 3), pooling="avg")
    if weights:
        base.load_weights(weights)
    return keras.Sequential([base, keras.layers.Dense(2, activation="softmax")])


def make_app(model: keras.Model, folder: str) -> Flask:
    """One route: save the photo, load it, ask the model, write a page."""
    app = Flask(__name__)

    @app.post("/predict")
    def predict() -> str:
        file = request.files["image"]
        path = os.path.join(folder, file.filename or "photo")
        file.save(path)
        photo = keras.utils.img_to_array(keras.utils.load_img(path, target_size=SIZE))
        scores = model.predict(preprocess_input(np.expand_dims(photo, 0)), verbose=0)[0]
        label = ("cat", "dog")[int(scores.argmax())]
        return render_template_string(PAGE, label=label, share=round(100 * float(scores.max())))

    return app


def main(weights: str | None) -> None:
    """Load, then serve in one thread, as Flask's own development server would without `threaded`."""
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)
    with tempfile.TemporaryDirectory() as folder:
        server = waitress.create_server(make_app(make_model(weights), folder), host="127.0.0.1", port=0, threads=1)
        print(f"The class-room page answers at http://127.0.0.1:{server.effective_port}", file=sys.stderr, flush=True)
        server.run()


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else None)
