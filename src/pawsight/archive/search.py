"""Finding entries: by what is known of them, and by how they look."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import sqlalchemy as sa
from sqlalchemy import ColumnElement
from sqlalchemy.orm import InstrumentedAttribute, Session

from pawsight.archive.entry import ArchivedPhoto, ArchiveEntry, EntryPage, Filter, FilterChoices, Sort, hash_token
from pawsight.archive.mappers import to_entry, unpack
from pawsight.archive.tables import DetailsRow, EntryRow
from pawsight.types import Floats

_CHUNK = 1000
_LAST = 1_000_000_000  # pages; databases cannot count on for ever
_ORDERS: dict[Sort, tuple[sa.UnaryExpression[Any], InstrumentedAttribute[str]]] = {
    "newest": (EntryRow.created.desc(), EntryRow.id),
    "oldest": (EntryRow.created.asc(), EntryRow.id),
    "least sure": (EntryRow.confidence.asc(), EntryRow.id),
    "most sure": (EntryRow.confidence.desc(), EntryRow.id),
}
_EXACT: dict[str, InstrumentedAttribute[str] | InstrumentedAttribute[str | None]] = {
    "verdict": EntryRow.verdict,
    "label": EntryRow.label,
    "model": EntryRow.model,
    "correction": EntryRow.correction,
    "uploaded": EntryRow.uploaded,
}


def find(session: Session, wanted: Filter, sort: Sort, page: int, size: int) -> EntryPage:
    """One page of the entries that fit, see `Archive.find`."""
    page = min(max(1, page), _LAST)
    conditions = list(where(wanted))
    total = session.scalar(sa.select(sa.func.count()).select_from(EntryRow).where(*conditions)) or 0
    query = sa.select(EntryRow).where(*conditions).order_by(*_ORDERS[sort]).limit(size).offset((page - 1) * size)
    return EntryPage([to_entry(row) for row in session.scalars(query)], total, page, size)


def choices(session: Session) -> FilterChoices:
    """The verdicts, labels and models that entries have."""
    columns = (EntryRow.verdict, EntryRow.label, EntryRow.model)
    return FilterChoices(*(sorted(filter(None, session.scalars(sa.select(one).distinct()))) for one in columns))


def kept(session: Session) -> list[ArchivedPhoto]:
    """Every photo that is held, once, with what was said of it last."""
    columns = (EntryRow.id, EntryRow.model, EntryRow.verdict, EntryRow.correction, EntryRow.stored)
    order = (EntryRow.correction.is_not(None), EntryRow.corrected, EntryRow.created)
    rows = session.execute(sa.select(*columns).where(EntryRow.stored.is_not(None)).order_by(*order))
    return list({row[4]: ArchivedPhoto(row[0], row[1], row[2], row[3]) for row in rows}.values())


def where(wanted: Filter) -> Iterator[ColumnElement[bool]]:
    """The filter as conditions on `EntryRow`."""
    for name, column in _EXACT.items():
        if (value := getattr(wanted, name)) is not None:
            yield column == value if "\0" not in value else sa.false()  # PostgreSQL takes no NUL, and nothing has one
    if wanted.corrected is not None:
        yield EntryRow.correction.is_not(None) if wanted.corrected else EntryRow.correction.is_(None)
    if wanted.visitor is not None:
        yield EntryRow.visitor == (hash_token(wanted.visitor) or None)  # no token is nobody's, not everybody's
    if wanted.least is not None:
        yield EntryRow.confidence >= wanted.least
    if wanted.most is not None:
        yield EntryRow.confidence <= wanted.most
    if wanted.since is not None:
        yield EntryRow.created >= wanted.since
    if wanted.until is not None:
        yield EntryRow.created < wanted.until


def look_alikes(session: Session, features: Floats, model: str, n: int) -> list[tuple[ArchiveEntry, float]]:
    """Entries of a model whose features point where these do, see `Archive.look_alikes`."""
    best: list[tuple[float, str]] = []
    wanted = _unit(features[None, :])[0]
    query = (
        sa.select(DetailsRow.entry, DetailsRow.features)
        .join(EntryRow, EntryRow.id == DetailsRow.entry)
        .where(EntryRow.model == model)
        .execution_options(yield_per=_CHUNK)
    )
    for chunk in session.execute(query).partitions():
        stacked = np.stack([unpack(data) for _, data in chunk])
        likeness = _unit(stacked) @ wanted
        best += [(float(one), id) for one, (id, _) in zip(likeness, chunk, strict=True)]
        best = sorted(best, reverse=True)[:n]
    rows = {row.id: row for row in session.scalars(sa.select(EntryRow).where(EntryRow.id.in_([id for _, id in best])))}
    return [(to_entry(rows[id]), likeness) for likeness, id in best]


def _unit(vectors: Floats) -> Floats:
    """Rows of length 1; rows of zeros stay."""
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(vectors / np.maximum(lengths, np.finfo(np.float32).tiny), dtype=np.float32)
