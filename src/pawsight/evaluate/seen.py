"""Photos that a model is asked about, and that it learnt from: what it says of these proves nothing."""

from __future__ import annotations

from pathlib import Path

from pawsight.data import Dataset
from pawsight.data.manifest import MANIFEST, read_rows


def count_seen(folder: Path, data: Dataset, split: str) -> int:
    """Count the photos of a split that a model of `pawsight learn` learnt from, byte for byte the same.

    Such a model names its photos in its folder. One of `pawsight train` names only the data set, whose split it kept
    to; of that one, and of a single file, this says 0.

    Raises:
        BadData: the list of photos in the folder does not read.
    """
    if not (folder / MANIFEST).is_file():
        return 0
    learnt = {row.sha256 for row in read_rows(folder)}
    return sum(data.rows[place].sha256 in learnt for place in data.indices(split))
