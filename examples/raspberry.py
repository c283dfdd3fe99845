"""Answer for photos on a small computer: NumPy, Pillow and LiteRT, nothing else.

    pawsight export default --to litert --out pets.tflite      # once, on a larger machine
    pip install numpy pillow ai-edge-litert                    # on the small one
    python raspberry.py pets.tflite felix.jpg rex.jpg

Copy this file and change it as you like; it needs no Pawsight. The `.tflite` file says of itself how it wants to be
fed: its card is a ZIP behind the graph. Before the first photo, the golden pictures are answered, and if one score is
not what the card says (another resize, another order of channels, swapped labels, a broken runtime), the program stops.
"""

from __future__ import annotations

import hashlib
import io
import json
import sys
import zipfile
from pathlib import Path

import numpy as np
from ai_edge_litert.interpreter import Interpreter
from PIL import Image, ImageOps

GOLDEN_HEIGHT, GOLDEN_WIDTH = 6, 9
RESAMPLING = {"bilinear": Image.Resampling.BILINEAR, "bicubic": Image.Resampling.BICUBIC}


def fit(image: Image.Image, size: int, mode: str, interpolation: str) -> np.ndarray:
    """Bring an upright RGB photo to the model's square: `(size, size, 3)` uint8. The modes are told by the card."""
    width, height = image.size
    resample = RESAMPLING[interpolation]
    if mode == "pad":  # the whole photo, with grey bars
        scale = size / max(width, height)
        inner = (max(1, round(width * scale)), max(1, round(height * scale)))
        square = Image.new("RGB", (size, size), (127, 127, 127))
        corner = ((size - inner[0]) // 2, (size - inner[1]) // 2)
        square.paste(image.resize(inner, resample, reducing_gap=3.0), corner)
        return np.asarray(square)
    box = (0.0, 0.0, float(width), float(height))  # squash: the whole photo, its ratio given up
    if mode == "crop":  # the middle square
        side = min(width, height)
        left, top = (width - side) / 2, (height - side) / 2
        box = (left, top, left + side, top + side)
    return np.asarray(image.resize((size, size), resample, box, reducing_gap=3.0))


def read(path: str, size: int) -> Image.Image:
    """Open a photo: upright, RGB, what is see-through on white. Large JPEGs are decoded smaller, which is faster."""
    with Image.open(path) as image:
        image.draft("RGB", (2 * size, 2 * size))
        image.load()
        factor = min(image.size) // (2 * size)
        if factor >= 2 and image.mode == "RGB":
            exif = image.getexif()
            image = image.reduce(factor)
            image.info["exif"] = exif.tobytes()
        image = ImageOps.exif_transpose(image)
        if image.has_transparency_data:
            image = image.convert("RGBA")
            image = Image.alpha_composite(Image.new("RGBA", image.size, "white"), image)
        return image.convert("RGB")


class Model:
    """A `.tflite` file that `pawsight export` wrote."""

    def __init__(self, path: str) -> None:
        data = Path(path).read_bytes()
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            self.card = json.loads(archive.read("card.json"))
        known = self.card["files"]["model.tflite"]
        graph = data[: known["bytes"]]
        if hashlib.sha256(graph).hexdigest() != known["sha256"]:
            raise SystemExit(f"{path} is damaged: its SHA-256 is not the one in its card. Copy it again.")
        self.runner = Interpreter(model_content=graph, num_threads=4).get_signature_runner("serving_default")
        self.check_golden(path)

    def scores(self, image: Image.Image) -> dict[str, float]:
        """Class -> probability that it is in the photo."""
        wanted = self.card["input"]
        pixels = fit(image, wanted["size"], wanted["fit"], wanted.get("interpolation", "bicubic"))
        scores = self.runner(pixels=pixels[None])["scores"][0]
        return {name: round(float(score), 6) for name, score in zip(self.card["classes"], scores, strict=True)}

    def check_golden(self, path: str) -> None:
        """Answer pictures made of a seed, and compare with what the card says."""
        golden = self.card["golden"]
        for number, expected in enumerate(golden["scores"]):
            count = GOLDEN_HEIGHT * GOLDEN_WIDTH * 3
            digits = hashlib.shake_256(f"{golden['seed']} {number}".encode()).digest(count)
            pixels = np.frombuffer(digits, np.uint8).reshape(GOLDEN_HEIGHT, GOLDEN_WIDTH, 3)
            received = self.scores(Image.fromarray(pixels))
            for name in expected:
                if not abs(received[name] - expected[name]) <= golden["tolerance"]:
                    raise SystemExit(
                        f"{path} answers golden picture {number} with {name} {received[name]:.3f}, "
                        f"but its card says {expected[name]:.3f}. Do not trust it; export it again."
                    )

    def verdict(self, scores: dict[str, float]) -> str:
        """A class, `both`, `neither` or `unsure`."""
        absent, present = self.card["thresholds"]["absent"], self.card["thresholds"]["present"]
        there = [name for name, score in scores.items() if score >= present]
        if len(there) > 1:
            return "both"
        if any(absent < score < present for score in scores.values()):
            return "unsure"
        return there[0] if there else "neither"


def main(model: str, *photos: str) -> None:
    """Print one JSON line for each photo, as `pawsight predict --format jsonl` does."""
    loaded = Model(model)
    for path in photos:
        try:
            scores = loaded.scores(read(path, loaded.card["input"]["size"]))
        except (OSError, ValueError, SyntaxError) as error:  # what Pillow raises for files that are no photos
            answer = {"path": path, "label": None, "verdict": None, "scores": None, "model": None, "error": str(error)}
        else:
            name = f"{loaded.card['name']}-{loaded.card['version']}"
            label = max(scores, key=scores.__getitem__)
            answer = {"path": path, "label": label, "verdict": loaded.verdict(scores), "scores": scores}
            answer |= {"model": name, "error": None}
        print(json.dumps(answer))


if __name__ == "__main__":
    if len(sys.argv) < 3:
        raise SystemExit("Usage: python raspberry.py MODEL.tflite PHOTO...")
    main(*sys.argv[1:])
