"""From photos to a prepared data set: found, opened, checked for twins, split, and kept as pixels.

    from pawsight.data import open_dataset

    data = open_dataset(Path("catsdogs"))
    photos, targets = data.pixels, data.targets[data.indices("train")]

Reading a prepared set needs the small install only; `pawsight.data.prepare`, which writes one, needs the extra `learn`.
"""

from pawsight.data.manifest import Dataset, Row, open_dataset
from pawsight.data.split import SPLITS

__all__ = ["SPLITS", "Dataset", "Row", "open_dataset"]
