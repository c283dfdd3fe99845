"""The end of a run over many photos: how many of each verdict, and what failed, in memory that does not grow."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

import msgspec

from pawsight.batch import video
from pawsight.batch.companions import RAW
from pawsight.batch.run import PhotoResult
from pawsight.model.class_names import BOTH, NEITHER, UNSURE
from pawsight.text import csv_line, printable, safe_cell

SHOWN = 100  # failures that are listed again
FAILED = "failed"


class Summary:
    """Counts verdicts and remembers failures.

    Args:
        classes: of the model.
    """

    def __init__(self, classes: Sequence[str]) -> None:
        self._order = [*classes, BOTH, NEITHER, UNSURE]
        self._verdicts: Counter[str] = Counter()
        self._failures: list[PhotoResult] = []
        self.photos = self.failed = self._previews = self._videos = 0

    def add(self, result: PhotoResult) -> None:
        """Count one photo."""
        self.photos += 1
        if result.prediction is None:
            self.failed += 1
            if len(self._failures) < SHOWN:
                self._failures.append(result)
            return
        self._verdicts[result.prediction.verdict] += 1
        self._previews += result.path.lower().endswith(RAW)
        self._videos += video.is_video(result.path)

    def merge(self, other: Summary) -> None:
        """Add what another summary counted."""
        self.photos, self.failed = self.photos + other.photos, self.failed + other.failed
        self._verdicts.update(other._verdicts)
        self._failures += other._failures[: SHOWN - len(self._failures)]
        self._previews, self._videos = self._previews + other._previews, self._videos + other._videos

    def counts(self) -> dict[str, int]:
        """Return the number of photos by verdict, of those that occur and of all classes, and how many failed."""
        classes = {name: self._verdicts[name] for name in self._order}
        return classes | {FAILED: self.failed}

    def lines(self, seconds: float) -> Iterator[str]:
        """Yield the summary for people: failures again, what was taken of RAW files and videos, counts, and speed."""
        if self.failed:
            yield "Failed:"
            for result in self._failures:
                yield f"  {printable(result.path)}: {printable(str(result.error))}"
            if rest := self.failed - len(self._failures):
                yield f"  and {rest:,} more"
        if self._previews:
            yield f"{_number(self._previews, 'camera RAW file')} classified by the embedded JPEG preview."
        if self._videos:
            yield f"{_number(self._videos, 'video')} classified by {video.FRAMES} frames each."
        yield ", ".join(f"{printable(name)} {count:,}" for name, count in self.counts().items())
        yield f"{_number(self.photos, 'photo')}, {self.failed:,} failed, {self.photos / seconds:,.0f} photos/s."

    def machine_readable(self, form: str) -> str:
        """Return the counts as one JSON object (`jsonl`), or as CSV with a line for each verdict (`csv`)."""
        if form == "jsonl":
            return msgspec.json.encode({"photos": self.photos, "verdicts": self.counts()}).decode()
        rows = [csv_line([safe_cell(name), count]) for name, count in self.counts().items()]
        return "\n".join(["verdict,photos", *rows])


def _number(count: int, thing: str) -> str:
    return f"{count:,} {thing}{'s'[: count != 1]}"
