"""What an archive answers: one entry, many of them, and counts over all. Nothing here writes."""

from __future__ import annotations

import re
from collections import Counter
from datetime import datetime, timedelta
from typing import TypeVar

import sqlalchemy as sa
from sqlalchemy.orm import Session

from pawsight.archive import mappers, retention, search, statistics
from pawsight.archive.database import Index
from pawsight.archive.entry import ArchiveEntry, Correction, EntryDetails, EntryPage, Filter, Sort
from pawsight.archive.files import PhotoStore, StoredName
from pawsight.archive.tables import CorrectionRow, DetailsRow, EntryRow
from pawsight.errors import EntryNotFound
from pawsight.storage import durable
from pawsight.types import Floats

_ALL = Filter()
_ID = re.compile("[0-9a-f]{32}")

Row = TypeVar("Row")


class ArchiveQueries:
    """The reading half of `Archive`.

    Args:
        index: the archive's database.
        files: its folder; None where nothing outlives the process.
        key_made: when the key was made that signs visitors' tokens.
    """

    def __init__(self, index: Index, files: PhotoStore | None, key_made: datetime) -> None:
        self.index = index
        self.files = files
        self.key_made = key_made

    def get(self, id: str) -> ArchiveEntry:
        """Find one entry.

        Raises:
            EntryNotFound: there is none.
        """
        with self.index.reading() as session:
            return mappers.to_entry(get_row(session, EntryRow, id))

    def details(self, id: str) -> EntryDetails:
        """Return the thumbnail, features and maps of an entry.

        Raises:
            EntryNotFound: there is none; or its prediction was lost with the index.
        """
        with self.index.reading() as session:
            return mappers.to_details(get_row(session, DetailsRow, id))

    def photo(self, id: str) -> bytes:
        """Return the stored file of an entry, to be decoded. Never send it to anybody: decode it and encode it again.

        Raises:
            EntryNotFound: there is none; or only the prediction was kept.
        """
        entry = self.get(id)
        name = entry.stored and StoredName(entry.stored, entry.format)
        data = durable.read(self.files.path(name)) if self.files and name else None
        if data is None:
            raise missing_entry()
        return data

    def history(self, id: str) -> list[Correction]:
        """Return all corrections of an entry, oldest first.

        Raises:
            EntryNotFound: there is none.
        """
        with self.index.reading() as session:
            get_row(session, EntryRow, id)
            corrections = sa.select(CorrectionRow).where(CorrectionRow.entry == id).order_by(CorrectionRow.number)
            return [Correction(row.at, row.label) for row in session.scalars(corrections)]

    def knew_visitor(self, token: str) -> bool:
        """Return whether a visitor with this token uploaded a photo before the key was made that signs tokens."""
        before = Filter(visitor=token, until=self.key_made)
        with self.index.reading() as session:
            return session.scalar(sa.select(sa.exists().where(*search.where(before)))) or False

    def find(self, wanted: Filter = _ALL, *, sort: Sort = "newest", page: int = 1, size: int = 50) -> EntryPage:
        """Find entries, page by page.

        Args:
            wanted: which ones.
            sort: their order; "sure" goes by `Entry.confidence`.
            page: from 1; one beyond the last is empty.
            size: entries on a page.
        """
        with self.index.reading() as session:
            return search.find(session, wanted, sort, page, size)

    def look_alikes(self, features: Floats, model: str, n: int = 10) -> list[tuple[ArchiveEntry, float]]:
        """Find the photos most similar to features.

        Args:
            features: `(D,)` float32, as in `Prediction` and `EntryDetails`.
            model: the one that made them; features of different models cannot be compared.
            n: how many, at most.

        Returns:
            entries and their cosine to `features`, -1..1, the most similar first.
        """
        with self.index.reading() as session:
            return search.look_alikes(session, features, model, n)

    def usage(self, days: int = 30) -> list[statistics.Day]:
        """Count the uploads of each day (UTC) that had any, oldest first, today included."""
        with self.index.reading() as session:
            return statistics.usage(session, mappers.now().date() - timedelta(days=days - 1))

    def verdicts(self, wanted: Filter = _ALL) -> Counter[str]:
        """Count how often each verdict was given, for `statistics.shift`."""
        with self.index.reading() as session:
            return statistics.verdicts(session, wanted)

    def stored_bytes(self) -> int:
        """Return the bytes of all stored photos; reads the whole index."""
        with self.index.reading() as session:
            return retention.stored_bytes(session)


def is_id(text: str) -> bool:
    """Return whether a text has the form of an entry's id; anything else never gets near the database."""
    return bool(_ID.fullmatch(text))


def get_row(session: Session, table: type[Row], id: str, *, lock: bool = False) -> Row:
    """Return an entry's row.

    Raises:
        EntryNotFound: there is none.
    """
    row = session.get(table, id, with_for_update=lock) if is_id(id) else None
    if row is None:
        raise missing_entry()
    return row


def missing_entry() -> EntryNotFound:
    """Return the error for an id that no entry has."""
    return EntryNotFound(
        "There is no entry with this id. It was deleted, has expired, or never existed.", "Upload the photo again."
    )
