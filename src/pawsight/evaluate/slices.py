"""How a model fares on photos that are hard in one way: dark, bright, blurry, small, long, drawn.

Each slice is a rule on the decoded photo, with a fixed cut-off, so that slices of different models and data sets mean
the same; sources of photos are slices, too, where there are several. A photo may lie in several. What refuses other
things may refuse odd photos of the classes as well, so each slice also says how many are.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PIL import Image

from pawsight.classifier import Classifier
from pawsight.data import Dataset
from pawsight.estimates import Estimate, proportion
from pawsight.evaluate.run import WINDOW, WORKERS, Evaluation
from pawsight.images import resize
from pawsight.model.class_names import NEITHER, UNSURE
from pawsight.parallel import in_order
from pawsight.types import Pixels, ProgressHook, no_progress

DARK, BRIGHT = 70, 170
DARK_MIDDLE = 60
BLURRY = 8.0
SMALL = 180
LONG = 1.5

_SIDE = 224  # sharpness is measured at one size, or large photos would all be blurry


@dataclass(frozen=True)
class Traits:
    """What makes a photo hard.

    Attributes:
        brightness: mean grey level, 0..255.
        middle: the same of the middle half of each side: low where the animal is black.
        sharpness: standard deviation of the Laplacian of the photo in grey, squashed to 224 x 224; about 18 in ordinary
            photos (Pech-Pacheco et al., ICPR 2000, who take its square).
        shorter: shorter side, in pixels.
        ratio: longer side over shorter side, 1 or more.
    """

    brightness: float
    middle: float
    sharpness: float
    shorter: int
    ratio: float


@dataclass(frozen=True)
class Slice:
    """What a model says of the photos that a rule picks.

    Attributes:
        name: of the slice.
        rule: in words.
        accuracy: on these photos.
        refused: share of these photos, each of a class, that are called `neither`.
        unsure: share that is left to people.
    """

    name: str
    rule: str
    accuracy: Estimate
    refused: Estimate
    unsure: Estimate


Rule = tuple[str, str, Callable[[Traits], bool]]
RULES: tuple[Rule, ...] = (
    ("dark", f"mean grey level below {DARK} of 255", lambda one: one.brightness < DARK),
    ("bright", f"mean grey level above {BRIGHT} of 255", lambda one: one.brightness > BRIGHT),
    (
        "dark middle",
        f"mean grey level of the middle below {DARK_MIDDLE} of 255: most black animals",
        lambda one: one.middle < DARK_MIDDLE,
    ),
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
        middle=float(grey[_SIDE // 4 : -_SIDE // 4, _SIDE // 4 : -_SIDE // 4].mean()),
        sharpness=float(edges.std()),
        shorter=min(height, width),
        ratio=max(height, width) / min(height, width),
    )


def measure_slices(
    result: Evaluation, classifier: Classifier, data: Dataset, watch: ProgressHook = no_progress
) -> list[Slice]:
    """Say what an evaluation found on each slice of the photos that show one class, and on those in no slice."""
    indices = data.indices(result.split)[result.single]
    photos = watch(data.photos(indices), len(indices), "Sorting into slices")
    found = list(in_order(lambda photo: traits(classifier.decode(photo)), photos, WORKERS, WINDOW))
    sources = [data.rows[place].source for place in indices]
    verdicts = np.array(result.verdicts)[result.single]
    return slices(found, sources, result.right[result.single], verdicts)


def slices(
    found: Sequence[Traits], sources: Sequence[str], right: npt.NDArray[np.bool_], verdicts: npt.NDArray[np.str_]
) -> list[Slice]:
    """Measure each slice, and the photos that are in none.

    Args:
        found: of N photos.
        sources: N names of where they come from; all but the one with most photos are slices.
        right: `(N,)` bool.
        verdicts: `(N,)`.
    """
    inside = {(name, rule): np.array([fits(one) for one in found], dtype=bool) for name, rule, fits in RULES}
    for source, _ in Counter(sources).most_common()[1:]:
        inside[source, f"photos of the source {source}"] = np.array(sources) == source
    ordinary = ~np.any(list(inside.values()), axis=0)
    inside["none of these", "all other photos"] = ordinary
    refused, unsure = verdicts == NEITHER, verdicts == UNSURE
    return [
        Slice(name, rule, _share(right[chosen]), _share(refused[chosen]), _share(unsure[chosen]))
        for (name, rule), chosen in inside.items()
    ]


def _share(flags: npt.NDArray[np.bool_]) -> Estimate:
    return proportion(int(flags.sum()), len(flags))
