"""A sorted folder as training data: the folders in it are classes, corrected by a person."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from pawsight.batch.companions import RAW
from pawsight.batch.find import ENDINGS
from pawsight.batch.inventory import read_inventory
from pawsight.batch.journal import records
from pawsight.errors import BadData
from pawsight.model.class_names import BOTH, PLEASE_CHECK

NO_CLASSES = (BOTH, PLEASE_CHECK)


@dataclass(frozen=True)
class SortedLabels:
    """Where the labels of a sorted folder come from.

    Attributes:
        corrected: photos that a person moved to the folder of another class.
        kept: photos that stand where Pawsight put them.
    """

    corrected: int
    kept: int

    def __str__(self) -> str:
        return (
            f"Labels: {self.corrected:,} photos that you moved by hand, and {self.kept:,} that stand where Pawsight put"
            " them. Look through these first: mistakes that are left in them will be learned. "
            f"Photos in {' and '.join(NO_CLASSES)} are left out."
        )


def count_labels(folder: Path) -> SortedLabels:
    """Count the photos of a sorted folder that can be learned from.

    Raises:
        BadData: nothing was sorted into it.
    """
    if not records(folder):
        raise BadData(f"Nothing was sorted into {folder}.", "Give the folder after --into of `pawsight sort`.")
    photos = [one for one in read_inventory(folder).photos if one.place and _is_labeled(one.place)]
    corrected = sum(one.corrected for one in photos)
    return SortedLabels(corrected, len(photos) - corrected)


def is_labeled_photo(path: str) -> bool:
    """Return whether a file of a sorted folder is a photo with a label.

    Args:
        path: begins with the name of the sorted folder, with `/` between its parts.
    """
    name = path.lower()
    return name.endswith(ENDINGS) and not name.endswith(RAW) and _is_labeled(path.partition("/")[2])


def _is_labeled(place: str) -> bool:
    parts = PurePosixPath(place).parts
    return len(parts) > 1 and parts[0] not in NO_CLASSES and not parts[0].startswith(".")
