"""A folder that is there when it is complete, and not before."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pawsight.archive import disk
from pawsight.errors import BadArchive


@contextmanager
def appearing(target: Path) -> Iterator[Path]:
    """A folder to fill beside `target`, which becomes it when the block ends well, and vanishes otherwise.

    Raises:
        BadArchive: something stands at `target`; nothing there is ever replaced.
        StorageFull, ArchiveUnavailable: the disk does not take it.
    """
    if target.exists() and not (target.is_dir() and not any(target.iterdir())):
        raise BadArchive(f"Expected a new or empty folder, but {target} holds something.", "Choose another one.")
    building = target.absolute().with_name(f".{target.name}.building-{os.getpid()}")
    try:
        disk.make_folder(building)
        yield building
        disk.move(building, target)
        disk.sync(building.parent)
    finally:
        shutil.rmtree(building, ignore_errors=True)
