"""Between what the archive hands out and what its tables hold."""

from __future__ import annotations

import uuid
from dataclasses import fields
from datetime import datetime, timezone

import numpy as np
import sqlalchemy as sa
from sqlalchemy import ColumnElement
from sqlalchemy.orm import Session

from pawsight.archive.entry import UNANSWERED, Answer, Details, Entry
from pawsight.archive.files import Name
from pawsight.archive.photo import Photo
from pawsight.archive.tables import CorrectionRow, DetailsRow, EntryRow
from pawsight.errors import UnknownLabel
from pawsight.types import Floats

ANYWAY = ("both", "neither")  # what a photo may be said to show besides the model's classes
_LARGEST = float(np.finfo(np.float16).max)
_FIELDS = [field.name for field in fields(Entry)]


def new_row(photo: Photo, width: int, height: int, created: datetime | None = None) -> EntryRow:
    """A row for a photo that nobody has answered for yet."""
    return EntryRow(
        id=uuid.uuid4().hex,
        created=created or now(),
        stored=photo.sha256,
        uploaded=photo.uploaded,
        format=photo.format,
        bytes=len(photo.data),
        width=width,
        height=height,
        model="",
        label="",
        verdict=UNANSWERED,
        scores={},
        confidence=0.0,
        milliseconds=0.0,
        visitor="",
        correction=None,
        corrected=None,
    )


def write_answer(row: EntryRow, answer: Answer, milliseconds: float) -> None:
    """Put an answer into its row."""
    row.model, row.label, row.verdict = answer.model, answer.label, answer.verdict
    row.scores = dict(answer.scores)
    row.confidence = min(max(score, 1 - score) for score in answer.scores.values())
    row.milliseconds = milliseconds


def write_correction(row: EntryRow, label: str | None) -> CorrectionRow:
    """Put what a person says into an entry's row.

    Returns:
        the row that keeps it.

    Raises:
        UnknownLabel: the model that answered knows no such class.
    """
    known = [*row.scores, *ANYWAY]
    if label is not None and label not in known:
        raise UnknownLabel(f"Expected one of {', '.join(known)}, but another class came.", "Choose one of them.")
    at = now()
    row.correction, row.corrected = label, None if label is None else at
    return CorrectionRow(entry=row.id, at=at, label=label)


def details_row(id: str, answer: Answer, thumbnail: bytes) -> DetailsRow:
    """The row of an entry's large parts."""
    return DetailsRow(
        entry=id,
        shape=list(answer.maps.shape),
        features=_pack(answer.features),
        maps=_pack(answer.maps),
        thumbnail=thumbnail,
    )


def insert_once(session: Session, row: EntryRow, details: DetailsRow) -> Entry:
    """Write an upload, unless it came twice and the other one was faster; under the lock on its file."""
    known = session.get(EntryRow, row.id)
    return to_entry(known) if known else insert(session, row, details)


def insert(session: Session, row: EntryRow, details: DetailsRow) -> Entry:
    """Write an upload.

    By plain statements, in this order: finding the order by itself would cost the session more than writing them.
    """
    for one in (row, details):
        values = {column.key: getattr(one, column.key) for column in type(one).__table__.columns}
        session.connection().execute(sa.insert(type(one)), values)
    return to_entry(row)


def _pack(array: Floats) -> bytes:
    """float16, little-endian: a thousandth of precision for half the bytes."""
    return np.clip(array, -_LARGEST, _LARGEST).astype("<f2").tobytes()


def unpack(data: bytes) -> Floats:
    """`(N,)` float32 of what `_pack` made."""
    return np.frombuffer(data, "<f2").astype(np.float32)


def to_entry(row: EntryRow) -> Entry:
    """Hand out a row."""
    return Entry(**{name: getattr(row, name) for name in _FIELDS})


def to_details(row: DetailsRow) -> Details:
    """Hand out an entry's large parts."""
    return Details(row.thumbnail, unpack(row.features), unpack(row.maps).reshape(row.shape))


def now() -> datetime:
    """This moment, in UTC."""
    return datetime.now(timezone.utc)


def stored_names(session: Session, *conditions: ColumnElement[bool]) -> set[Name]:
    """Names of the files of all entries, or of those that fit the conditions."""
    query = sa.select(EntryRow.stored, EntryRow.format).where(EntryRow.stored.is_not(None), *conditions).distinct()
    return {Name(stored, format) for stored, format in session.execute(query) if stored}
