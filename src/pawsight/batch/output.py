"""Answers -> lines of text, one a photo: a table for people, JSON lines and CSV for programs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import msgspec

from pawsight.batch import video
from pawsight.batch.companions import RAW
from pawsight.batch.run import PhotoResult
from pawsight.model.class_names import BOTH, NEITHER, UNSURE
from pawsight.model.looks_like import describe
from pawsight.text import csv_line, padded, printable, safe_cell, safe_path, width

LONGEST_PATH = 60  # a longer one is shown whole, out of line, but does not push all others aside

_ERROR = "error"
_CLASS_COLORS = ("36", "34", "32", "96", "94", "92")  # cyan, blue, green, and these bright
_OTHER_COLORS = ("35", "2", "33", "31")  # both: magenta, neither: dim, unsure: yellow, error: red


class OutputFormat(Protocol):
    """A format."""

    def header(self) -> str | None:
        """Return the line before the first prediction, if there is one."""
        ...

    def line(self, answer: PhotoResult) -> str:
        """Return one prediction, without the end of the line."""
        ...


class Table:
    """Aligned columns, whose widths are known before the first prediction is.

    Args:
        longest: columns of a terminal that the longest path takes.
        classes: of the model.
        color: whether verdicts are colored by ANSI escape codes (ECMA-48).
        resemblances: whether each line also names what the photo looks like.
    """

    def __init__(self, longest: int, classes: Sequence[str], color: bool = False, resemblances: bool = False) -> None:
        self._classes, self._resemblances = classes, resemblances
        self._names = [printable(name) for name in classes]
        self._path = min(max(len("photo"), longest), LONGEST_PATH)
        self._verdict = max(map(width, ["verdict", BOTH, NEITHER, UNSURE, *self._names]))
        kinds = [*classes, BOTH, NEITHER, UNSURE, _ERROR]
        codes = [_CLASS_COLORS[place % len(_CLASS_COLORS)] for place in range(len(classes))] + list(_OTHER_COLORS)
        self._colors = dict(zip(kinds, codes, strict=True)) if color else {}

    def header(self) -> str:
        more = ["looks like"] if self._resemblances else []
        return self._row("photo", "verdict", [*(name.rjust(6) for name in self._names), *more])

    def line(self, answer: PhotoResult) -> str:
        path = printable(answer.path)
        if answer.prediction is None:
            return self._row(path, _ERROR, [printable(str(answer.error))])
        scores = [f"{answer.prediction.scores[name]:.3f}".rjust(max(6, len(printable(name)))) for name in self._classes]
        more = [describe(answer.resemblances())] if self._resemblances else []
        return self._row(path, answer.prediction.verdict, [*scores, *more, *_source_note(answer.path)]).rstrip()

    def _row(self, path: str, verdict: str, rest: list[str]) -> str:
        cell = padded(printable(verdict), self._verdict)
        if code := self._colors.get(verdict):
            cell = f"\x1b[{code}m{cell}\x1b[0m"
        return "  ".join([padded(path, self._path), cell, *rest])


def _source_note(path: str) -> list[str]:
    """Say what was looked at where that is not the photo itself."""
    if path.lower().endswith(RAW):
        return ["(embedded preview)"]
    return [f"({video.FRAMES} frames)"] if video.is_video(path) else []


class JsonLines:
    """One JSON object a line, with the same keys on each.

    Args:
        resemblances: whether each line also names what the photo looks like.
    """

    def __init__(self, resemblances: bool = False) -> None:
        self._resemblances = resemblances

    def header(self) -> None:
        return None

    def line(self, answer: PhotoResult) -> str:
        more = {"looks_like": answer.resemblances()} if self._resemblances else {}
        return msgspec.json.encode(answer.to_dict() | more).decode()


class Csv:
    """One row a photo; empty cells where there is nothing to say."""

    def __init__(self, classes: Sequence[str], resemblances: bool = False) -> None:
        self._classes, self._resemblances = classes, resemblances

    def header(self) -> str:
        classes, more = map(safe_cell, self._classes), ["looks_like"] if self._resemblances else []
        return csv_line(["path", "label", "verdict", *classes, "model", "error_code", "error_message", *more])

    def line(self, answer: PhotoResult) -> str:
        fields = answer.to_dict()
        scores, error = fields["scores"] or {}, fields["error"] or {}
        words = [text and safe_cell(text) for text in (fields["label"], fields["verdict"], fields["model"])]
        numbers = map(scores.get, self._classes)
        more = [describe(answer.resemblances())] if self._resemblances else []
        return csv_line(
            [safe_path(fields["path"]), *words[:2], *numbers, words[2], error.get("code"), error.get("message"), *more]
        )


def make_format(
    form: str, longest: int, classes: Sequence[str], color: bool = False, resemblances: bool = False
) -> OutputFormat:
    """Make a format.

    Args:
        form: `table`, `jsonl` or `csv`.
        longest: columns of a terminal that the longest path takes.
        classes: of the model.
        color: whether a table is colored.
        resemblances: whether each line also names what the photo looks like.
    """
    if form == "table":
        return Table(longest, classes, color, resemblances)
    return JsonLines(resemblances) if form == "jsonl" else Csv(classes, resemblances)
