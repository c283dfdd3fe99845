from __future__ import annotations

import csv
import io
import json
import os
import re
from typing import Any

import numpy as np
import pytest

from pawsight.batch.output import Csv, JsonLines, OutputFormat, Table
from pawsight.batch.run import PhotoResult
from pawsight.classifier import Prediction
from pawsight.errors import BrokenImage
from pawsight.text import printable, width

CLASSES = ["cat", "dog"]
NOTHING = np.zeros((1, 1, 1), np.float32)


def good(path: str) -> PhotoResult:
    return PhotoResult(path, Prediction("cat", "unsure", {"cat": 0.98765, "dog": 0.5}, "tiny-1", NOTHING, NOTHING))


def bad(path: str) -> PhotoResult:
    return PhotoResult(path, error=BrokenImage("Expected a photo,\nbut came words.", "Try again."))


def written(lines: OutputFormat, *answers: PhotoResult) -> list[str]:
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
    answer = PhotoResult("a", Prediction("x", "x", {"a long name": 1.0}, "tiny-1", NOTHING, NOTHING))
    header, line = written(Table(1, ["a long name"]), answer)
    assert len(header) == len(line)
    assert line.endswith("1.000")


def test_a_name_cannot_play_with_the_terminal() -> None:
    assert "\x1b" not in Table(1, CLASSES).line(good("\x1b"))


def test_json_lines() -> None:
    first, second = map(json.loads, written(JsonLines(), good("é\n.jpg"), bad("b")))
    assert first == good("é\n.jpg").to_dict()
    assert second == bad("b").to_dict()


def test_csv() -> None:
    rows = list(csv.reader(written(Csv(CLASSES), good('with "quotes", and commas'), bad("b")), strict=True))
    assert rows[0] == ["path", "label", "verdict", "cat", "dog", "model", "error_code", "error_message"]
    assert rows[1] == ['with "quotes", and commas', "cat", "unsure", "0.98765", "0.5", "tiny-1", "", ""]
    assert rows[2][:7] == ["b", "", "", "", "", "", "broken_image"]


@pytest.mark.parametrize("first", "=+-@")
def test_no_spreadsheet_takes_a_name_for_a_formula(first: str) -> None:
    cell: Any = next(csv.reader([Csv(CLASSES).line(bad(first + "cmd|calc!A1.jpg"))]))[0]
    assert cell[0] == "."


@pytest.mark.parametrize("name", ["holiday\ncat.jpg", "cr\rcat.jpg", "tab\t=cmd.jpg"])
def test_a_line_end_in_a_name_does_not_tear_the_table(name: str) -> None:
    line = Csv(CLASSES).line(good(name))
    assert next(csv.reader([line], strict=True))[0] == name
    assert line.startswith(f'"{name}",')


@pytest.mark.parametrize(
    "name",
    [b"new\nline.jpg", b"tab\there.jpg", b"cr\r.jpg", b"\x1b[31m.jpg", b"caf\xe9.jpg", b'a,"b";c.jpg', b"=1+1.jpg"],
)
@pytest.mark.parametrize("form", ["jsonl", "csv"])
def test_every_name_comes_back_as_the_page_of_the_command_line_says(name: bytes, form: str) -> None:
    """docs/cli.md, File names."""
    lines: OutputFormat = JsonLines() if form == "jsonl" else Csv(CLASSES)
    text = "\n".join(written(lines, good(os.fsdecode(name)), good("next.jpg")))
    rows = (
        [json.loads(line) for line in text.split("\n")]
        if form == "jsonl"
        else list(csv.DictReader(io.StringIO(text, "")))
    )
    path, after = (row["path"] for row in rows)
    assert after == "next.jpg"
    back = re.sub(r"\\udc([89a-f][0-9a-f])", lambda found: chr(0xDC00 + int(found[1], 16)), path)
    assert os.fsencode(os.path.normpath(back)) == name


def test_wide_and_combined_letters_do_not_shift_a_row() -> None:
    names = ["\u732b.jpg", "u\u0308ber.jpg", "caf\udce9.jpg", "plain-name.jpg"]
    _, *lines = written(Table(max(width(printable(name)) for name in names), CLASSES), *map(good, names))
    assert len({width(line.partition("unsure")[0]) for line in lines}) == 1
