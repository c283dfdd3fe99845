"""How a model fares on photos that are hard in one way: dark, bright, blurry, small, long.

Each slice is a rule on the decoded photo, with a fixed cut-off, so that slices of different models and data sets mean
the same. A photo may lie in several.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PIL import Image

from pawsight.classifier import Classifier
from pawsight.data import Dataset
from pawsight.estimates import Estimate, proportion
from pawsight.evaluate.run import WINDOW, WORKERS, Evaluation
from pawsight.images import resize
from pawsight.parallel import in_order
from pawsight.types import Pixels, ProgressHook, no_progress

DARK, BRIGHT = 70, 170
BLURRY = 8.0
SMALL = 180
LONG = 1.5

_SIDE = 224  # sharpness is measured at one size, or large photos would all be blurry


@dataclass(frozen=True)
class Traits:
    """What makes a photo hard.

    Attributes:
        brightness: mean grey level, 0..255.
        sharpness: standard deviation of the Laplacian of the photo in grey, squashed to 224 x 224; about 18 in ordinary
            photos (Pech-Pacheco et al., ICPR 2000, who take its square).
        shorter: shorter side, in pixels.
        ratio: longer side over shorter side, 1 or more.
    """

    brightness: float
    sharpness: float
    shorter: int
    ratio: float


@dataclass(frozen=True)
class Slice:
    """Accuracy on the photos that a rule picks.

    Attributes:
        name: of the slice.
        rule: in words.
        accuracy: on these photos.
    """

    name: str
    rule: str
    accuracy: Estimate


Rule = tuple[str, str, Callable[[Traits], bool]]
RULES: tuple[Rule, ...] = (
    ("dark", f"mean grey level below {DARK} of 255", lambda one: one.brightness < DARK),
    ("bright", f"mean grey level above {BRIGHT} of 255", lambda one: one.brightness > BRIGHT),
    ("blurry", f"sharpness below {BLURRY:g}", lambda one: one.sharpness < BLURRY),
    ("small", f"shorter side below {SMALL} pixels", lambda one: one.shorter < SMALL),
    ("long", f"longer side more than {LONG:g} times the shorter", lambda one: one.ratio > LONG),
)


def traits(photo: Pixels) -> Traits:
    """Measure a photo, `(H, W, 3)` uint8."""
    height, width = photo.shape[:2]
    grey = np.asarray(Image.fromarray(resize(photo, (_SIDE, _SIDE))).convert("L"), dtype=np.float32)
    edges = 4 * grey[1:-1, 1:-1] - grey[:-2, 1:-1] - grey[2:, 1:-1] - grey[1:-1, :-2] - grey[1:-1, 2:]
    return Traits(
        brightness=float(grey.mean()),
        sharpness=float(edges.std()),
        shorter=min(height, width),
        ratio=max(height, width) / min(height, width),
    )


def measure_slices(
    result: Evaluation, classifier: Classifier, data: Dataset, watch: ProgressHook = no_progress
) -> list[Slice]:
    """Accuracy of an evaluation on each slice of the photos that show one class, and on those in no slice."""
    indices = data.indices(result.split)[result.single]
    photos = watch(data.photos(indices), len(indices), "Sorting into slices")
    found = list(in_order(lambda photo: traits(classifier.decode(photo)), photos, WORKERS, WINDOW))
    return slices(found, result.right[result.single])


def slices(found: Sequence[Traits], right: npt.NDArray[np.bool_]) -> list[Slice]:
    """Accuracy on each slice, and on the photos that are in none.

    Args:
        found: of N photos.
        right: `(N,)` bool.
    """
    inside = {name: np.array([fits(one) for one in found], dtype=bool) for name, _, fits in RULES}
    ordinary = ~np.any(list(inside.values()), axis=0)
    return [
        *(Slice(name, rule, _accuracy(right[inside[name]])) for name, rule, _ in RULES),
        Slice("none of these", "all other photos", _accuracy(right[ordinary])),
    ]


def _accuracy(right: Iterable[bool]) -> Estimate:
    answers = list(right)
    return proportion(int(sum(answers)), len(answers))
