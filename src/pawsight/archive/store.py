"""The archive: store, correct and delete entries.

with Archive.open(load_settings()) as archive:
    entry = archive.put(archive.strip_metadata(data), prediction, width=640, height=480, thumbnail=small)
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from typing import TypeVar, Unpack

import sqlalchemy as sa
from sqlalchemy.orm import Session

from pawsight.archive import deletion, mappers, reserve, retention, search
from pawsight.archive.database import Index, where
from pawsight.archive.entry import ArchivablePrediction, ArchiveEntry, Filter
from pawsight.archive.files import PhotoStore
from pawsight.archive.key import new_key, read_or_make_key
from pawsight.archive.queries import ArchiveQueries, get_row, is_id, missing_entry
from pawsight.archive.tables import DetailsRow, EntryRow
from pawsight.archive.upload import AboutUpload, PendingUpload, UploadWriter, insert, pending
from pawsight.errors import BadArchive, EntryNotFound, PawsightError, UnknownLabel
from pawsight.images.strip_metadata import StrippedPhoto, strip_metadata
from pawsight.settings import Settings

Answer = TypeVar("Answer", bound=ArchivablePrediction)


class Archive(ArchiveQueries):
    """An opened archive. Thread-safe; each process opens its own.

    Attributes:
        visitor_key, key_made: 32 secret bytes, shared by all servers of this archive, that sign visitors' tokens; and
            since when they exist.
        removed: uploads that an earlier crash interrupted, and that were removed when this archive was opened.

    Args:
        settings: what is kept, and for how long.
        index: its database.
        files: its folder; None where nothing outlives the process.
    """

    removed = 0

    def __init__(self, settings: Settings, index: Index, files: PhotoStore | None) -> None:
        self.visitor_key, key_made = read_or_make_key(files.root) if files else (new_key(), mappers.now())
        super().__init__(index, files, key_made)
        self.settings = settings
        self._uploads = UploadWriter(index, files) if files else None

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
        files = PhotoStore(settings.archive_folder)
        url = where(settings.archive_folder, settings.archive_url)
        index = reserve.with_room(files.root, lambda: Index(url, settings.archive_lock_timeout))
        try:
            archive = cls(settings, index, files)
            if not archive.lost_its_index():
                archive.removed = deletion.recover(index, files)
        except BaseException:
            index.close()
            files.close()
            raise
        return archive

    def lost_its_index(self) -> bool:
        """Return whether the index has no entry while there are photos on disk; then nothing is cleaned up."""
        return self.files is not None and self.index.is_empty() and self.files.holds_photos()

    def require_index(self) -> Archive:
        """Return this archive, unless its index was lost; such an archive must not be used as an empty one.

        Raises:
            BadArchive: there are photos, but the index is empty.
        """
        if self.files and self.lost_its_index():
            self.close()
            raise BadArchive(
                f"The index of the archive {self.files.root} is empty, but the archive holds photos.",
                "Check archive and archive_url, restore a backup, or run `pawsight archive check --repair`.",
            )
        return self

    def require_outside(self, target: Path) -> None:
        """Check that a folder to write is not inside the archive, where it would be mixed with the archive's own files.

        Raises:
            BadArchive: it is.
        """
        if self.files and target.resolve().is_relative_to(self.files.root.resolve()):
            raise BadArchive(f"{target} is inside the archive {self.files.root}.", "Choose a folder outside of it.")

    def __enter__(self) -> Archive:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the database and the folder."""
        if self._uploads:
            self._uploads.close()
        self.index.close()
        if self.files:
            self.files.close()

    def strip_metadata(self, data: bytes) -> StrippedPhoto:
        """Return what is stored of an upload, by the settings; see `strip_metadata.strip_metadata`."""
        return strip_metadata(data, keep_metadata=self.settings.keep_metadata, limits=self.settings.limits)

    def put(
        self,
        photo: StrippedPhoto,
        answer: ArchivablePrediction,
        *,
        width: int,
        height: int,
        thumbnail: bytes = b"",
        visitor: str = "",
        milliseconds: float = 0.0,
        id: str = "",
    ) -> ArchiveEntry:
        """Store an upload. When this returns, its file and its row survive a power cut.

        Args:
            photo: what `strip_metadata` made of the upload.
            answer: the prediction.
            width, height: of the upload, upright, in pixels.
            thumbnail: a small JPEG without metadata; empty where it is made later, see `keep_thumbnail`.
            visitor: a token that only the visitor's browser has; its hash is kept.
            milliseconds: the time that the prediction took.
            id: 32 hex digits; random if empty. If an entry with this id exists, it stays as it is.

        Returns:
            the entry that is stored now.

        Raises:
            StorageFull, ArchiveUnavailable: it is not stored, and nothing of it remains.
        """
        about = AboutUpload(width=width, height=height, thumbnail=thumbnail, visitor=visitor, id=id)
        upload = pending(photo, answer, milliseconds, about)
        return self._uploads.write(photo, lambda: upload) if self._uploads else self._keep_newest(upload)

    def put_while(
        self, photo: StrippedPhoto, predict: Callable[[], tuple[Answer, float]], **about: Unpack[AboutUpload]
    ) -> tuple[ArchiveEntry, Answer]:
        """Store an upload as `put` does, and write its file while its prediction is made.

        Args:
            photo: as for `put`.
            predict: returns the prediction, and how many milliseconds it took.
            about: the other arguments of `put`.

        Returns:
            the entry that is stored now, and the prediction.

        Raises:
            StorageFull, ArchiveUnavailable: it is not stored, and nothing of it remains.
            Exception: what `predict` raised; nothing is stored.
        """
        answers: list[Answer] = []

        def make() -> PendingUpload:
            answer, milliseconds = predict()
            answers.append(answer)
            return pending(photo, answer, milliseconds, about)

        entry = self._uploads.write(photo, make, slow=True) if self._uploads else self._keep_newest(make())
        return entry, answers[0]

    def _keep_newest(self, upload: PendingUpload) -> ArchiveEntry:
        """Keep the newest entries, and no files."""
        with self.index.transaction() as connection:
            known = mappers.find_entry(connection, upload.entry.id)
            entry = known or insert(connection, replace(upload, entry=replace(upload.entry, stored=None)))
            newest = sa.select(EntryRow.id).order_by(EntryRow.created.desc()).limit(self.settings.keep)
            connection.execute(sa.delete(EntryRow).where(EntryRow.id.not_in(newest)))
        return entry

    def keep_thumbnail(self, id: str, thumbnail: bytes) -> None:
        """Keep a thumbnail that was made after the entry; nothing where the entry is gone."""
        with self.index.writing() as session:
            session.execute(sa.update(DetailsRow).where(DetailsRow.entry == id).values(thumbnail=thumbnail))

    def correct(self, id: str, label: str | None) -> ArchiveEntry:
        """Record what a person says a photo shows; None withdraws that. Earlier corrections are kept.

        Args:
            id: of the entry.
            label: one of the model's classes, `both` or `neither`.

        Raises:
            EntryNotFound: there is none.
            UnknownLabel: the model of the prediction has no such class.
        """
        with self.index.writing() as session:
            return _correct(session, id, label)

    def correct_many(self, ids: Iterable[str], label: str | None) -> dict[str, PawsightError]:
        """Record the same of many entries, in one transaction.

        Args:
            ids: of the entries.
            label: as for `correct`.

        Returns:
            the ids of those that could not be corrected, each with what `correct` would raise.
        """
        failed: dict[str, PawsightError] = {}
        with self.index.writing() as session:
            for id in sorted(set(ids)):  # in one order: of two at the same time, neither waits for the other
                try:
                    _correct(session, id, label)
                except (EntryNotFound, UnknownLabel) as error:
                    failed[id] = error
        return failed

    def replace_prediction(
        self, id: str, answer: ArchivablePrediction, *, thumbnail: bytes, milliseconds: float = 0.0
    ) -> ArchiveEntry:
        """Replace the prediction of an entry, such as one whose verdict is `unanswered`.

        Raises:
            EntryNotFound: there is none.
        """
        with self.index.writing() as session:
            row = get_row(session, EntryRow, id, lock=True)
            mappers.write_prediction(row, answer, milliseconds)
            session.merge(mappers.details_row(id, answer, thumbnail))
            return mappers.to_entry(row)

    def delete(self, id: str) -> None:
        """Delete an entry for good, and its file where no other entry has the same photo.

        Raises:
            EntryNotFound: there is none.
        """
        if not (is_id(id) and deletion.delete_entries(self.index, self.files, [id])):
            raise missing_entry()

    def delete_many(self, ids: Iterable[str]) -> int:
        """Delete entries as `delete` does, several hundred in a transaction; those that do not exist do not matter.

        Returns:
            the number of deleted entries.
        """
        return deletion.delete_entries(self.index, self.files, sorted({id for id in ids if is_id(id)}))

    def delete_visitor(self, token: str) -> int:
        """Delete all photos of a visitor.

        Returns:
            the number of deleted entries.
        """
        with self.index.reading() as session:
            ids = session.scalars(sa.select(EntryRow.id).where(*search.where(Filter(visitor=token)))).all()
        return deletion.delete_entries(self.index, self.files, ids)

    def probe(self) -> None:
        """Do what an upload does to disk and index, and undo it.

        Raises:
            StorageFull, BadArchive, ArchiveUnavailable: an upload would fail in the same way.
        """
        if self.files:
            self.files.probe()
        self.index.probe()

    def tidy(self, *, by_age: bool = True) -> int:
        """Apply `retention_days` and `archive_max_bytes`, and remove what failed uploads left; call it periodically.

        Args:
            by_age: whether the clock can be trusted; without it nothing is deleted for its age.

        Returns:
            the number of deleted entries.
        """
        if self.files:
            self.removed += deletion.recover(self.index, self.files)
        days = self.settings.retention_days if by_age else None
        return retention.purge(self.index, self.files, days=days, max_bytes=self.settings.archive_max_bytes)


def _correct(session: Session, id: str, label: str | None) -> ArchiveEntry:
    row = get_row(session, EntryRow, id, lock=True)
    session.add(mappers.write_correction(row, label))
    return mappers.to_entry(row)
