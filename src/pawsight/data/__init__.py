"""From photos to a prepared data set: found, decoded, searched for duplicates, split, and stored as pixels.

    from pawsight.data import open_dataset

    data = open_dataset(Path("catsdogs"))
    photos, targets = data.pixels, data.targets[data.indices("train")]

Here: everything before training. Not here: networks, and anything that changes photos in training (`train`). Reading a
prepared set needs the small installation only; `pawsight.data.prepare`, which writes one, needs the extra `learn`.
"""

from pawsight.data.manifest import Dataset, Row, open_dataset
from pawsight.data.split import SPLITS

__all__ = ["SPLITS", "Dataset", "Row", "open_dataset"]
