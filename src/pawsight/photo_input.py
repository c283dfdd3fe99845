"""What `Classifier.predict` takes: one photo or many, in the forms in which Python programs hold them.

This file tells one photo from many and turns each form into pixels; files and their bytes go through `pawsight.images`,
like everywhere else.
"""

from __future__ import annotations

import os
from collections.abc import Awaitable, Iterable, Mapping
from pathlib import Path
from typing import Any, BinaryIO
from urllib.parse import urlsplit
from urllib.request import url2pathname

import numpy as np
import numpy.typing as npt
from PIL import Image

from pawsight import images
from pawsight.arguments import EXPAND, has_tilde, is_address
from pawsight.errors import BadPhotoInput, BrokenImage
from pawsight.images.checks import check_size
from pawsight.storage.download import is_web_address
from pawsight.text import shortened
from pawsight.types import LIMITS, LOCAL_LIMITS, Limits, Pixels

# An array is anything with `__array__`: NumPy, PyTorch and JAX on the CPU, TensorFlow.
PhotoInput = str | os.PathLike[str] | bytes | bytearray | memoryview | BinaryIO | Image.Image | npt.NDArray[Any]

FORMS = (
    "Give a path, a web address, bytes, an open binary file, a PIL image, or an array (H, W), (H, W, 3) or (H, W, 4) "
    "of uint8 or of floats from 0 to 1; or a list of these, or an array (N, H, W, 3)."
)
_READ = "Addresses that are read begin with https://, http:// or file:///. Download others first, and pass the path."
_AS_TEXT = 'Pass a web address as a str, "https://...": a Path loses one of its slashes.'


def split_photos(given: object) -> Iterable[Any]:
    """Return the photos of something that is many: an array's rows, or the iterable itself."""
    return _as_array(given) if _is_array(given) else given  # type: ignore[return-value]  # is_one_photo looked


def is_one_photo(given: object) -> bool:
    """Tell one photo from many: a string and an array of two or three dimensions are one photo.

    Args:
        given: what `Classifier.predict` received.

    Returns:
        False for an iterable of photos, an array of four dimensions, and an array of paths or other objects.

    Raises:
        BadPhotoInput: it is neither a photo nor an iterable, or an array that can't be read.
    """
    if isinstance(given, (str, os.PathLike, bytes, bytearray, memoryview, Image.Image)) or hasattr(given, "read"):
        return True
    if _is_array(given):
        return not _holds_many(_as_array(given))
    if isinstance(given, Mapping):
        raise BadPhotoInput(f"A {type(given).__name__} is no photo.", "Pass the photos in it: list(photos.values()).")
    if isinstance(given, Awaitable):
        raise BadPhotoInput(f"An object of type {type(given).__name__} is no photo yet.", "Pass what `await` returns.")
    if isinstance(given, Iterable):
        return False
    raise BadPhotoInput(f"A photo can't be read from an object of type {type(given).__name__}.", FORMS)


def to_pixels(photo: object, least: int, limits: Limits) -> Pixels:
    """Turn one photo, in any of the forms of `PhotoInput`, into upright RGB.

    Args:
        photo: to be read.
        least: files may be decoded smaller than they are, but no side below twice this many pixels by that.
        limits: what a file may cost.

    Returns:
        `(H, W, 3)` uint8, values 0..255.

    Raises:
        ImageError: a file can't be read or decoded, or the photo is larger than allowed.
        BadPhotoInput: the object, the array's shape or its values are not those of a photo.
    """
    own = LOCAL_LIMITS if limits == LIMITS else limits  # the caller chose the file; bytes may be an upload
    if isinstance(photo, (str, os.PathLike)):  # before arrays: the strings and bytes of NumPy are both
        if isinstance(photo, str) and is_web_address(photo):
            return images.decode(images.download(photo, own), least=least, limits=own)
        path = _path_of(photo)
        with images.one_large_file(path):
            return images.decode(images.read(path, own), least=least, limits=own)
    if isinstance(photo, Image.Image):
        return _from_image(photo, own)
    if _is_array(photo) and not isinstance(photo, bytes):
        return _from_array(_as_array(photo), own)
    return images.decode(_bytes_of(photo, limits), least=least, limits=limits)


def keep_bytes(photo: PhotoInput, limits: Limits) -> PhotoInput:
    """Read an open file, so that its photo can be looked at more than once; return everything else as it is."""
    return _bytes_of(photo, limits) if hasattr(photo, "read") else photo


def check_decoded(pixels: Pixels) -> Pixels:
    """Return pixels as `to_pixels` makes them.

    Raises:
        BadPhotoInput: they are something else.
    """
    if not isinstance(pixels, np.ndarray) or pixels.dtype != np.uint8 or pixels.shape[2:] != (3,) or not pixels.size:
        raise BadPhotoInput("Only decoded pixels can be fitted: (H, W, 3) uint8.", "Classifier.read does both.")
    return pixels


def check_fitted(pixels: Pixels, size: int) -> Pixels:
    """Return pixels as a graph takes them, `(size, size, 3)` uint8.

    Raises:
        BadPhotoInput: they are something else.
    """
    if not isinstance(pixels, np.ndarray) or pixels.dtype != np.uint8 or pixels.shape != (size, size, 3):
        raise BadPhotoInput(
            f"Photos fitted for this model are arrays of shape ({size}, {size}, 3) and type uint8.",
            "Classifier.read makes them; Classifier.predict takes photos of any size.",
        )
    return pixels


def _holds_many(array: npt.NDArray[Any]) -> bool:
    if array.ndim == 1:
        return array.size == 0 or array.dtype.kind in "OSTU"
    return array.ndim == 4 and not (array.shape[3] == 1 and array.shape[2] in (3, 4))  # (H, W, 3, 1) is neither


def _is_array(given: object) -> bool:
    return hasattr(given, "__array__") and not isinstance(given, Image.Image)


def _as_array(given: object) -> npt.NDArray[Any]:
    if isinstance(given, np.ma.MaskedArray) and np.ma.is_masked(given):
        raise BadPhotoInput("Some values of the array are masked.", "Fill them first, as array.filled(0) does.")
    try:
        return np.asarray(given)
    except Exception as error:  # each library raises its own
        raise BadPhotoInput(
            f"An object of type {type(given).__name__} can't be converted to an array ({_reason(error)}).",
            "Convert it to a NumPy array first; of a PyTorch tensor, pass tensor.detach().cpu().",
        ) from error


def _path_of(photo: str | os.PathLike[str]) -> Path:
    """Return the path that is meant, also by an address that begins with `file://`."""
    try:
        name = os.fsdecode(photo)
    except Exception as error:  # from an `__fspath__` of somebody's own
        raise BadPhotoInput(
            f"An object of type {type(photo).__name__} is no path ({_reason(error)}).", FORMS
        ) from error
    if not name:
        raise BadPhotoInput("The path is empty.", FORMS)
    if name.lower().startswith("file:/"):
        return _path_of_address(name)
    if is_address(name):
        lost = isinstance(photo, Path) and name.lower().startswith(("http:/", "https:/"))
        raise BadPhotoInput(
            f"{shortened(name)!r} is an address, but not one that is read.", _AS_TEXT if lost else _READ
        )
    if has_tilde(name):
        raise BadPhotoInput(f"The path {shortened(name)!r} begins with ~.", EXPAND)
    return Path(name)


def _path_of_address(address: str) -> Path:
    """Return the path of an address that begins with `file:/` (RFC 8089)."""
    try:
        parts = urlsplit(address)
    except ValueError as error:
        raise BadPhotoInput(f"The address {address!r} can't be read ({error}).", FORMS) from error
    if parts.netloc.lower() not in ("", "localhost"):
        raise BadPhotoInput(
            f"The address {address!r} names a file on another machine, {parts.netloc}.",
            "A file on this one has three slashes: file:///home/me/felix.jpg.",
        )
    return Path(url2pathname(parts.path))


def _bytes_of(photo: object, limits: Limits) -> bytes:
    if isinstance(photo, (bytes, bytearray, memoryview)):
        try:
            return bytes(photo)
        except ValueError as error:
            raise BadPhotoInput(f"The memoryview can't be read ({_reason(error)}).", FORMS) from error
    if not hasattr(photo, "read"):
        raise BadPhotoInput(f"A photo can't be read from an object of type {type(photo).__name__}.", FORMS)
    data = bytearray()
    while len(data) <= limits.bytes and (more := _read(photo, limits.bytes + 1 - len(data))):
        data += more
    return bytes(data)


def _read(file: Any, most: int) -> bytes:
    """Read from an open file; a raw one or a connection may give less than was asked for."""
    try:
        data = file.read(most)
    except Exception as error:  # closed, open for writing, or an object of another kind with a method of this name
        raise BadPhotoInput(
            f"An object of type {type(file).__name__} can't be read ({_reason(error)}).",
            'Open the file with open(path, "rb"), and keep it open.',
        ) from error
    if isinstance(data, str):
        raise BadPhotoInput("The file object is open for text, not for bytes.", 'Open it with open(path, "rb").')
    if not isinstance(data, (bytes, bytearray, memoryview)):
        raise BadPhotoInput(f"Reading the file gave {type(data).__name__} in place of bytes.", FORMS)
    return bytes(data)


def _reason(error: BaseException) -> str:
    return " ".join(str(error).split())[:200].rstrip(".") or type(error).__name__


def _from_image(image: Image.Image, limits: Limits) -> Pixels:
    if not all(image.size):
        raise BadPhotoInput(f"The image is empty: its size is {image.size}.", FORMS)
    check_size(image.size, limits)
    try:
        return images.from_pil(image)
    except BrokenImage as error:
        if "closed" in (reason := _reason(error.__cause__ or error)):
            raise BadPhotoInput(
                "The PIL image was closed before its pixels were read.", "Keep it and its file open."
            ) from error
        if image.format is None:  # it comes from no file
            raise BadPhotoInput(f"A PIL image of mode {image.mode} can't be converted ({reason}).", FORMS) from error
        raise


def _from_array(array: npt.NDArray[Any], limits: Limits) -> Pixels:
    """Convert an array to `(H, W, 3)` uint8; transparency goes onto white, as with files."""
    if array.size == 0:
        raise BadPhotoInput(f"The array is empty: its shape is {array.shape}.", FORMS)
    if array.ndim == 3 and array.shape[2] == 1:
        array = array[:, :, 0]
    if array.ndim not in (2, 3) or (array.ndim == 3 and array.shape[2] not in (3, 4)):
        raise BadPhotoInput(f"An array of shape {array.shape} is no photo.{_channels_first(array)}", FORMS)
    check_size((array.shape[1], array.shape[0]), limits)
    return images.from_pil(Image.fromarray(np.ascontiguousarray(_to_uint8(array))))


def _channels_first(array: npt.NDArray[Any]) -> str:
    if array.ndim == 3 and array.shape[0] in (1, 3, 4):
        return " It looks as if its channels came first: np.moveaxis(array, 0, -1) moves them to the end."
    return ""


def _to_uint8(array: npt.NDArray[Any]) -> Pixels:
    if array.dtype == np.uint8:
        return array
    if not np.issubdtype(array.dtype, np.floating):
        raise BadPhotoInput(f"An array of {array.dtype} is ambiguous.", FORMS)
    low, high = float(array.min()), float(array.max())
    if not (low >= 0 and high <= 1):  # also where a value is not a number
        raise BadPhotoInput(
            f"Floating-point pixels must lie between 0 and 1, but these lie between {low:g} and {high:g}.",
            "Divide values of 0 to 255 by 255, or convert them with .astype(np.uint8).",
        )
    return np.rint(array.astype(np.float32) * 255).astype(np.uint8)
