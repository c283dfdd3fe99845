"""Where the lessons find photos and keep trainings, set by environment variables before Jupyter starts."""

from __future__ import annotations

import logging
import os
import warnings
from pathlib import Path

import pawsight.train  # noqa: F401  # lets TensorFlow load without its remarks
from pawsight.data import Dataset, open_dataset

QUICK = os.environ.get("PAWSIGHT_QUICK") == "1"
SHOW_PHOTOS = QUICK or os.environ.get("PAWSIGHT_SHOW_PHOTOS") == "1"
DATA = Path(os.environ.get("PAWSIGHT_DATA", "../data/catsdogs"))
RUNS = Path(os.environ.get("PAWSIGHT_RUNS", "../runs"))
VGG16_WEIGHTS = os.environ.get("PAWSIGHT_VGG16")

logging.getLogger("tensorflow").setLevel(logging.ERROR)  # it warns that many networks are trained here, one by one
warnings.filterwarnings("ignore", ".*np.object", FutureWarning)  # tf2onnx, on NumPy 2


def open_photos() -> Dataset:
    """Open the prepared photos; in a quick run, make some up first.

    Raises:
        BadData: there are none; `notebooks/README.md` says how to prepare them.
    """
    if QUICK and not DATA.exists():
        from course.made_up import make_photos
        from pawsight.data.prepare import prepare

        pets, neither = make_photos(DATA.parent / "photos")
        prepare(pets, DATA, fit="crop", neither=[neither])
    return open_dataset(DATA)
