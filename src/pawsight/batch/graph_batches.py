"""Photos through the graph in batches: several threads read and decode, and one call of the graph takes what is ready.

For a process that has one processor and many photos, as on a cluster. Four photos together cost a seventh less
processor time than one by one (`benchmarks/limit.py`), and reading from object storage mostly waits.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import partial

from pawsight.batch import video
from pawsight.batch.run import AHEAD, PhotoResult, is_local_video, or_error, read_fitted
from pawsight.classifier import Classifier
from pawsight.parallel import in_batches, in_order
from pawsight.types import Pixels

READERS = 4  # threads: as `pawsight predict` has for each processor
BATCH = 4

_ReadPhoto = tuple[str, Pixels]  # a path, and the model's input


def classify_in_batches(classifier: Classifier, paths: Iterable[str], size: int = BATCH) -> Iterator[PhotoResult]:
    """Classify photos in their order, up to `size` in one call of the graph.

    Scores may differ in the sixth digit from those of photos that go through the graph one by one.
    """
    ready = in_order(partial(_read_or_predict, classifier), paths, READERS, READERS * AHEAD)
    for batch in in_batches(ready, size):
        yield from _predict(classifier, batch)


def _read_or_predict(classifier: Classifier, path: str) -> _ReadPhoto | PhotoResult:
    """Read a photo; a video, of which several frames are looked at, is classified at once."""
    if is_local_video(path):
        return or_error(path, lambda: PhotoResult(path, video.predict_video(classifier, path)[1]))
    return or_error(path, lambda: (path, read_fitted(classifier, path)[1]))


def _predict(classifier: Classifier, batch: list[_ReadPhoto | PhotoResult]) -> Iterator[PhotoResult]:
    photos = [one for one in batch if not isinstance(one, PhotoResult)]
    predictions = iter(classifier.predict_fitted([pixels for _, pixels in photos]))
    for one in batch:
        yield one if isinstance(one, PhotoResult) else PhotoResult(one[0], next(predictions))
