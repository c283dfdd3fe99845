from __future__ import annotations

import io
import os
from collections import deque
from collections.abc import Callable, Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image, ImageOps

from pawsight.classifier import Classifier, Prediction
from pawsight.errors import (
    BadPhotoInput,
    BrokenImage,
    EmptyFile,
    ImageError,
    PawsightError,
    PayloadTooLarge,
    UnreadableFile,
)
from pawsight.types import Limits, Pixels

CAT = (255, 0, 0)


@pytest.fixture(scope="module")
def pixels() -> Pixels:
    """A photo that the tiny model tells apart from others, `(48, 64, 3)`."""
    grain = np.random.default_rng(0).integers(-8, 9, (48, 64, 3))
    return np.clip(np.array([200, 30, 40]) + grain, 0, 255).astype(np.uint8)


def png(pixels: npt.NDArray[Any], mode: str | None = None) -> bytes:
    buffer = io.BytesIO()
    image = Image.fromarray(pixels)
    (image.convert(mode) if mode else image).save(buffer, "PNG")
    return buffer.getvalue()


class Tensor:
    """What PyTorch, TensorFlow and JAX have in common on the CPU."""

    def __init__(self, array: npt.NDArray[Any]) -> None:
        self.array = array

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> npt.NDArray[Any]:
        return np.asarray(self.array, dtype)


class Pieces(io.BytesIO):
    """A file that gives less than it is asked for, as a socket does."""

    def read(self, most: int | None = -1, /) -> bytes:
        return super().read(min(most or -1, 100))


class Named:
    """A path of somebody's own."""

    def __init__(self, name: Any) -> None:
        self.name = name

    def __fspath__(self) -> Any:
        return self.name


def later(data: bytes) -> io.BytesIO:
    """Return a file that stands behind its first bytes."""
    file = io.BytesIO(b"1234" + data)
    file.seek(4)
    return file


ONE: dict[str, Callable[[Pixels, Path], Any]] = {
    "str": lambda pixels, path: str(path),
    "Path": lambda pixels, path: path,
    "bytes": lambda pixels, path: path.read_bytes(),
    "bytearray": lambda pixels, path: bytearray(path.read_bytes()),
    "memoryview": lambda pixels, path: memoryview(path.read_bytes()),
    "open file": lambda pixels, path: io.BytesIO(path.read_bytes()),
    "a file behind its start": lambda pixels, path: later(path.read_bytes()),
    "a file in pieces": lambda pixels, path: Pieces(path.read_bytes()),
    "file address": lambda pixels, path: path.as_uri(),
    "PathLike": lambda pixels, path: Named(str(path)),
    "PathLike of bytes": lambda pixels, path: Named(os.fsencode(path)),
    "PIL image": lambda pixels, path: Image.fromarray(pixels),
    "PIL image from a file": lambda pixels, path: Image.open(path),
    "PIL RGBA": lambda pixels, path: Image.fromarray(pixels).convert("RGBA"),
    "uint8": lambda pixels, path: pixels,
    "uint8 RGBA": lambda pixels, path: np.dstack([pixels, np.full(pixels.shape[:2], 255, np.uint8)]),
    "float32": lambda pixels, path: pixels.astype(np.float32) / 255,
    "float64": lambda pixels, path: pixels / 255,
    "not contiguous": lambda pixels, path: pixels[:, ::-1][:, ::-1],
    "read-only": lambda pixels, path: np.frombuffer(pixels.tobytes(), np.uint8).reshape(pixels.shape),
    "Fortran's order": lambda pixels, path: np.asfortranarray(pixels),
    "big-endian floats": lambda pixels, path: (pixels / 255).astype(">f4"),
    "float16": lambda pixels, path: (np.rint(pixels / 255 * 1020) / 1020).astype(np.float16),
    "tensor": lambda pixels, path: Tensor(pixels),
}


@pytest.mark.parametrize("form", ONE)
def test_one_photo_gives_one_prediction(classifier: Classifier, pixels: Pixels, tmp_path: Path, form: str) -> None:
    path = tmp_path / "photo ä 猫.png"
    path.write_bytes(png(pixels))
    wanted, given = classifier.predict(path), ONE[form](pixels, path)
    assert isinstance(wanted, Prediction)
    assert classifier.predict(given) == wanted
    assert classifier.predict([ONE[form](pixels, path)]) == [wanted]


MANY: dict[str, Callable[[Pixels, Path], Any]] = {
    "list": lambda pixels, path: [path, pixels],
    "tuple": lambda pixels, path: (path, pixels),
    "generator": lambda pixels, path: (one for one in [path, pixels]),
    "array": lambda pixels, path: np.stack([pixels, pixels]),
    "float array": lambda pixels, path: np.stack([pixels, pixels]) / 255,
    "array of paths": lambda pixels, path: np.array([str(path), str(path)]),
    "tensor": lambda pixels, path: Tensor(np.stack([pixels, pixels])),
    "map": lambda pixels, path: map(str, [path, path]),
    "deque": lambda pixels, path: deque([path, pixels]),
}


@pytest.mark.parametrize("form", MANY)
def test_many_photos_give_a_list(classifier: Classifier, pixels: Pixels, tmp_path: Path, form: str) -> None:
    path = tmp_path / "photo.png"
    path.write_bytes(png(pixels))
    assert classifier.predict(MANY[form](pixels, path)) == [classifier.predict(path)] * 2


@pytest.mark.parametrize("none", [[], (), iter(()), np.zeros((0,), str)])
def test_none_gives_an_empty_list(classifier: Classifier, none: Any) -> None:
    assert classifier.predict(none) == []


def test_grey_that_a_program_widened_is_as_bright_as_before(classifier: Classifier, pixels: Pixels) -> None:
    grey = Image.fromarray(pixels).convert("L")
    for mode in ("I", "I;16", "I;16B", "F", "La"):
        assert classifier.predict(grey.convert("LA").convert("La") if mode == "La" else grey.convert(mode)) == (
            classifier.predict(grey)
        ), mode


def test_bytes_of_numpy_are_bytes(classifier: Classifier, pixels: Pixels) -> None:
    wanted = classifier.predict(png(pixels))
    assert classifier.predict(np.bytes_(png(pixels))) == wanted
    assert classifier.predict(np.array([png(pixels)])) == [wanted]


def test_grey_arrays_are_grey_photos(classifier: Classifier, pixels: Pixels) -> None:
    grey = pixels.mean(axis=2).astype(np.uint8)
    wanted = classifier.predict(png(grey))
    assert classifier.predict(grey) == wanted
    assert classifier.predict(grey[:, :, None]) == wanted


def test_transparent_pixels_lie_on_white(classifier: Classifier, pixels: Pixels) -> None:
    clear = np.dstack([pixels, np.zeros(pixels.shape[:2], np.uint8)])
    assert classifier.predict(clear) == classifier.predict(np.full_like(pixels, 255))
    assert classifier.predict(Image.fromarray(clear)) == classifier.predict(png(clear))


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "CMYK", "I;16", "F", "YCbCr"])
def test_pil_images_of_every_mode(classifier: Classifier, pixels: Pixels, mode: str) -> None:
    assert isinstance(classifier.predict(Image.fromarray(pixels).convert("L").convert(mode)), Prediction)


def test_a_pil_image_is_turned_upright_and_stays_as_it_was(classifier: Classifier, pixels: Pixels) -> None:
    half = np.concatenate([pixels[:24], np.zeros_like(pixels[24:])])
    exif = Image.Exif()
    exif[0x0112] = 6
    buffer = io.BytesIO()
    Image.fromarray(half).save(buffer, "PNG", exif=exif)
    image = Image.open(io.BytesIO(buffer.getvalue()))
    upright = ImageOps.exif_transpose(image)
    assert np.array_equal(classifier.decode(image), np.asarray(upright))
    assert image.size == (64, 48)


def test_a_column_of_a_table(classifier: Classifier, pixels: Pixels, tmp_path: Path) -> None:
    pandas = pytest.importorskip("pandas", reason="a Series needs pandas")
    path = tmp_path / "photo.png"
    path.write_bytes(png(pixels))
    for column in (pandas.Series([str(path)], index=["z"]), pandas.Series([path]), pandas.Index([str(path)])):
        assert classifier.predict(column) == [classifier.predict(path)]
    with pytest.raises(BadPhotoInput, match="of type"):
        classifier.predict(pandas.Series([str(path), None]))


def test_what_a_generator_of_the_caller_raises_stays_as_it_is(classifier: Classifier, pixels: Pixels) -> None:
    def photos() -> Iterator[Pixels]:
        yield pixels
        raise RuntimeError("the camera is gone")

    with pytest.raises(RuntimeError, match="the camera is gone"):
        classifier.predict(photos())


def test_a_pil_image_that_is_cut_off(classifier: Classifier, pixels: Pixels) -> None:
    with pytest.raises(BrokenImage):
        classifier.predict(Image.open(io.BytesIO(png(np.tile(pixels, (8, 8, 1)))[:2000])))


@pytest.fixture
def web(tmp_path: Path, pixels: Pixels) -> Iterator[str]:
    """The address of a folder with `photo.png`."""
    (tmp_path / "photo.png").write_bytes(png(pixels))
    (tmp_path / "empty.png").touch()
    quiet = partial(_Quiet, directory=str(tmp_path))
    with ThreadingHTTPServer(("127.0.0.1", 0), quiet) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Say nothing."""


def test_a_web_address(classifier: Classifier, web: str, tmp_path: Path) -> None:
    wanted = classifier.predict(tmp_path / "photo.png")
    assert classifier.predict(f"{web}/photo.png") == wanted
    assert classifier.predict([f"{web}/photo.png", tmp_path / "photo.png"]) == [wanted] * 2
    assert classifier.predict(f"{web}/photo.png").overlay().shape == (48, 64, 3)


@pytest.mark.parametrize(
    ("place", "error", "words"),
    [
        ("missing.png", UnreadableFile, "answered 404"),
        ("empty.png", EmptyFile, "empty"),
        ("", ImageError, "The file is"),
    ],
)
def test_a_web_address_without_a_photo(
    classifier: Classifier, web: str, place: str, error: type[PawsightError], words: str
) -> None:
    with pytest.raises(error, match=words):
        classifier.predict(f"{web}/{place}")


def test_a_download_is_limited(classifier: Classifier, web: str) -> None:
    limited = Classifier(classifier.card, classifier.session, Limits(bytes=100))
    with pytest.raises(PayloadTooLarge):
        limited.predict(f"{web}/photo.png")


def test_an_address_that_nobody_answers(classifier: Classifier) -> None:
    with pytest.raises(UnreadableFile, match="cannot be reached"):
        classifier.predict("http://127.0.0.1:1/photo.png")
