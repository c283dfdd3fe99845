"""Room that is set aside to empty a full disk: a deletion is first written to the index, and then frees space."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TypeVar

from pawsight.errors import PawsightError, StorageFull
from pawsight.storage import durable

FILE = "reserve"
BYTES = 1_000_000  # SQLite writes about 100 kB for the deletion of one photo
_PIECE = 50_000

T = TypeVar("T")


def keep(root: Path) -> None:
    """Set room aside in the folder of an archive: as much as there is, and nothing where the disk fails."""
    with suppress(PawsightError), durable.translated():
        file = os.open(root / FILE, os.O_WRONLY | os.O_APPEND | os.O_CREAT | getattr(os, "O_BINARY", 0), 0o600)
        with open(file, "ab", buffering=0) as reserve:
            while reserve.tell() < BYTES:
                reserve.write(os.urandom(_PIECE))  # some file systems would keep nothing of zeros


@contextmanager
def spent(root: Path) -> Iterator[None]:
    """Use the room while the block runs; what is free afterwards is set aside again."""
    durable.remove(root / FILE)
    try:
        yield
    finally:
        keep(root)


def with_room(root: Path, work: Callable[[], T]) -> T:
    """Return what `work` returns; where it finds the disk full, it has the room for a second try.

    Raises:
        StorageFull: that was not enough.
    """
    try:
        return work()
    except StorageFull:
        with spent(root):
            return work()
