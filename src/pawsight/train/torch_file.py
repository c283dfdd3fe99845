"""Read tensors out of a legacy PyTorch file, without PyTorch and without trusting the file.

A pickle can run any code. This unpickler can only make ordered dictionaries and tensors: every other name in the file
is refused before it is looked up. Layout of the format (before PyTorch 1.6): four pickles (magic number, protocol,
system, state), a pickled list of storage keys, then each storage as a 64-bit count and its raw little-endian numbers.
"""

from __future__ import annotations

import pickle
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import numpy as np
import numpy.typing as npt

from pawsight.errors import BadModel

MAGIC = 0x1950A86A20F9469CFC6C
_DTYPES: dict[str, np.dtype[Any]] = {
    "FloatStorage": np.dtype("<f4"),
    "HalfStorage": np.dtype("<f2"),
    "LongStorage": np.dtype("<i8"),
}


@dataclass(frozen=True)
class _Slice:
    """A tensor as the pickle describes it: where its numbers will lie."""

    storage: str
    dtype: np.dtype[Any]
    offset: int
    shape: tuple[int, ...]
    strides: tuple[int, ...]


def _rebuild(
    storage: tuple[str, str], offset: int, shape: tuple[int, ...], strides: tuple[int, ...], *_: object
) -> _Slice:
    kind, key = storage
    return _Slice(key, _DTYPES[kind], offset, shape, strides)


class _TensorUnpickler(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> str | type | Callable[..., _Slice]:
        if (module, name) == ("collections", "OrderedDict"):
            return OrderedDict
        if (module, name) == ("torch._utils", "_rebuild_tensor_v2"):
            return _rebuild
        if module == "torch" and name in _DTYPES:
            return name
        raise BadModel(f"Expected a file of tensors only, but it asks for {module}.{name}.", "Do not use this file.")

    def persistent_load(self, pid: tuple[str, str, str, str, int, object]) -> tuple[str, str]:
        _, kind, key, *_ = pid
        return kind, key


def read_tensors(path: Path) -> dict[str, npt.NDArray[Any]]:
    """Read all tensors of a legacy PyTorch state file, in file order.

    Returns:
        name -> array, in the dtype and shape stored.

    Raises:
        BadModel: not such a file, cut off, or one that asks for more than tensors.
    """
    with path.open("rb") as file:
        try:
            magic, _protocol, _system, state = (_TensorUnpickler(file).load() for _ in range(4))
            keys = _TensorUnpickler(file).load()
        except (pickle.UnpicklingError, EOFError, ValueError, KeyError, TypeError) as error:
            raise BadModel(f"Expected a legacy PyTorch file at {path}, but it does not read ({error}).") from error
        if magic != MAGIC:
            raise BadModel(f"Expected a legacy PyTorch file at {path}, but its magic number is {magic!r}.")
        dtypes = {part.storage: part.dtype for part in state.values()}
        numbers = {key: _read_storage(file, dtypes[key]) for key in keys}
    return {name: _view(numbers[part.storage], part) for name, part in state.items()}


def _read_storage(file: IO[bytes], dtype: np.dtype[Any]) -> npt.NDArray[Any]:
    count = int.from_bytes(file.read(8), "little")
    data = file.read(count * dtype.itemsize)
    if len(data) != count * dtype.itemsize:
        raise BadModel(
            f"Expected {count} numbers in the PyTorch file, but it ends early.", "Install the package again."
        )
    return np.frombuffer(data, dtype)


def _view(numbers: npt.NDArray[Any], part: _Slice) -> npt.NDArray[Any]:
    last = part.offset + sum((n - 1) * stride for n, stride in zip(part.shape, part.strides, strict=True))
    if min(part.shape, default=1) < 1 or min(part.strides, default=0) < 0 or not 0 <= last < len(numbers):
        raise BadModel("A tensor in the PyTorch file reaches outside its storage.", "Do not use this file.")
    strides = [stride * numbers.itemsize for stride in part.strides]
    return np.lib.stride_tricks.as_strided(numbers[part.offset :], part.shape, strides, writeable=False)
