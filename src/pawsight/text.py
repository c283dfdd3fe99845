"""Text for terminals and tables: file names may hold line ends, control codes, formulas, and bytes not in UTF-8."""

from __future__ import annotations

import os
import shlex
import unicodedata
from collections.abc import Iterable

FORMULA = ("=", "+", "-", "@")
_QUOTED = frozenset(',;"\t\r\n')  # separators of any spreadsheet's import, and what ends a line


def valid_unicode(text: str) -> str:
    """Return text as valid Unicode: bytes of a file name that are not UTF-8 become `\\udce9` and the like."""
    return text.encode("utf-8", "backslashreplace").decode()


def printable(text: str) -> str:
    """Return text on one line without control codes: a file name may hold line ends and codes that move the cursor."""
    return "".join(
        char if char.isprintable() else char.encode("unicode_escape").decode() for char in valid_unicode(text)
    )


def shortened(text: str, most: int = 300) -> str:
    """Return text for a message: of a long one, such as a photo in base64 in place of its path, start and end."""
    return text if len(text) <= most else f"{text[: most // 2]} ... {text[-most // 4 :]}"


def shell_word(path: object) -> str:
    """Return a path as it is typed in a command: in quotation marks where it holds spaces or signs that shells read."""
    return shlex.quote(str(path))


def width(text: str) -> int:
    """Return how many columns a terminal shows printable text in: two for a Chinese character, none for an accent that
    stands behind its letter, as macOS writes file names."""
    return sum(0 if unicodedata.combining(char) else 1 + (unicodedata.east_asian_width(char) in "WF") for char in text)


def padded(text: str, columns: int) -> str:
    """Return printable text with spaces behind it, so that a terminal shows it in so many columns, or in more."""
    return text + " " * (columns - width(text))


def csv_line(cells: Iterable[object]) -> str:
    """Return one line of CSV (RFC 4180), without its end.

    The standard library's writer leaves a carriage return unquoted before Python 3.13, and never quotes tabs and
    semicolons, at which some spreadsheets split.

    Args:
        cells: None becomes an empty cell, everything else its text.
    """
    return ",".join("" if cell is None else _quoted(str(cell)) for cell in cells)


def _quoted(cell: str) -> str:
    if cell.strip() == cell and _QUOTED.isdisjoint(cell):
        return cell
    return '"' + cell.replace('"', '""') + '"'


def is_formula(text: str) -> bool:
    """Return whether a spreadsheet may run a cell that holds this text; tabs and spaces before it do not matter."""
    return text.lstrip().startswith(FORMULA)


def safe_cell(text: str) -> str:
    """Return text that no spreadsheet runs: a formula gets an apostrophe in front, which marks text there."""
    return f"'{text}" if is_formula(text) else text


def safe_path(path: str) -> str:
    """Return the same path, spelled so that no spreadsheet runs it: `=cmd.jpg` becomes `./=cmd.jpg`.

    Standard input (`-`) stays as it is.
    """
    return os.path.join(os.curdir, path) if is_formula(path) and path != "-" else path
