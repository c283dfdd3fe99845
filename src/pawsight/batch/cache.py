"""Answers kept from one run to the next: the second one works only on photos that are new or changed.

One SQLite file. A photo is known by its path, size and time of change; an answer counts only for the model whose card
made it, and its verdict is computed again from the scores. Failures are not stored: a file may be readable tomorrow.
"""

from __future__ import annotations

import hashlib
import json
import os
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import msgspec
import numpy as np

from pawsight.batch.find import STDIN
from pawsight.batch.run import AHEAD, PhotoResult, classify_one
from pawsight.classifier import Classifier, Prediction
from pawsight.errors import BadSettings
from pawsight.model.decision import decide
from pawsight.parallel import in_order
from pawsight.storage.writable import why_not_writable

COMMIT_EVERY = 256  # answers; a kill costs no more than these
_TABLE = """
CREATE TABLE IF NOT EXISTS answers (
    path BLOB, card TEXT, bytes INTEGER, mtime_ns INTEGER, scores TEXT, PRIMARY KEY (path, card)
) WITHOUT ROWID
"""
_EMPTY = np.empty(0, np.float32)


@dataclass(frozen=True)
class _Photo:
    """A photo on its way: what it was when it was looked for, and its answer where that is known."""

    path: str
    bytes: int
    mtime_ns: int
    known: Prediction | None


class Cache:
    """Answers of one model in a file; used from one thread.

    Args:
        file: made where it is missing.
        classifier: whose answers.

    Raises:
        BadSettings: the file is of another kind, cannot be written, or another run has it.
    """

    def __init__(self, file: Path, classifier: Classifier) -> None:
        self._file, self._classifier = file, classifier
        self._card = hashlib.sha256(msgspec.json.encode(classifier.card)).hexdigest()
        try:
            with suppress(OSError):  # SQLite says that there is no file
                file.absolute().parent.mkdir(parents=True, exist_ok=True)
            self._base = sqlite3.connect(file)
            self._base.execute("PRAGMA journal_mode = WAL")
            self._base.execute(_TABLE)
            self._base.execute("BEGIN IMMEDIATE")
        except sqlite3.Error as error:
            raise self._unusable(error) from error

    def classify(self, paths: Iterable[str], workers: int) -> Iterator[PhotoResult]:
        """Classify photos in their order, as `pawsight.batch.run.classify` does; those that are known cost no more
        than a look at the file's size and time."""
        answers = in_order(self._one, map(self._look, paths), workers, workers * AHEAD)
        try:
            for count, (photo, one) in enumerate(answers, 1):
                if one.prediction and not photo.known and photo.mtime_ns:
                    self._keep(photo, one.prediction)
                if count % COMMIT_EVERY == 0:
                    self._base.commit()
                yield one
        except sqlite3.Error as error:
            raise self._unusable(error) from error
        finally:
            answers.close()
            with suppress(sqlite3.Error):  # a full disk, which has been reported
                self._base.commit()
            self._base.close()

    def _unusable(self, error: sqlite3.Error) -> BadSettings:
        reason, hint = why_not_writable(self._file) or str(error), "Choose another --cache."
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF  # the low byte says what kind it is
        if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            reason, hint = "another run uses it", "Wait for its end, or choose another --cache."
        elif code == sqlite3.SQLITE_FULL:
            hint = "Free some space, or choose another --cache."
        return BadSettings(f"{str(self._file)!r} cannot keep answers ({reason}).", hint)

    def _look(self, path: str) -> _Photo:
        try:
            status = None if path == STDIN else os.stat(path)
        except (OSError, ValueError):  # the reader says what is wrong
            status = None
        if not status:
            return _Photo(path, 0, 0, None)
        return _Photo(path, status.st_size, status.st_mtime_ns, self._recall(path, status))

    def _recall(self, path: str, status: os.stat_result) -> Prediction | None:
        found = self._base.execute(
            "SELECT scores FROM answers WHERE path = ? AND card = ? AND bytes = ? AND mtime_ns = ?",
            (_key(path), self._card, status.st_size, status.st_mtime_ns),
        ).fetchone()
        if not found:
            return None
        scores, card = json.loads(found[0]), self._classifier.card
        label = max(scores, key=scores.__getitem__)
        return Prediction(label, decide(scores, card.thresholds), scores, card.id, _EMPTY, _EMPTY)

    def _one(self, photo: _Photo) -> tuple[_Photo, PhotoResult]:
        if photo.known:
            return photo, PhotoResult(photo.path, photo.known)
        return photo, classify_one(self._classifier, photo.path)

    def _keep(self, photo: _Photo, prediction: Prediction) -> None:
        row = (_key(photo.path), self._card, photo.bytes, photo.mtime_ns, json.dumps(prediction.scores))
        self._base.execute("INSERT OR REPLACE INTO answers VALUES (?, ?, ?, ?, ?)", row)


def _key(path: str) -> bytes:
    return os.fsencode(os.path.abspath(path))
