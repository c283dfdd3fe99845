"""Folders that may not be read, also where root runs the tests."""

from __future__ import annotations

import ctypes
import os
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

# linux/capability.h: version 3, and the two capabilities by which root passes over permissions.
VERSION, DAC_OVERRIDE, DAC_READ_SEARCH = 0x20080522, 1, 2


@contextmanager
def closed(folder: Path) -> Iterator[None]:
    """Let nobody read a folder, not even root, in this thread."""
    if not hasattr(os, "geteuid"):
        pytest.skip("needs a system with permissions as POSIX has them")
    mode = folder.stat().st_mode
    folder.chmod(0)
    try:
        with _without_override():
            yield
    finally:
        folder.chmod(mode)


@contextmanager
def _without_override() -> Iterator[None]:
    """Give up root's right to read everything, for a while."""
    if os.geteuid() != 0:
        yield
        return
    header = struct.pack("Ii", VERSION, 0)
    held = ctypes.create_string_buffer(24)
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.capget(header, held):
        pytest.skip("needs a user who is not root, or a system with capabilities")
    low, *others = struct.unpack("6I", held.raw)  # of each: effective, permitted, inheritable
    fewer = struct.pack("6I", low & ~(1 << DAC_OVERRIDE | 1 << DAC_READ_SEARCH), *others)
    assert not libc.capset(header, fewer), os.strerror(ctypes.get_errno())
    try:
        yield
    finally:
        assert not libc.capset(header, held.raw), os.strerror(ctypes.get_errno())
