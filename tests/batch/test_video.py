"""Videos: a few frames, one prediction; without the extra they are named for what they are."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pawsight.batch import video
from pawsight.batch.run import classify_one
from pawsight.classifier import Classifier
from pawsight.types import LOCAL_LIMITS

Clip = Callable[..., Path]


@pytest.fixture
def clip(tmp_path: Path) -> Clip:
    """A maker of clips of plain colors: `clip("name.mp4", [(color, frames), ...])`."""
    av = pytest.importorskip("av", reason="needs the extra video")

    def make(name: str, parts: Sequence[tuple[Any, int]], codec: str = "mpeg4") -> Path:
        path = tmp_path / name
        with av.open(str(path), "w") as container:
            stream = container.add_stream(codec, rate=10)
            stream.width, stream.height, stream.pix_fmt, stream.gop_size = 96, 64, "yuv420p", 1
            for color, count in parts:
                frame = av.VideoFrame.from_ndarray(np.full((64, 96, 3), color, np.uint8), format="rgb24")
                for _ in range(count):
                    container.mux(stream.encode(frame))
            container.mux(stream.encode(None))
        return path

    return make


@pytest.mark.parametrize("name", ["cat.mp4", "cat.mov", "cat.avi", "cat.mkv"])
def test_a_clip_of_a_cat(clip: Clip, classifier: Classifier, colours: dict[str, Any], name: str) -> None:
    found = classify_one(classifier, str(clip(name, [(colours["cat"], 30)])))
    assert found.prediction is not None, found.error
    assert found.prediction.verdict == "cat"
    assert found.prediction.model == "tiny-1"


def test_a_cat_for_a_part_of_the_clip_is_seen_and_one_odd_frame_is_not(
    clip: Clip, classifier: Classifier, colours: dict[str, Any]
) -> None:
    walk = clip("walk.mp4", [(colours["neither"], 30), (colours["cat"], 30), (colours["neither"], 20)])
    odd = clip("odd.mp4", [(colours["neither"], 39), (colours["cat"], 2), (colours["neither"], 39)])
    verdicts = [video.predict_video(classifier, str(path))[1].verdict for path in (walk, odd)]
    assert verdicts == ["cat", "neither"]


def test_frames_are_spread_over_the_clip(clip: Clip) -> None:
    shades = [(shade, shade, shade) for shade in range(0, 240, 3)]
    seen = [int(frame.mean()) for frame in video.frames(str(clip("ramp.mp4", [(s, 1) for s in shades])), LOCAL_LIMITS)]
    assert len(seen) == video.FRAMES
    assert seen == sorted(seen)
    assert seen[-1] - seen[0] > 150


def test_what_is_no_video(classifier: Classifier, clip: Clip, tmp_path: Path) -> None:
    (tmp_path / "words.mp4").write_text("no video")
    (tmp_path / "empty.mp4").touch()
    for name in ("words.mp4", "empty.mp4", "missing.mp4"):
        error = classify_one(classifier, str(tmp_path / name)).error
        assert error is not None
        assert error.code in ("broken_image", "unreadable_file")
    whole = clip("whole.mp4", [((9, 9, 9), 30)])
    whole.write_bytes(whole.read_bytes()[:500])
    assert classify_one(classifier, str(whole)).error is not None


def test_without_the_extra_a_video_is_named(
    classifier: Classifier, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(video, "available", lambda: False)
    (tmp_path / "clip.mp4").write_bytes(b"\0\0\0\x18ftypisom\0\0\0\0isomavc1")
    (tmp_path / "clip.jpg").write_bytes(b"\0\0\0\x18ftypisom\0\0\0\0isomavc1")
    for name in ("clip.mp4", "clip.jpg"):
        error = classify_one(classifier, str(tmp_path / name)).error
        assert error is not None
        assert error.code == "unsupported_format"
        assert "video" in str(error)
