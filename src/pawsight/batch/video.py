"""Videos on one's own disk (extra video): a few frames, spread over the clip, and one prediction for all of them."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache
from typing import Any

import numpy as np

from pawsight.classifier import Classifier, Prediction
from pawsight.errors import BrokenImage, UnsupportedFormat
from pawsight.extras import install_hint
from pawsight.images.checks import check_size
from pawsight.model.decision import decide
from pawsight.types import Limits, Pixels

ENDINGS = (".mp4", ".mov", ".m4v", ".avi", ".mkv", ".webm", ".mts", ".m2ts", ".3gp", ".mpg", ".mpeg", ".wmv")
FRAMES = 8
SEEN = 2  # frames that have to show a class; one odd frame decides nothing


def is_video(path: str) -> bool:
    """Return whether a path has the ending of a video."""
    return path.lower().endswith(ENDINGS)


@lru_cache(maxsize=1)
def available() -> bool:
    """Return whether the extra video is installed."""
    return importlib.util.find_spec("av") is not None


def predict_video(classifier: Classifier, path: str) -> tuple[Pixels, Prediction]:
    """Predict what a video shows.

    The score of a class is the second highest of its scores over the frames (of a single frame, that one's): a class
    counts as seen where at least two frames show it.

    Args:
        classifier: a loaded model.
        path: of the video.

    Returns:
        the frame that speaks most for the label, `(H, W, 3)` uint8, and the prediction; its features and maps are that
        frame's.

    Raises:
        UnsupportedFormat: the extra video is not installed.
        ImageError: the file does not open, or its frames are too large.
    """
    seen = [(frame, classifier.predict_fitted([classifier.fit(frame)])[0]) for frame in frames(path, classifier.limits)]
    scores = {
        name: sorted((one.scores[name] for _, one in seen), reverse=True)[min(SEEN, len(seen)) - 1]
        for name in classifier.card.classes
    }
    label = max(scores, key=scores.__getitem__)
    frame, best = max(seen, key=lambda pair: pair[1].scores[label])
    return frame, replace(best, label=label, verdict=decide(scores, classifier.card.thresholds), scores=scores)


def frames(path: str, limits: Limits, count: int = FRAMES) -> Iterator[Pixels]:
    """Decode frames at even distances, upright: `(H, W, 3)` uint8 each; at least one.

    Raises:
        UnsupportedFormat: the extra video is not installed.
        ImageError: the file does not open, has no frame, or its frames are too large.
    """
    if not available():
        raise UnsupportedFormat("The file is a video.", install_hint("video"))
    import av

    try:
        with av.open(path) as container:
            if not container.streams.video:
                raise BrokenImage("The video file holds no pictures.", "Copy or export it again.")
            yield from _spread(container, limits, count)
    except (av.FFmpegError, ValueError, OSError) as error:
        reason = getattr(error, "strerror", None) or error
        raise BrokenImage(f"The video does not open ({reason}).", "Copy or export it again.") from error


def _spread(container: Any, limits: Limits, count: int) -> Iterator[Pixels]:
    stream = container.streams.video[0]
    check_size((stream.codec_context.width, stream.codec_context.height), limits)
    found = 0
    for place in range(count):
        if stream.duration:
            container.seek((stream.start_time or 0) + stream.duration * place // count, stream=stream)
        if frame := next(container.decode(stream), None):
            found += 1
            yield np.rot90(frame.to_ndarray(format="rgb24"), k=round(getattr(frame, "rotation", 0) / 90))
        if not stream.duration:
            break
    if not found:
        raise BrokenImage("The video holds no frame that opens.", "Copy or export it again.")
