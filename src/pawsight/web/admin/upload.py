"""Photos on their way into a project: one by one, or from a ZIP with a folder for each class.

A ZIP is read where it lies, file by file: no path in it leads anywhere, a link in it is a file like any other, a ZIP
in it is no photo, and what all of it unpacks to has a limit.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO

from flask import request
from werkzeug.datastructures import FileStorage

from pawsight import images
from pawsight.archive.files import ENDINGS
from pawsight.data.layout import SourceFile, list_files
from pawsight.data.sources import open_zip
from pawsight.decoding import DecodedPhoto
from pawsight.errors import BadData, ImageError, PawsightError
from pawsight.images.thumbnail import thumbnail
from pawsight.storage import private
from pawsight.web.admin.project import Project
from pawsight.web.api import problems
from pawsight.web.state import state
from pawsight.web.ui.diagnoses import exactly
from pawsight.web.ui.i18n import gettext as _
from pawsight.web.uploads import FIELD

MOST_PHOTOS = 10_000  # of one class
MOST_BYTES = 2_000_000_000  # of one project
MOST_FILES, MOST_UNPACKED = 100_000, 2 * MOST_BYTES  # of one ZIP
SMALL = 160  # pixels
_PART = 1_000_000
_ENTRY = b"PK\1\2"  # begins what a ZIP's directory says of one file

Failed = list[tuple[str, str]]


def receive(project: Project) -> Failed:
    """Put the photos of the current request into a project.

    Returns:
        name and reason of each that cannot be used.

    Raises:
        ProjectNotFound: they are said to be of a class that the project has not.
        StorageFull, ArchiveUnavailable: the disk does not take them.
    """
    zip, filling = request.files.get("zip"), ProjectUpload(project, _open_upload)
    return list(_from_zip(filling, zip) if zip and zip.filename else _one_by_one(filling))


def _open_upload(data: bytes) -> DecodedPhoto:
    """Open a photo in a process that may die, like every upload."""
    shared = state()
    return shared.decoders.open(data, shared.classifier.card.input, shared.settings.limits, thumbnail=True)


def _one_by_one(filling: ProjectUpload) -> Iterator[tuple[str, str]]:
    """Add the photos; yield name and reason of each that cannot be used."""
    name = request.form.get("class", "")
    for file in request.files.getlist(FIELD):
        if file.filename:
            try:
                filling.add(name, file.read())
            except (ImageError, BadData) as error:
                yield file.filename, reason(error)


def _from_zip(filling: ProjectUpload, zip: FileStorage) -> Iterator[tuple[str, str]]:
    if count_entries(zip.stream) > MOST_FILES:
        yield zip.filename or "", f"Expected at most {MOST_FILES:,} files in a ZIP. Add them in several ZIPs."
        return
    try:
        with open_zip(zip.stream) as source:
            yield from _unpacked(filling, [file for file in list_files(source, "") if not file.clutter])
    except BadData:
        yield zip.filename or "", _("This is no zip, or it is damaged.")


def count_entries(zip: IO[bytes]) -> int:
    """Count the files that a ZIP can hold at most, before Python makes an object for each. One whose entry is cut in
    two by the end of a part is missed; there is at most one such in a part."""
    zip.flush()
    zip.seek(0)
    return sum(part.count(_ENTRY) for part in iter(lambda: zip.read(_PART), b""))


def _unpacked(filling: ProjectUpload, files: list[SourceFile]) -> Iterator[tuple[str, str]]:
    room = MOST_UNPACKED
    for file in files:
        path = file.path.lstrip("/")
        try:
            data = file.read()
            room -= len(data)
            if room < 0:
                yield (
                    path,
                    _("Expected a ZIP of at most %(most)s GB unpacked; it ends here.")
                    % {"most": MOST_UNPACKED // 10**9},
                )
                return
            filling.add_to_class(file.label or "", data)
        except (ImageError, BadData) as error:
            yield path, reason(error)


def reason(error: PawsightError) -> str:
    """Return what is wrong with one photo, in the visitor's language."""
    known = isinstance(error, ImageError) and error.code in problems.KNOWN
    return problems.in_words(problems.describe(error)).title if known else exactly(error)


class ProjectUpload:
    """Photos on their way into a project; counts what is there once, and not for each.

    Attributes:
        project: to fill.

    Args:
        project: as above.
        open_photo: opens the content of a file; raises ImageError where it cannot be used.
    """

    def __init__(self, project: Project, open_photo: Callable[[bytes], DecodedPhoto]) -> None:
        self.project, self._open = project, open_photo
        self._counts = project.counts()
        with private.translated():
            self._bytes = sum(path.stat().st_size for path in project.folder.glob("photos/*/*"))

    def add(self, name: str, data: bytes) -> None:
        """Add a photo to a class: opened once, and kept like an upload, without what else the file tells.

        Raises:
            ImageError: it cannot be used.
            BadData: there are too many, or the project is full.
            ProjectNotFound: there is no such class.
        """
        self._keep(name, self.project.folder_of(name), self._open(data))

    def add_to_class(self, name: str, data: bytes) -> None:
        """Add a photo to a class that may be new; only a photo that can be used makes a class.

        Raises:
            ImageError: it cannot be used.
            BadData: there are too many, the project is full, or no class can have this name.
        """
        opened = self._open(data)
        name = self.project.add_class(name)
        self._keep(name, self.project.folder_of(name), opened)

    def _keep(self, name: str, folder: Path, opened: DecodedPhoto) -> None:
        small, photo = thumbnail(images.decode(opened.thumbnail), SMALL), opened.stored
        target = folder / f"{photo.sha256}.{ENDINGS[photo.format]}"
        if not target.exists():
            self._take_room(name, len(photo.data))
            private.write(self.project.folder / "small" / f"{photo.sha256}.jpg", small, durable=False)
            private.write(target, photo.data, durable=False)

    def _take_room(self, name: str, size: int) -> None:
        self._counts[name] = self._counts.get(name, 0) + 1
        self._bytes += size
        if self._counts[name] > MOST_PHOTOS:
            raise BadData(f"Expected at most {MOST_PHOTOS:,} photos of one class.", "They are plenty.")
        if self._bytes > MOST_BYTES:
            raise BadData(
                f"Expected at most {MOST_BYTES / 1e9:.0f} GB of photos in all.", "Add fewer or smaller photos."
            )
