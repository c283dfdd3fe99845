"""Dataclasses of one kind as a CSV file: the tables of a prepared set."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from dataclasses import asdict, fields
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import msgspec

from pawsight.errors import BadData
from pawsight.text import csv_line

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

Kind = TypeVar("Kind")


def write_table(path: Path, kind: type[DataclassInstance], rows: Iterable[DataclassInstance]) -> None:
    """Write dataclasses of one kind as CSV, a column a field. Names that are not UTF-8 stay as they are."""
    with path.open("w", encoding="utf-8", errors="surrogateescape", newline="") as file:
        file.write(csv_line(column.name for column in fields(kind)) + "\n")
        file.writelines(csv_line(asdict(row).values()) + "\n" for row in rows)


def read_table(path: Path, kind: type[Kind]) -> tuple[Kind, ...]:
    """Read what `write_table` wrote.

    Raises:
        BadData: it is missing, or a table of something else.
    """
    try:
        with path.open(encoding="utf-8", errors="surrogateescape", newline="") as file:
            return tuple(msgspec.convert(row, kind, strict=False) for row in csv.DictReader(file))
    except (OSError, ValueError, csv.Error) as error:
        raise BadData(
            f"Expected a table of a prepared set at {path}, but it does not read ({error}).",
            "Run `pawsight data prepare` again.",
        ) from error
