"""Photos that a model is measured on, and that it learned from: what it says of these proves nothing."""

from __future__ import annotations

from pathlib import Path

from pawsight.data import Dataset
from pawsight.data.manifest import MANIFEST, read_rows


def find_seen(folder: Path, data: Dataset, split: str) -> list[str]:
    """Find the photos of a split that a model of `pawsight learn` learned from, byte for byte the same.

    Such a model names its photos in its folder. One of `pawsight train` names only the data set, whose split it kept
    to; of that one, and of a single file, nothing is known.

    Returns:
        their paths, as the data set names them.

    Raises:
        BadData: the list of photos in the folder does not read.
    """
    if not (folder / MANIFEST).is_file():
        return []
    learned = {row.sha256 for row in read_rows(folder)}
    return [data.rows[place].path for place in data.indices(split) if data.rows[place].sha256 in learned]


def count_seen(folder: Path, data: Dataset, split: str) -> int:
    """Count the photos of a split that a model learned from; see `find_seen`."""
    return len(find_seen(folder, data, split))
