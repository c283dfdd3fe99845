"""Answer for photos on a small computer: NumPy, Pillow and LiteRT, nothing else.

    pawsight export default --to litert --out pets.tflite      # once, on a larger machine
    pip install numpy pillow ai-edge-litert                    # on the small one
    python raspberry.py pets.tflite felix.jpg rex.jpg

Copy this file and change it as you like; it needs no Pawsight. The `.tflite` file says of itself how it wants to be
fed: its card is a ZIP behind the graph. Before the first photo, the golden pictures are answered, and if one score is
not what the card says (another resize, another order of channels, swapped labels, a broken runtime), the program stops.

It prints the lines of `pawsight predict --format jsonl` and ends like it: with 0, with 1 where a photo could not be
read, and with 2 where the model cannot be used or nothing was asked.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import sys
import warnings
import zipfile
from pathlib import Path
from typing import NoReturn


def stop(reason: str) -> NoReturn:
    """End the program with one line on standard error and exit code 2."""
    print(f"Error: {reason}", file=sys.stderr)
    sys.exit(2)


try:
    import numpy as np
    from ai_edge_litert.interpreter import Interpreter
    from PIL import Image, UnidentifiedImageError
except ModuleNotFoundError as error:
    stop(f"This script needs {error.name}. Run: pip install numpy pillow ai-edge-litert")

GOLDEN_HEIGHT, GOLDEN_WIDTH = 6, 9
MOST_BYTES, MOST_PIXELS = 200_000_000, 300_000_000  # of one photo; a bomb is small as a file and huge as a picture
LONGEST_SIDE = 65_535
# First bytes of a file -> Pillow's name for the format. Nothing else is opened: Pillow starts other programs for some.
FORMATS = {
    b"\xff\xd8\xff": "JPEG",
    b"\x89PNG\r\n\x1a\n": "PNG",
    b"GIF87a": "GIF",
    b"GIF89a": "GIF",
    b"BM": "BMP",
    b"II*\0": "TIFF",
    b"MM\0*": "TIFF",
    b"II+\0": "TIFF",
    b"MM\0+": "TIFF",
}
# EXIF orientation -> what turns the picture upright.
UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
RESAMPLING = {"bilinear": Image.Resampling.BILINEAR, "bicubic": Image.Resampling.BICUBIC}


def fit(image: Image.Image, size: int, mode: str, interpolation: str) -> np.ndarray:
    """Bring an upright RGB photo to the model's square: `(size, size, 3)` uint8. The card names the mode."""
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


class BadPhoto(Exception):
    """A photo that cannot be read: its error's code, and the reason in words."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


def read(path: str, size: int) -> Image.Image:
    """Open a photo, whatever is wrong with it.

    Raises:
        BadPhoto: it is missing, too large, or no photo.
    """
    try:
        length = os.path.getsize(path)
        if not os.path.isfile(path):
            raise BadPhoto("unreadable_file", f"{path!r} cannot be read (not a plain file). Check the path.")
        if not length:
            raise BadPhoto("empty_file", "The file is empty (0 bytes). Copy it again.")
        if length > MOST_BYTES:
            raise BadPhoto("payload_too_large", f"The file has {length / 1e6:,.1f} MB; at most 200 MB are allowed.")
        return decode(path, size)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise BadPhoto("image_too_large", "The picture has more than 300 megapixels. Scale it down.") from error
    except UnidentifiedImageError as error:
        raise BadPhoto("broken_image", "The picture is damaged (its header does not read). Copy it again.") from error
    except BadPhoto:
        raise
    except (FileNotFoundError, PermissionError) as error:
        raise BadPhoto("unreadable_file", f"{path!r} cannot be read ({error.strerror}). Check the path.") from error
    except Exception as error:  # decoders raise almost anything for damaged bytes
        raise BadPhoto("broken_image", f"The picture is damaged ({error}). Copy it again.") from error


def format_of(head: bytes) -> str:
    """Name the format of a file by its first bytes, as `predict` does; its name may say anything.

    Raises:
        BadPhoto: it is of no format that is opened here.
    """
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "WEBP"
    if head[4:8] == b"ftyp" and {b"avif", b"avis"} & {head[at : at + 4] for at in range(8, len(head), 4)}:
        return "AVIF"
    for first, name in FORMATS.items():
        if head.startswith(first):
            return name
    raise BadPhoto("unsupported_format", "The file is no JPEG, PNG, WebP, GIF, AVIF, BMP or TIFF. Save it as JPEG.")


def decode(path: str, size: int) -> Image.Image:
    """Decode a photo: upright, RGB, what is see-through on white. Large ones are decoded smaller, which is faster."""
    with open(path, "rb") as file:
        head = file.read(32)
    with Image.open(path, formats=[format_of(head)]) as image:
        if max(image.size) > LONGEST_SIDE:
            raise BadPhoto("image_too_large", f"A side has more than {LONGEST_SIDE:,} pixels. Crop the picture.")
        image.draft("RGB", (2 * size, 2 * size))
        image.load()
        turn = orientation(image)
        image = averageable(image)
        factor = min(image.size) // (2 * size)
        if factor >= 2:
            image = image.reduce(factor)
        if image.has_transparency_data:
            image = image.convert("RGBA")
            image = Image.alpha_composite(Image.new("RGBA", image.size, "white"), image)
        image = image.convert("RGB")
        return image.transpose(UPRIGHT[turn]) if turn in UPRIGHT else image


def orientation(image: Image.Image) -> int:
    """Return the EXIF orientation; 1, which is upright, where there is none or it does not read."""
    try:
        return 1 if image.format == "TIFF" else int(image.getexif().get(0x0112, 1))  # Pillow turns a TIFF by itself
    except Exception:  # malformed metadata says nothing about the pixels
        return 1


def averageable(image: Image.Image) -> Image.Image:
    """Convert modes whose pixels cannot be averaged: palettes, one transparent color, more than 8 bits of grey."""
    if image.mode.startswith("I") or image.mode == "F":
        return eight_bits(image)
    if image.mode in {"LA", "RGBA", "CMYK"} or (image.mode in {"L", "RGB"} and "transparency" not in image.info):
        return image
    return image.convert("RGBA" if image.has_transparency_data else "RGB")


def eight_bits(image: Image.Image) -> Image.Image:
    """Scale 16-bit grey (0 to 65,535) and floating-point grey (0 to 1) to 8 bits, which `convert` would clip."""
    grey = np.asarray(image)
    if image.mode == "F" and not np.isfinite(grey).all():
        raise ValueError("some pixels are not a number, or infinite")
    most = 65535.0 if image.mode != "F" else 1.0 if grey.max(initial=0) <= 1 else 255.0
    scaled = (np.clip(grey, 0, most) // (most / 255)).astype(np.uint8)
    if isinstance(image.info.get("transparency"), int):
        scaled[grey == image.info["transparency"]] = 255  # white, as behind everything see-through
    return Image.fromarray(scaled)


class Model:
    """A `.tflite` file that `pawsight export` wrote."""

    def __init__(self, path: str) -> None:
        try:
            data = Path(path).read_bytes()
            with zipfile.ZipFile(io.BytesIO(data)) as archive:
                self.card = json.loads(archive.read("card.json"))
            known = self.card["files"]["model.tflite"]
        except OSError as error:
            stop(f"{path} cannot be read ({error.strerror}).")
        except (zipfile.BadZipFile, KeyError, ValueError, TypeError):
            stop(f"{path} is no model with a card inside. Write one: pawsight export default --to litert")
        graph = data[: known["bytes"]]
        if hashlib.sha256(graph).hexdigest() != known["sha256"]:
            stop(f"{path} is damaged: its SHA-256 is not the one in its card. Copy it again.")
        try:
            self.runner = Interpreter(model_content=graph, num_threads=4).get_signature_runner("serving_default")
        except (RuntimeError, ValueError) as error:  # a graph that is newer than the runtime
            stop(f"LiteRT cannot run {path} ({error}). Update it: pip install --upgrade ai-edge-litert")
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
                    stop(
                        f"{path} answers golden picture {number} with {name} {received[name]:.3f}, "
                        f"but its card says {expected[name]:.3f}. Do not trust it; export it again."
                    )

    def verdict(self, scores: dict[str, float]) -> str:
        """A class, `both`, `neither` or `unsure`."""
        limits = self.card["thresholds"]
        absent, present = limits["absent"], limits["present"]
        there = [name for name, score in scores.items() if score >= present]
        if limits.get("exclusive"):  # scores are shares of one probability
            top = max(scores, key=scores.__getitem__)
            return top if there else "unsure" if round(sum(scores.values()), 6) > absent else "neither"
        if len(there) > 1:
            return "both"
        if any(absent < score < present for score in scores.values()):
            return "unsure"
        return there[0] if there else "neither"


def answer(model: Model, path: str) -> dict[str, object]:
    """Answer for one photo: the fields of a line of `pawsight predict --format jsonl`."""
    shown = path.encode("utf-8", "backslashreplace").decode()  # a name may hold bytes that are no text
    try:
        scores = model.scores(read(path, model.card["input"]["size"]))
    except BadPhoto as error:
        nothing = dict.fromkeys(("label", "verdict", "scores", "model"))
        return {"path": shown, **nothing, "error": {"code": error.code, "message": str(error)}}
    name = f"{model.card['name']}-{model.card['version']}"
    label = max(scores, key=scores.__getitem__)
    found = {"path": shown, "label": label, "verdict": model.verdict(scores), "scores": scores}
    return found | {"model": name, "error": None}


def main(model: str, *photos: str) -> int:
    """Print one JSON line for each photo; return 1 where one could not be read, else 0."""
    Image.MAX_IMAGE_PIXELS = MOST_PIXELS
    warnings.simplefilter("ignore")  # decoders' remarks on damaged photos
    warnings.simplefilter("error", Image.DecompressionBombWarning)
    sys.stdout.reconfigure(encoding="utf-8")
    loaded, failed = Model(model), False
    for path in photos:
        line = answer(loaded, path)
        failed |= line["error"] is not None
        print(json.dumps(line, ensure_ascii=False, separators=(",", ":")), flush=True)
    return int(failed)


if __name__ == "__main__":
    if len(sys.argv) < 3:
        stop("Usage: python raspberry.py MODEL.tflite PHOTO...")
    try:
        code = main(*sys.argv[1:])
    except KeyboardInterrupt:
        stop("Stopped.")
    except BrokenPipeError:  # whatever reads the lines has seen enough
        os._exit(141)  # as shells report it; an ordinary exit would try to write the rest
    except OSError as error:
        print(f"Error: The lines cannot be written ({error.strerror}).", file=sys.stderr)
        os._exit(2)
    sys.exit(code)
