"""Answers -> lines of text, one a photo: a table for people, JSON lines and CSV for programs."""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Sequence
from typing import Any, Protocol

import msgspec

from pawsight.batch.find import STDIN
from pawsight.batch.run import Answer, valid
from pawsight.classifier import BOTH, NEITHER, UNSURE

LONGEST_PATH = 60  # a longer one is shown whole, out of line, but does not push all others aside
FORMULA = ("=", "+", "-", "@")


class Lines(Protocol):
    """A format."""

    def header(self) -> str | None:
        """The line before the first answer, if there is one."""
        ...

    def line(self, answer: Answer) -> str:
        """One answer, without the end of the line."""
        ...


class Table:
    """Aligned columns, whose widths are known before the first answer is.

    Args:
        longest: letters of the longest path.
        classes: of the model.
    """

    def __init__(self, longest: int, classes: Sequence[str]) -> None:
        self._classes = classes
        self._path = min(max(len("photo"), longest), LONGEST_PATH)
        self._verdict = max(map(len, ["verdict", BOTH, NEITHER, UNSURE, *classes]))

    def header(self) -> str:
        return self._row("photo", "verdict", [name.rjust(6) for name in self._classes])

    def line(self, answer: Answer) -> str:
        path = printable(answer.path)
        if answer.prediction is None:
            return self._row(path, "error", [printable(str(answer.error))])
        scores = [f"{answer.prediction.scores[name]:.3f}".rjust(max(6, len(name))) for name in self._classes]
        return self._row(path, answer.prediction.verdict, scores)

    def _row(self, path: str, verdict: str, rest: list[str]) -> str:
        return "  ".join([path.ljust(self._path), verdict.ljust(self._verdict), *rest])


class JsonLines:
    """One JSON object a line, with the same keys on each."""

    def __init__(self, longest: int, classes: Sequence[str]) -> None:
        """Needs neither: each line says all."""

    def header(self) -> None:
        return None

    def line(self, answer: Answer) -> str:
        return msgspec.json.encode(answer.to_dict()).decode()


class Csv:
    """One row a photo; empty cells where there is nothing to say."""

    def __init__(self, longest: int, classes: Sequence[str]) -> None:
        self._classes = classes

    def header(self) -> str:
        return _joined(["path", "label", "verdict", *self._classes, "model", "error_code", "error_message"])

    def line(self, answer: Answer) -> str:
        said = answer.to_dict()
        scores, error = said["scores"] or {}, said["error"] or {}
        cells = [harmless(said["path"]), said["label"], said["verdict"], *map(scores.get, self._classes)]
        return _joined([*cells, said["model"], error.get("code"), error.get("message")])


def _joined(cells: list[Any]) -> str:
    row = io.StringIO()
    csv.writer(row, lineterminator="").writerow(cells)
    return row.getvalue()


def harmless(path: str) -> str:
    """The same path, spelled so that no spreadsheet takes it for a formula: `=cmd.jpg` becomes `./=cmd.jpg`.

    Opened in a spreadsheet, a cell that starts with `=`, `+`, `-` or `@` is run; a stranger's photo may be named so.
    """
    return os.path.join(os.curdir, path) if path.startswith(FORMULA) and path != STDIN else path


def printable(text: str) -> str:
    """Text that a terminal shows as it is: a file's name may hold line ends and codes that move the cursor."""
    return "".join(char if char.isprintable() else char.encode("unicode_escape").decode() for char in valid(text))


FORMATS: dict[str, type[Table] | type[JsonLines] | type[Csv]] = {"table": Table, "jsonl": JsonLines, "csv": Csv}
