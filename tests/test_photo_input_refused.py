"""What `Classifier.predict` refuses: an error of the family, in words that say what to pass instead."""

from __future__ import annotations

import datetime
import io
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image

from pawsight.classifier import Classifier
from pawsight.errors import BadPhotoInput, EmptyFile, ImageError, ImageTooLarge, PawsightError, UnreadableFile


class OnCard:
    """A tensor on a graphics card."""

    def __array__(self, *_: Any, **__: Any) -> npt.NDArray[Any]:
        raise TypeError("can't convert cuda:0 device type tensor to numpy.")


class Named:
    """A path of somebody's own."""

    def __init__(self, name: Any) -> None:
        self.name = name

    def __fspath__(self) -> Any:
        return self.name


class Later:
    """What asynchronous code passes around before the photo is there."""

    def __await__(self) -> Iterator[None]:
        yield None


def closed_file() -> io.BytesIO:
    (file := io.BytesIO(b"1234")).close()
    return file


def closed_image(folder: Path, before: bool) -> Image.Image:
    """Return an image of a file that was closed before its pixels were read, or after."""
    Image.new("RGB", (8, 8)).save(folder / "small.png")
    image = Image.open(folder / "small.png")
    if not before:
        image.load()
    image.close()
    return image


def image_of_closed_file(folder: Path) -> Image.Image:
    Image.new("RGB", (8, 8)).save(folder / "small.png")
    with open(folder / "small.png", "rb") as file:
        return Image.open(file)


def released() -> memoryview:
    (view := memoryview(b"1234")).release()
    return view


REFUSED: dict[str, tuple[Callable[[Path], Any], type[PawsightError], str]] = {
    "a number": (lambda path: 7, BadPhotoInput, "of type int"),
    "None": (lambda path: None, BadPhotoInput, "of type NoneType"),
    "a list of numbers": (lambda path: [1, 2], BadPhotoInput, "of type int"),
    "a list of lists": (lambda path: [[path]], BadPhotoInput, "of type list"),
    "an empty array": (lambda path: np.zeros((0, 64, 3), np.uint8), BadPhotoInput, "empty"),
    "no dimensions": (lambda path: np.array(3, np.uint8), BadPhotoInput, r"shape \(\)"),
    "five dimensions": (lambda path: np.zeros((1, 1, 2, 2, 3), np.uint8), BadPhotoInput, "shape"),
    "two channels": (lambda path: np.zeros((8, 8, 2), np.uint8), BadPhotoInput, r"\(8, 8, 2\)"),
    "channels first": (lambda path: np.zeros((3, 8, 8), np.uint8), BadPhotoInput, "moveaxis"),
    "16 bits": (lambda path: np.zeros((8, 8, 3), np.uint16), BadPhotoInput, "uint16 is ambiguous"),
    "whole numbers": (lambda path: np.zeros((8, 8, 3), int), BadPhotoInput, "int64 is ambiguous"),
    "objects": (lambda path: np.full((8, 8, 3), None), BadPhotoInput, "object is ambiguous"),
    "floats to 255": (lambda path: np.full((8, 8, 3), 255.0), BadPhotoInput, "Divide"),
    "negative floats": (lambda path: np.full((8, 8, 3), -0.1), BadPhotoInput, "between 0 and 1"),
    "not a number": (lambda path: np.full((8, 8, 3), np.nan), BadPhotoInput, "between 0 and 1"),
    "infinite": (lambda path: np.full((8, 8, 3), np.inf), BadPhotoInput, "between 0 and 1"),
    "an array of numbers": (lambda path: np.arange(4), BadPhotoInput, "shape"),
    "yes and no": (lambda path: np.zeros((8, 8), bool), BadPhotoInput, "bool is ambiguous"),
    "a date": (lambda path: datetime.date(2026, 1, 1), BadPhotoInput, "of type date"),
    "a module": (lambda path: os, BadPhotoInput, "type module can't be read"),
    "a tensor on a card": (lambda path: OnCard(), BadPhotoInput, "cuda:0.*tensor.detach"),
    "tensors on a card": (lambda path: [OnCard()], BadPhotoInput, "cuda:0.*tensor.detach"),
    "an empty PIL image": (lambda path: Image.new("RGB", (0, 5)), BadPhotoInput, "empty"),
    "a path that is a number": (lambda path: Named(7), BadPhotoInput, "is no path"),
    "no name": (lambda path: "", BadPhotoInput, "The path is empty"),
    "a closed file": (lambda path: closed_file(), BadPhotoInput, "can't be read .*keep it open"),
    "a text file": (lambda path: io.StringIO("felix"), BadPhotoInput, "open for text"),
    "a folder": (lambda path: path, UnreadableFile, "not a plain file"),
    "a missing file": (lambda path: path / "missing.jpg", UnreadableFile, "No such file"),
    "empty bytes": (lambda path: b"", EmptyFile, "empty"),
    "an empty file": (lambda path: io.BytesIO(), EmptyFile, "empty"),
    "other bytes": (lambda path: b"felix", ImageError, "text"),
    "masked values": (lambda path: np.ma.masked_array(np.eye(8), np.eye(8) == 1), BadPhotoInput, r"filled\(0\)"),
    "a masked path": (lambda path: np.ma.masked_array(["a", "b"], [False, True]), BadPhotoInput, "masked"),
    "a flat array": (lambda path: np.zeros(192, np.uint8), BadPhotoInput, r"shape \(192,\)"),
    "a dimension too many": (lambda path: np.zeros((8, 8, 3, 1), np.uint8), BadPhotoInput, r"\(8, 8, 3, 1\)"),
    "a side too long": (lambda path: np.broadcast_to(np.float32(0), (2**31, 1, 3)), ImageTooLarge, "2,147,483,648"),
    "too many pixels": (lambda path: np.broadcast_to(np.uint8(0), (20000, 20000)), ImageTooLarge, "400 megapixels"),
    "a PIL image too long": (lambda path: Image.new("L", (70_000, 1)), ImageTooLarge, "70,000 x 1"),
    "a closed PIL image": (lambda path: closed_image(path, before=True), BadPhotoInput, "closed before .*Keep it"),
    "a PIL image that was read": (lambda path: closed_image(path, before=False), BadPhotoInput, "was closed"),
    "a PIL image of a closed file": (image_of_closed_file, BadPhotoInput, "closed before .*its file open"),
    "a PIL image without numbers": (
        lambda path: Image.fromarray(np.full((8, 8), np.nan, np.float32)),
        BadPhotoInput,
        "mode F .*not a number",
    ),
    "a released memoryview": (lambda path: released(), BadPhotoInput, "released"),
    "a dict": (lambda path: {"image": path, "label": 1}, BadPhotoInput, r"A dict .*list\(photos.values\(\)\)"),
    "what is awaited": (lambda path: Later(), BadPhotoInput, "`await`"),
    "FTP": (lambda path: "ftp://host/x.jpg", BadPhotoInput, "is an address.*begin with https://, http:// or file"),
    "object storage": (lambda path: "s3://bucket/x.jpg", BadPhotoInput, "is an address"),
    "a data address": (lambda path: "data:image/png;base64,iVBORw0KGgo=", BadPhotoInput, "is an address"),
    "a slash too few": (lambda path: "https:/example.com/x.jpg", BadPhotoInput, "is an address"),
    "a Path of an address": (lambda path: Path("https://example.com/x.jpg"), BadPhotoInput, "address as a str"),
    "another machine's file": (lambda path: "file://nas/x.jpg", BadPhotoInput, "another machine, nas.*three slashes"),
    "half an address": (lambda path: "file://[x/x.jpg", BadPhotoInput, "can't be read"),
    "somebody's home": (lambda path: "~/x.jpg", BadPhotoInput, "begins with ~.*expanduser"),
    "a photo in base64": (lambda path: "/9j/" * 9000, UnreadableFile, r"^.{200,400}$"),
    "a NUL in the name": (lambda path: "felix\0.jpg", UnreadableFile, "null"),
}


@pytest.mark.parametrize("what", REFUSED)
def test_everything_else_is_refused_in_clear_words(classifier: Classifier, tmp_path: Path, what: str) -> None:
    make, error, words = REFUSED[what]
    with pytest.raises(error, match=words) as caught:
        classifier.predict(make(tmp_path))
    assert caught.value.hint


def test_files_that_look_like_addresses_are_read(
    classifier: Classifier, picture: Callable[..., bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    wanted = classifier.predict(picture())
    for name in ("data:1.jpg", "~1.jpg", "ftp:/1.jpg"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(picture())
        assert classifier.predict(name) == wanted
    assert (
        classifier.predict(f"file:{tmp_path}/~1.jpg")
        == classifier.predict(f"file://localhost{tmp_path}/~1.jpg")
        == wanted
    )
