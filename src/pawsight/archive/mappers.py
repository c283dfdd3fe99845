"""Convert between the archive's entries and its tables."""

from __future__ import annotations

import uuid
from dataclasses import fields
from datetime import UTC, datetime
from typing import Any

import msgspec
import numpy as np
import sqlalchemy as sa
from sqlalchemy import ColumnElement, Connection
from sqlalchemy.orm import Session

from pawsight.archive.entry import UNANSWERED, ArchivablePrediction, ArchiveEntry, EntryDetails, hash_token
from pawsight.archive.files import StoredName
from pawsight.archive.tables import CorrectionRow, DetailsRow, EntryRow
from pawsight.errors import UnknownLabel
from pawsight.images.strip_metadata import StrippedPhoto
from pawsight.model.looks_like import Resemblance
from pawsight.types import Floats

ANYWAY = ("both", "neither")  # what a photo may be said to show besides the model's classes
_LARGEST = float(np.finfo(np.float16).max)
_FIELDS = [field.name for field in fields(ArchiveEntry)]


def new_row(photo: StrippedPhoto, width: int, height: int, created: datetime | None = None) -> EntryRow:
    """Make a row for a photo without a prediction."""
    return EntryRow(**vars(new_entry(photo, width=width, height=height, created=created)))


def new_entry(
    photo: StrippedPhoto,
    answer: ArchivablePrediction | None = None,
    *,
    width: int,
    height: int,
    visitor: str = "",
    milliseconds: float = 0.0,
    id: str = "",
    created: datetime | None = None,
) -> ArchiveEntry:
    """Make the entry of an upload; see `Archive.put`."""
    return ArchiveEntry(
        id=id or uuid.uuid4().hex,
        created=created or now(),
        stored=photo.sha256,
        uploaded=photo.uploaded,
        format=photo.format,
        bytes=len(photo.data),
        width=width,
        height=height,
        model=answer.model if answer else "",
        label=answer.label if answer else "",
        verdict=answer.verdict if answer else UNANSWERED,
        scores=dict(answer.scores) if answer else {},
        confidence=_confidence(answer) if answer else 0.0,
        milliseconds=milliseconds,
        visitor=hash_token(visitor),
        correction=None,
        corrected=None,
    )


def _confidence(answer: ArchivablePrediction) -> float:
    return min(max(score, 1 - score) for score in answer.scores.values())


def write_prediction(row: EntryRow, answer: ArchivablePrediction, milliseconds: float) -> None:
    """Put an answer into its row."""
    row.model, row.label, row.verdict = answer.model, answer.label, answer.verdict
    row.scores = dict(answer.scores)
    row.confidence = _confidence(answer)
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


def details_row(id: str, answer: ArchivablePrediction, thumbnail: bytes) -> DetailsRow:
    """Make the row of an entry's large parts."""
    return DetailsRow(**details_values(id, answer, thumbnail))


def details_values(id: str, answer: ArchivablePrediction, thumbnail: bytes) -> dict[str, Any]:
    """Make the values of a row of an entry's large parts, by column."""
    return {
        "entry": id,
        "shape": list(answer.maps.shape),
        "features": _pack(answer.features),
        "maps": _pack(answer.maps),
        "thumbnail": thumbnail,
        "looks_like": msgspec.to_builtins(answer.looks_like),
    }


def find_entry(connection: Connection, id: str) -> ArchiveEntry | None:
    """Find the entry of an upload that came twice, where the other one was faster."""
    row = connection.execute(sa.select(EntryRow.__table__).where(EntryRow.id == id)).one_or_none()
    return None if row is None else ArchiveEntry(**row._mapping)


def _pack(array: Floats) -> bytes:
    """float16, little-endian: a thousandth of precision for half the bytes."""
    return np.clip(array, -_LARGEST, _LARGEST).astype("<f2").tobytes()


def unpack(data: bytes) -> Floats:
    """`(N,)` float32 of what `_pack` made."""
    return np.frombuffer(data, "<f2").astype(np.float32)


def to_entry(row: EntryRow) -> ArchiveEntry:
    """Make an entry of a row."""
    return ArchiveEntry(**{name: getattr(row, name) for name in _FIELDS})


def to_details(row: DetailsRow) -> EntryDetails:
    """Make an entry's details of a row."""
    guesses = msgspec.convert(row.looks_like, list[Resemblance])
    return EntryDetails(row.thumbnail, unpack(row.features), unpack(row.maps).reshape(row.shape), guesses)


def now() -> datetime:
    """This moment, in UTC."""
    return datetime.now(UTC)


def stored_names(session: Session, *conditions: ColumnElement[bool]) -> set[StoredName]:
    """Names of the files of all entries, or of those that fit the conditions."""
    query = sa.select(EntryRow.stored, EntryRow.format).where(EntryRow.stored.is_not(None), *conditions).distinct()
    return {StoredName(stored, format) for stored, format in session.execute(query) if stored}
