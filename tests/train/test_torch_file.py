"""The restricted reader of PyTorch files: real tensors come out, code does not run."""

from __future__ import annotations

import io
import pickle
import struct
from collections import OrderedDict
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pawsight.errors import BadModel
from pawsight.train.torch_file import MAGIC, read_tensors

SYSTEM = {"protocol_version": 1001, "little_endian": True, "type_sizes": {"short": 2, "int": 4, "long": 4}}


class _Named:
    """Pickles as a global name of another package, which need not be installed."""

    def __init__(self, module: str, name: str) -> None:
        self.module, self.name = module, name


class _Tensor:
    def __init__(self, key: str, count: int, offset: int, shape: tuple[int, ...], strides: tuple[int, ...]) -> None:
        self.fields = (key, count, offset, shape, strides)


class _Writer(pickle._Pickler):  # the pickler in Python, because the one in C cannot write a missing name
    """Writes what `torch.save` wrote before version 1.6."""

    def save(self, obj: Any, save_persistent_id: bool = True) -> None:
        if isinstance(obj, _Named):
            self.write(pickle.GLOBAL + f"{obj.module}\n{obj.name}\n".encode())  # type: ignore[attr-defined]
        elif isinstance(obj, _Tensor):
            key, count, offset, shape, strides = obj.fields
            self.save(_Named("torch._utils", "_rebuild_tensor_v2"))
            self.write(pickle.MARK)  # type: ignore[attr-defined]
            self.save(("storage", _Named("torch", "FloatStorage"), key, "cpu", count, None))
            self.write(pickle.BINPERSID)  # type: ignore[attr-defined]
            for part in (offset, shape, strides, False, OrderedDict()):  # type: ignore[var-annotated]
                self.save(part)
            self.write(pickle.TUPLE + pickle.REDUCE)  # type: ignore[attr-defined]
        else:
            super().save(obj, save_persistent_id)  # type: ignore[misc]


def _write(path: Path, state: Any, storages: dict[str, np.ndarray], magic: int = MAGIC) -> Path:
    file = io.BytesIO()
    for part in (magic, 1001, SYSTEM, state, list(storages)):
        _Writer(file, 2).dump(part)
    for numbers in storages.values():
        file.write(struct.pack("<q", numbers.size) + numbers.tobytes())
    path.write_bytes(file.getvalue())
    return path


def test_tensors_come_out_in_shape_and_order(tmp_path: Path) -> None:
    numbers = np.arange(6, dtype="<f4")
    state = OrderedDict(plain=_Tensor("1", 6, 0, (2, 3), (3, 1)), turned=_Tensor("1", 6, 0, (3, 2), (1, 3)))
    tensors = read_tensors(_write(tmp_path / "w.pth", state, {"1": numbers}))
    assert list(tensors) == ["plain", "turned"]
    np.testing.assert_array_equal(tensors["plain"], numbers.reshape(2, 3))
    np.testing.assert_array_equal(tensors["turned"], numbers.reshape(2, 3).T)


def test_a_file_that_asks_for_code_is_refused(tmp_path: Path) -> None:
    path = _write(tmp_path / "evil.pth", OrderedDict(a=_Named("os", "system")), {})
    with pytest.raises(BadModel, match=r"os\.system"):
        read_tensors(path)


def test_a_tensor_that_reaches_outside_its_storage_is_refused(tmp_path: Path) -> None:
    state = OrderedDict(a=_Tensor("1", 6, 4, (3,), (1,)))
    with pytest.raises(BadModel, match="outside"):
        read_tensors(_write(tmp_path / "w.pth", state, {"1": np.zeros(6, "<f4")}))


def test_a_file_that_is_cut_off_is_refused(tmp_path: Path) -> None:
    state = OrderedDict(a=_Tensor("1", 6, 0, (6,), (1,)))
    path = _write(tmp_path / "w.pth", state, {"1": np.zeros(6, "<f4")})
    path.write_bytes(path.read_bytes()[:-4])
    with pytest.raises(BadModel, match="ends early"):
        read_tensors(path)


@pytest.mark.parametrize("content", [b"", b"no pickle", pickle.dumps({"a": 1})])
def test_other_files_are_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "w.pth"
    path.write_bytes(content)
    with pytest.raises(BadModel, match="legacy PyTorch file"):
        read_tensors(path)


def test_another_magic_number_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadModel, match="magic"):
        read_tensors(_write(tmp_path / "w.pth", OrderedDict(), {}, magic=1))
