"""Whether something can be written at a place, tried before minutes of work."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path


def why_not_writable(path: Path) -> str:
    """Return why no file or folder can be made or replaced at a path; empty where it can.

    Folders that are missing on the way count as folders that will be made. Nothing is left behind: a file without a
    name is made in the nearest folder that is there, as network drives and read-only disks show themselves only then.

    Args:
        path: of a file or folder that need not exist.
    """
    near = path.absolute()
    while not os.path.lexists(near):
        near = near.parent
    if near == path.absolute() and not near.is_dir():
        near = near.parent  # a file is replaced by another one in its folder
    if not near.is_dir():
        return f"{near} is no folder"
    try:
        with tempfile.TemporaryFile(dir=near):
            return ""
    except OSError as error:
        return f"in {near}: {error.strerror or error}"
