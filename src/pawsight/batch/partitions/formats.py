"""Predictions of one partition -> the content of its file: JSON lines or Parquet, with the same columns.

The columns are those of `pawsight predict --format jsonl`. In Parquet, `scores` is a struct of one field a
class.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

import msgspec

FORMS = ("jsonl", "parquet")


def encode_rows(rows: Sequence[dict[str, Any]], form: str, classes: Sequence[str]) -> bytes:
    """Encode rows of `PhotoResult.to_dict`.

    Args:
        rows: one a photo.
        form: one of `FORMS`.
        classes: of the model, in the order of its scores.
    """
    if form == "jsonl":
        return b"".join(msgspec.json.encode(row) + b"\n" for row in rows)
    return _parquet(rows, classes)


def _parquet(rows: Sequence[dict[str, Any]], classes: Sequence[str]) -> bytes:
    import pyarrow
    from pyarrow import parquet

    text = pyarrow.string()
    scores = pyarrow.struct([(name, pyarrow.float64()) for name in classes])
    error = pyarrow.struct([("code", text), ("message", text)])
    columns = {"path": text, "label": text, "verdict": text, "scores": scores, "model": text, "error": error}
    table = pyarrow.Table.from_pylist(list(rows), pyarrow.schema(list(columns.items())))
    content = io.BytesIO()
    parquet.write_table(table, content)
    return content.getvalue()
