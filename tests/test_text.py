"""Text from file names: one line, valid Unicode, and nothing that a spreadsheet runs."""

from __future__ import annotations

import csv

import pytest

from pawsight.text import csv_line, padded, printable, safe_cell, safe_path, shell_word, shortened, valid_unicode, width


def test_a_name_cannot_move_the_cursor() -> None:
    assert printable("a\x1b[2J\n\r\u202egpj.é\udce9") == "a\\x1b[2J\\n\\r\\u202egpj.é\\udce9"


def test_bytes_that_are_not_utf8_are_shown_as_escapes() -> None:
    assert valid_unicode("fotos-\udce4") == "fotos-\\udce4"
    assert valid_unicode("Kätzchen") == "Kätzchen"


@pytest.mark.parametrize(
    "cell", ["a,b", 'a "b"', "a\nb", "a\rb", "\r", "a\tb", "a;b", " a", "plain", "", "猫" * 80, "a\r\nb"]
)
def test_a_cell_is_read_back_as_it_was(cell: str) -> None:
    assert list(csv.reader([csv_line([cell, "end"])], strict=True)) == [[cell, "end"]]


@pytest.mark.parametrize("cell", ["a\nb", "a\rb", "a\tb", "a;=cmd"])
def test_what_splits_a_cell_is_quoted(cell: str) -> None:
    assert csv_line([cell]) == f'"{cell}"'


def test_nothing_is_an_empty_cell() -> None:
    assert csv_line([None, 0.5, "x"]) == ",0.5,x"


@pytest.mark.parametrize("first", ["=", "+", "-", "@", "\t=", " =", "\r\n@", "\u00a0="])
def test_no_spreadsheet_takes_a_name_for_a_formula(first: str) -> None:
    path = first + "cmd|calc!A1.jpg"
    assert safe_path(path) == "./" + path
    assert safe_cell(path) == "'" + path


@pytest.mark.parametrize("path", ["cat.jpg", "a=b.jpg", "-", "photos/=1.jpg"])
def test_other_names_stay_as_they_are(path: str) -> None:
    assert safe_path(path) == path


@pytest.mark.parametrize(
    ("text", "columns"), [("cat", 3), ("", 0), ("\u732b.jpg", 6), ("u\u0308", 1), ("\u00fc", 1), ("\uff21", 2)]
)
def test_how_wide_a_terminal_shows_it(text: str, columns: int) -> None:
    assert width(text) == columns
    assert padded(text, 8) == text + " " * (8 - columns)
    assert padded(text, 0) == text


def test_words_of_a_command_and_long_words() -> None:
    assert [shell_word(word) for word in ("runs/lite0", "my model")] == ["runs/lite0", "'my model'"]
    assert shortened("x" * 300) == "x" * 300
    assert shortened("a" * 1000 + "b" * 1000) == "a" * 150 + " ... " + "b" * 75
