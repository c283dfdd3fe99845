"""How a model fares when photos are turned, blurred, compressed, cropped or darkened, little by little.

The same photos are answered each time, so that differences come from the change and not from the draw.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageFilter

from pawsight import images
from pawsight.classifier import Classifier
from pawsight.data import Dataset
from pawsight.estimates import Estimate, proportion
from pawsight.evaluate.run import WORKERS, Evaluation
from pawsight.images import PAD_COLOUR
from pawsight.parallel import in_order
from pawsight.types import Pixels, ProgressHook, no_progress

SAMPLE = 400


@dataclass(frozen=True)
class Disturbance:
    """One way to make a photo worse.

    Attributes:
        name: of it, as a participle: `turned`.
        words: what is done.
        change: makes a photo `(H, W, 3)` uint8 worse by so much.
        strengths: how much, from mild to strong, with words for each that go on after the name.
    """

    name: str
    words: str
    change: Callable[[Pixels, float], Pixels]
    strengths: dict[str, float]


@dataclass(frozen=True)
class Outcome:
    """Accuracy on photos that were all changed in one way.

    Attributes:
        name: of the disturbance and its strength, such as `turned 45°`, or `as they are`.
        accuracy: on the sample.
    """

    name: str
    accuracy: Estimate


def rotate(photo: Pixels, degrees: float) -> Pixels:
    """Turn a photo against the clock about its middle; corners become grey."""
    turned = Image.fromarray(photo).rotate(degrees, Image.Resampling.BICUBIC, fillcolor=PAD_COLOUR)
    return np.asarray(turned)


def blur(photo: Pixels, share: float) -> Pixels:
    """Blur by a Gaussian whose standard deviation is so large a share of the shorter side."""
    return np.asarray(Image.fromarray(photo).filter(ImageFilter.GaussianBlur(share * min(photo.shape[:2]))))


def compress(photo: Pixels, quality: float) -> Pixels:
    """Save as JPEG of this quality, 1..95, and open again."""
    buffer = io.BytesIO()
    Image.fromarray(photo).save(buffer, "JPEG", quality=int(quality))
    return images.decode(buffer.getvalue())


def crop(photo: Pixels, share: float) -> Pixels:
    """Keep the middle, so large a share of each side."""
    height, width = photo.shape[:2]
    top, left = int(height * (1 - share) / 2), int(width * (1 - share) / 2)
    return photo[top : height - top, left : width - left]


def darken(photo: Pixels, share: float) -> Pixels:
    """Keep so large a share of the light."""
    darker: Pixels = np.rint(photo * np.float32(share)).astype(np.uint8)
    return darker


DISTURBANCES = (
    Disturbance(
        "turned",
        "about the middle, against the clock",
        rotate,
        {"15\N{DEGREE SIGN}": 15, "45\N{DEGREE SIGN}": 45, "90\N{DEGREE SIGN}": 90},
    ),
    Disturbance(
        "blurred",
        "by a Gaussian, whose width is a share of the shorter side",
        blur,
        {"1 %": 0.01, "2 %": 0.02, "4 %": 0.04},
    ),
    Disturbance("compressed", "as JPEG of low quality", compress, {"quality 20": 20, "quality 10": 10, "quality 5": 5}),
    Disturbance(
        "cropped", "to the middle, a share of each side", crop, {"to 75 %": 0.75, "to 50 %": 0.5, "to 30 %": 0.3}
    ),
    Disturbance("darkened", "to a share of the light", darken, {"to 50 %": 0.5, "to 25 %": 0.25, "to 10 %": 0.1}),
)


def variants(photo: Pixels) -> Iterator[Pixels]:
    """A photo as it is, then with each disturbance at each strength, in the order of `DISTURBANCES`."""
    yield photo
    for one in DISTURBANCES:
        yield from (one.change(photo, strength) for strength in one.strengths.values())


def sample_indices(result: Evaluation, data: Dataset, count: int) -> npt.NDArray[np.int64]:
    """Draw photos of one class: those of the smallest content hashes, so that every model gets the same ones."""
    single = data.indices(result.split)[result.single]
    return np.array(sorted(single, key=lambda place: data.rows[place].sha256)[:count], dtype=np.int64)


def measure_robustness(
    result: Evaluation, classifier: Classifier, data: Dataset, count: int = SAMPLE, watch: ProgressHook = no_progress
) -> list[Outcome]:
    """Accuracy on a sample of an evaluation's photos, as they are and disturbed.

    Args:
        count: photos in the sample; each is answered 16 times.
    """
    indices = sample_indices(result, data, count)
    truth = [data.rows[place].label for place in indices]
    photos = watch(data.photos(indices), len(indices), "Disturbing photos")
    labels = list(in_order(partial(_labels, classifier), photos, WORKERS, 2 * WORKERS))
    hits = (np.array(labels) == np.array(truth)[:, None]).sum(axis=0)
    names = ["as they are", *(f"{one.name} {words}" for one in DISTURBANCES for words in one.strengths)]
    return [Outcome(name, proportion(int(right), len(indices))) for name, right in zip(names, hits, strict=True)]


def _labels(classifier: Classifier, photo: bytes) -> list[str]:
    """Return what the model takes each variant of a photo for."""
    fitted = [classifier.fit(one) for one in variants(classifier.decode(photo))]
    return [prediction.label for prediction in classifier.predict_fitted(fitted)]
