"""The archive: what goes in, what comes out.

with Archive.open(load_settings()) as archive:
    entry = archive.put(archive.clean(data), prediction, width=640, height=480, thumbnail=small)
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from typing import TypeVar

import sqlalchemy as sa
from sqlalchemy.orm import Session

from pawsight.archive import disk, leave, retention, rows, search, statistics
from pawsight.archive.entry import Answer, Correction, Details, Entry, Filter, Page, Sort, hash_token
from pawsight.archive.files import Files, Name
from pawsight.archive.index import Index, where
from pawsight.archive.photo import Photo, clean
from pawsight.archive.tables import CorrectionRow, DetailsRow, EntryRow
from pawsight.errors import EntryNotFound, PawsightError
from pawsight.settings import Settings
from pawsight.types import Floats

_NOTHING = Filter()
_ID = re.compile("[0-9a-f]{32}")

Row = TypeVar("Row")


class Archive:
    """An opened archive. Thread-safe; each process opens its own.

    Args:
        settings: what is kept, and for how long.
        index: its database.
        files: its folder; None where nothing outlives the process.
    """

    def __init__(self, settings: Settings, index: Index, files: Files | None) -> None:
        self.settings = settings
        self.index = index
        self.files = files

    @classmethod
    def open(cls, settings: Settings) -> Archive:
        """Open the archive that the settings name; make it where it is missing, and tidy up after a crash.

        Raises:
            BadArchive: damaged, or written by a newer Pawsight.
            BadSettings, MissingExtra: `archive_url` cannot be used.
            ArchiveUnavailable, StorageFull: the folder or the database does not work.
        """
        if settings.archive_keep == "nothing":
            return cls(settings, Index(None), None)
        files = Files(settings.archive_folder)
        archive = cls(settings, Index(where(settings.archive_folder, settings.archive_url)), files)
        try:
            leave.recover(archive.index, files)
        except BaseException:
            archive.close()
            raise
        return archive

    def __enter__(self) -> Archive:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the database."""
        self.index.close()

    def clean(self, data: bytes) -> Photo:
        """Make of an upload what is stored, by the settings; see `photo.clean`."""
        return clean(data, keep_metadata=self.settings.keep_metadata, limits=self.settings.limits)

    def put(
        self,
        photo: Photo,
        answer: Answer,
        *,
        width: int,
        height: int,
        thumbnail: bytes,
        visitor: str = "",
        milliseconds: float = 0.0,
        id: str = "",
    ) -> Entry:
        """Remember an upload. When this returns, file and row last through a power cut.

        Args:
            photo: what `clean` made of the upload.
            answer: what the classifier said.
            width, height: of the upload, upright, in pixels.
            thumbnail: a small JPEG without metadata.
            visitor: a token that only the visitor's browser has; its hash is kept.
            milliseconds: what the answer took.
            id: 32 hex digits; random ones where empty. Where an upload is here under it, that one stays as it is.

        Returns:
            what is here now.

        Raises:
            StorageFull, ArchiveUnavailable: it is not remembered, and nothing of it stays.
        """
        row = rows.new_row(photo, width, height)
        row.id = id or row.id
        rows.write_answer(row, answer, milliseconds)
        row.visitor = hash_token(visitor)
        details = rows.details_row(row.id, answer, thumbnail)
        if not self.files:
            return self._remember(row, details)
        write = rows.insert_once if id else rows.insert  # nobody has a random one, and looking for it costs 0.3 ms
        with self._placed(photo, self.files) as session:
            return write(session, row, details)

    @contextmanager
    def _placed(self, photo: Photo, files: Files) -> Iterator[Session]:
        """A transaction in which the photo's file is there, and stays. The slow part of writing it comes before."""
        with files.claim(photo) as claim:
            try:
                claim.place()
                with self.index.writing(photo.sha256) as session:
                    claim.place()  # nearly always there; a neighbour may have forgotten the same photo meanwhile
                    yield session
            except BaseException:
                with suppress(PawsightError):  # what cannot be undone now is undone at the next start
                    leave.settle(self.index, files, claim.path, keep=False)
                raise

    def _remember(self, row: EntryRow, details: DetailsRow) -> Entry:
        """Keep the newest answers, and no files."""
        row.stored = None
        with self.index.writing() as session:
            entry = rows.insert_once(session, row, details)
            newest = sa.select(EntryRow.id).order_by(EntryRow.created.desc()).limit(self.settings.keep)
            session.execute(sa.delete(EntryRow).where(EntryRow.id.not_in(newest)))
        return entry

    def get(self, id: str) -> Entry:
        """Find one entry.

        Raises:
            EntryNotFound: it is not, or no longer, here.
        """
        with self.index.reading() as session:
            return rows.to_entry(_get(session, EntryRow, id))

    def details(self, id: str) -> Details:
        """The thumbnail, features and maps of an entry.

        Raises:
            EntryNotFound: it is not, or no longer, here; or its answer was lost with the index.
        """
        with self.index.reading() as session:
            return rows.to_details(_get(session, DetailsRow, id))

    def photo(self, id: str) -> bytes:
        """The stored file of an entry, to be decoded. Never send it to anybody: decode it and encode it again.

        Raises:
            EntryNotFound: it is not, or no longer, here; or only the answer was kept.
        """
        entry = self.get(id)
        name = entry.stored and Name(entry.stored, entry.format)
        data = disk.read(self.files.path(name)) if self.files and name else None
        if data is None:
            raise _missing()
        return data

    def correct(self, id: str, label: str | None) -> Entry:
        """Note what a person says a photo shows; None takes that back. What was said before is kept.

        Args:
            id: of the entry.
            label: one of the model's classes, `both` or `neither`.

        Raises:
            EntryNotFound: it is not, or no longer, here.
            UnknownLabel: the model that answered knows no such class.
        """
        with self.index.writing() as session:
            row = _get(session, EntryRow, id, lock=True)
            session.add(rows.write_correction(row, label))
            return rows.to_entry(row)

    def history(self, id: str) -> list[Correction]:
        """All that was said about an entry, oldest first.

        Raises:
            EntryNotFound: it is not, or no longer, here.
        """
        with self.index.reading() as session:
            _get(session, EntryRow, id)
            said = sa.select(CorrectionRow).where(CorrectionRow.entry == id).order_by(CorrectionRow.number)
            return [Correction(row.at, row.label) for row in session.scalars(said)]

    def answer(self, id: str, answer: Answer, *, thumbnail: bytes, milliseconds: float = 0.0) -> Entry:
        """Replace the answer of an entry, such as one whose verdict is `unanswered`.

        Raises:
            EntryNotFound: it is not, or no longer, here.
        """
        with self.index.writing() as session:
            row = _get(session, EntryRow, id, lock=True)
            rows.write_answer(row, answer, milliseconds)
            session.merge(rows.details_row(id, answer, thumbnail))
            return rows.to_entry(row)

    def forget(self, id: str) -> None:
        """Delete an entry for good, and its file where no other entry has the same photo.

        Raises:
            EntryNotFound: it is not, or no longer, here.
        """
        if not (_ID.fullmatch(id) and leave.forget(self.index, self.files, [id])):
            raise _missing()

    def forget_visitor(self, token: str) -> int:
        """Delete all that a visitor brought.

        Returns:
            how many entries that were.
        """
        with self.index.reading() as session:
            ids = session.scalars(sa.select(EntryRow.id).where(*search.where(Filter(visitor=token)))).all()
        return leave.forget(self.index, self.files, ids)

    def find(self, wanted: Filter = _NOTHING, *, sort: Sort = "newest", page: int = 1, size: int = 50) -> Page:
        """Find entries, page by page.

        Args:
            wanted: which ones.
            sort: their order; "sure" goes by `Entry.confidence`.
            page: from 1; one beyond the last is empty.
            size: entries on a page.
        """
        with self.index.reading() as session:
            return search.find(session, wanted, sort, page, size)

    def look_alikes(self, features: Floats, model: str, n: int = 10) -> list[tuple[Entry, float]]:
        """Find photos that a model sees alike.

        Args:
            features: `(D,)` float32, as in `Prediction` and `Details`.
            model: that made them; features of different models cannot be compared.
            n: how many, at most.

        Returns:
            entries and their cosine to `features`, -1..1, the most alike first.
        """
        with self.index.reading() as session:
            return search.look_alikes(session, features, model, n)

    def usage(self, days: int = 30) -> list[statistics.Day]:
        """Uploads of each day (UTC) that had any, oldest first, today included."""
        with self.index.reading() as session:
            return statistics.usage(session, rows.now().date() - timedelta(days=days - 1))

    def verdicts(self, wanted: Filter = _NOTHING) -> Counter[str]:
        """How often each verdict was given, for `statistics.shift`."""
        with self.index.reading() as session:
            return statistics.verdicts(session, wanted)

    def stored_bytes(self) -> int:
        """What all photos have together; goes through the whole index."""
        with self.index.reading() as session:
            return retention.stored_bytes(session)

    def tidy(self) -> int:
        """Apply `retention_days` and `archive_max_bytes`; to be called from time to time.

        Returns:
            how many entries went.
        """
        return retention.purge(
            self.index, self.files, days=self.settings.retention_days, max_bytes=self.settings.archive_max_bytes
        )


def _get(session: Session, table: type[Row], id: str, *, lock: bool = False) -> Row:
    """Find a row; whatever is no id of ours never comes near the database."""
    row = session.get(table, id, with_for_update=lock) if _ID.fullmatch(id) else None
    if row is None:
        raise _missing()
    return row


def _missing() -> EntryNotFound:
    return EntryNotFound("No answer with this id is here: never given, forgotten, or past its time.", "Ask again.")
