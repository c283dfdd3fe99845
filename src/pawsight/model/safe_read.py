"""Reading a file of a folder that may come from anywhere: no link leads out of it, no pipe keeps anybody waiting."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from pawsight.errors import BadModel

_DO_NOT_WAIT = getattr(os, "O_NONBLOCK", 0)  # for the other end of a pipe


def read_inside(folder: Path, name: str, most: int) -> bytes:
    """Read a file that really is in a folder; a pipe or device there keeps nobody waiting.

    Args:
        folder: may be reached over links, as one that says which version is current.
        name: of a file in it; no link may lead out of the folder.
        most: bytes that are read.

    Raises:
        BadModel: it leads out of the folder, is no plain file, or has more bytes.
        OSError: it cannot be read.
    """
    path = folder / name
    real = Path(os.path.realpath(path, strict=True))
    if not real.is_relative_to(os.path.realpath(folder)):
        raise BadModel(f"{path} leads out of its folder.", "Copy the file itself there.")
    with open(real, "rb", opener=lambda file, flags: os.open(file, flags | _DO_NOT_WAIT)) as opened:
        found = os.fstat(opened.fileno())
        if not stat.S_ISREG(found.st_mode):
            raise BadModel(f"Expected a file, but {path} is none.", "Copy the model again.")
        if found.st_size > most:
            raise BadModel(f"{path} has {found.st_size:,} bytes, more than expected ({most:,}).", "Copy it again.")
        return opened.read(most)
