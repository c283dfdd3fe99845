from __future__ import annotations

import csv
import json
from typing import Any

import numpy as np
import pytest

from pawsight.batch.lines import Csv, JsonLines, Lines, Table, harmless, printable
from pawsight.batch.run import Answer
from pawsight.classifier import Prediction
from pawsight.errors import BrokenImage

CLASSES = ["cat", "dog"]
NOTHING = np.zeros((1, 1, 1), np.float32)


def good(path: str) -> Answer:
    return Answer(path, Prediction("cat", "unsure", {"cat": 0.98765, "dog": 0.5}, "tiny-1", NOTHING, NOTHING))


def bad(path: str) -> Answer:
    return Answer(path, error=BrokenImage("Expected a photo,\nbut came words.", "Try again."))


def written(lines: Lines, *answers: Answer) -> list[str]:
    return [line for line in [lines.header(), *map(lines.line, answers)] if line is not None]


def test_columns_of_the_table_are_aligned() -> None:
    paths = ["a.jpg", "folder/long-name.jpg"]
    assert written(Table(max(map(len, paths)), CLASSES), good(paths[0]), bad(paths[1])) == [
        "photo                 verdict     cat     dog",
        "a.jpg                 unsure    0.988   0.500",
        "folder/long-name.jpg  error    Expected a photo,\\nbut came words. Try again.",
    ]


def test_one_very_long_path_does_not_push_the_others_aside() -> None:
    paths = ["a.jpg", "x" * 300]
    _, short, long = written(Table(max(map(len, paths)), CLASSES), *map(good, paths))
    assert short.index("unsure") < 70
    assert long.startswith("x" * 300 + "  unsure")


def test_a_table_of_long_class_names() -> None:
    answer = Answer("a", Prediction("x", "x", {"a long name": 1.0}, "tiny-1", NOTHING, NOTHING))
    header, line = written(Table(1, ["a long name"]), answer)
    assert len(header) == len(line)
    assert line.endswith("1.000")


def test_a_name_cannot_play_with_the_terminal() -> None:
    assert printable("a\x1b[2J\n\u202egpj.é\udce9") == "a\\x1b[2J\\n\\u202egpj.é\\udce9"
    assert "\x1b" not in Table(1, CLASSES).line(good("\x1b"))


def test_json_lines() -> None:
    first, second = map(json.loads, written(JsonLines(0, []), good("é\n.jpg"), bad("b")))
    assert first == good("é\n.jpg").to_dict()
    assert second == bad("b").to_dict()


def test_csv() -> None:
    rows = list(csv.reader(written(Csv(0, CLASSES), good('with "quotes", and commas'), bad("b")), strict=True))
    assert rows[0] == ["path", "label", "verdict", "cat", "dog", "model", "error_code", "error_message"]
    assert rows[1] == ['with "quotes", and commas', "cat", "unsure", "0.98765", "0.5", "tiny-1", "", ""]
    assert rows[2][:7] == ["b", "", "", "", "", "", "broken_image"]


@pytest.mark.parametrize("first", "=+-@")
def test_no_spreadsheet_takes_a_name_for_a_formula(first: str) -> None:
    path = first + "cmd|calc!A1.jpg"
    assert harmless(path).endswith(path)
    cell: Any = next(csv.reader([Csv(0, CLASSES).line(bad(path))]))[0]
    assert cell[0] == "."


@pytest.mark.parametrize("path", ["cat.jpg", "a=b.jpg", "-", "photos/=1.jpg"])
def test_other_names_stay_as_they_are(path: str) -> None:
    assert harmless(path) == path
