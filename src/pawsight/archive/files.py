"""Photos on disk: `files/ab/cd/<sha256>.<ending>`, each written once and never changed.

An upload in progress has a *claim*, a file in `tmp/` with the photo's content: `<sha256>.<ending>.<owner>.<number>`.
The final name is a hard link to it, so only complete photos appear; the claim is removed when the index has
the photo. Each open store is an *owner*, and locks `tmp/<owner>.lock` for as long as it lives. A claim whose owner
holds no lock was left by a crash, and names the photo to clean up.
"""

from __future__ import annotations

import os
import secrets
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from filelock import BaseFileLock

from pawsight.errors import PawsightError
from pawsight.images.strip_metadata import StrippedPhoto
from pawsight.storage import durable
from pawsight.storage.lock import try_lock

ENDINGS = {"JPEG": "jpg", "PNG": "png", "WEBP": "webp", "GIF": "gif", "AVIF": "avif", "BMP": "bmp", "HEIF": "heic"}
_FORMATS = {ending: format for format, ending in ENDINGS.items()}
_LOCK = ".lock"
_PROBE_BYTES = 100_000


@dataclass(frozen=True, order=True)
class StoredName:
    """The name of a stored photo: its hash and its format."""

    sha256: str
    format: str

    def __str__(self) -> str:
        return f"{self.sha256}.{ENDINGS[self.format]}"

    @classmethod
    def parse(cls, text: str) -> StoredName | None:
        """Parse `<sha256>.<ending>`, with or without a claim's suffix; None for all other names."""
        sha256, _, rest = text.partition(".")
        format = _FORMATS.get(rest.partition(".")[0])
        return cls(sha256, format) if format and len(sha256) == 64 and set(sha256) <= set("0123456789abcdef") else None


class PhotoStore:
    """The folder of an archive.

    Args:
        root: holds `files`, `tmp` and `lost+found`; created where it is missing.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self.final = root / "files"
        self.claims = root / "tmp"
        self.aside = root / "lost+found"
        self._owner = secrets.token_hex(8)
        self._lock: BaseFileLock | None = None
        self._locking = threading.Lock()
        self._in_use: set[Path] = set()
        self._uploads: dict[StoredName, Uploads] = {}
        self._final = str(self.final)  # text, since each step on a `Path` costs as much as a call to the system
        self._made_above = bytearray(1 << 8)
        self._made = bytearray(1 << 16)  # a mark for each folder of photos; their paths would take 30 MB in time
        for folder in (root, self.final, self.claims, self.aside):
            durable.make_folder(folder)

    def path(self, name: StoredName) -> Path:
        """Return where a photo is stored."""
        return Path(self.location(name))

    def location(self, name: StoredName) -> str:
        """Return `path` as text."""
        return os.path.join(self._folder(name), str(name))

    def _folder(self, name: StoredName) -> str:
        return os.path.join(self._final, name.sha256[:2], name.sha256[2:4])

    @contextmanager
    def claim(self, photo: StrippedPhoto) -> Iterator[Claim]:
        """Write a photo's content to disk, durable but not yet under its name.

        The claim is removed when the block ends without an error. Where it fails, `deletion.withdraw` removes it.
        """
        self._lock_owner()
        name = StoredName(photo.sha256, photo.format)
        path = self.claims / f"{name}.{self._owner}.{secrets.token_hex(8)}"
        self._in_use.add(path)
        try:
            with self._counted(name, path) as uploads:
                durable.create(path, photo.data)
                yield Claim(self, name, path, len(photo.data), uploads)
                with suppress(PawsightError):  # the upload is complete; `deletion.recover` removes a claim too many
                    durable.remove(path)
        finally:
            self._in_use.discard(path)

    @contextmanager
    def _counted(self, name: StoredName, path: Path) -> Iterator[Uploads]:
        with self._locking:
            uploads = self._uploads.setdefault(name, Uploads())
            uploads.running.add(path)
        try:
            yield uploads
            uploads.kept = True
        finally:
            with self._locking:
                uploads.running.discard(path)
                if not uploads.running:
                    self._uploads.pop(name, None)

    def give_up(self, claim: Claim) -> bool:
        """Note that an upload failed; whether nothing else in this process needs its photo."""
        with self._locking:
            claim.uploads.running.discard(claim.path)
            return claim.uploads.are_refused

    def is_claimed_elsewhere(self, name: StoredName) -> bool:
        """Return whether another process has a claim on a photo."""
        claims = (path for path in self._in_claims() if _owner(path) != self._owner)
        return any(StoredName.parse(path.name) == name for path in claims)

    def _lock_owner(self) -> None:
        """Show other processes that this store is open: before its first claim, and until `close`."""
        with self._locking, durable.translated():
            if self._lock is None or not os.path.exists(self._lock.lock_file):  # or somebody emptied `tmp`
                with suppress(FileExistsError):
                    self.claims.mkdir(0o700)  # never `root`: it may be on a disk that is not mounted now
                self._lock = try_lock(self._lock_file(self._owner))

    def _lock_file(self, owner: str) -> Path:
        return self.claims / f"{owner}{_LOCK}"

    def close(self) -> None:
        """Release the lock of this store; claims that it left are free for others to remove."""
        if self._lock is not None:
            self._lock.release()
            with suppress(PawsightError):
                durable.remove(self._lock_file(self._owner))
            self._lock = None

    def place(self, claim: Claim) -> None:
        """Give a claimed photo its name, durable. A photo that exists stays, unless it was truncated."""
        folder = self._make_room(claim.name)
        target = self.location(claim.name)
        if durable.link(claim.path, target):
            claim.uploads.new = True
        elif durable.size(target) != claim.size:
            spare = claim.path.with_name(f"{claim.path.name}.again")
            durable.link(claim.path, spare)
            durable.move(spare, target)
        durable.sync(folder)

    def _make_room(self, name: StoredName) -> str:
        """Make and return the folder of a photo, durable; again where somebody tidied up empty folders."""
        number, folder = int(name.sha256[:4], 16), self._folder(name)
        if self._made[number] and os.path.isdir(folder):
            return folder
        above = os.path.dirname(folder)
        if not (self._made_above[number >> 8] and os.path.isdir(above)):
            durable.make_folder(above)
            self._made_above[number >> 8] = True
        durable.make_folder(folder)
        self._made[number] = True
        return folder

    def holds(self, name: StoredName) -> bool:
        """Return whether a photo is stored."""
        return durable.size(self.location(name)) is not None

    def remove(self, name: StoredName) -> None:
        """Delete a photo, durable."""
        if self.holds(name):
            durable.remove(self.location(name))
            durable.sync(self._folder(name))

    def take(self, other: PhotoStore, name: StoredName) -> bool:
        """Copy a photo from another archive's folder, durable; False where it is no longer there."""
        folder = self._make_room(name)
        taken = durable.copy(other.path(name), self.path(name))
        durable.sync(folder)
        return taken

    def set_aside(self, path: Path) -> Path:
        """Move a file to `lost+found`; returns its new path."""
        target = self.aside / f"{path.name}.{secrets.token_hex(4)}"
        durable.move(path, target)
        durable.sync(self.aside)
        return target

    @contextmanager
    def abandoned(self) -> Iterator[list[Path]]:
        """Claims whose owners are gone. While the block runs, no other process gets the same ones."""
        with durable.translated():
            owners = {_owner(path) for path in self.claims.iterdir() if not path.is_dir()} - {self._owner}
            held = {owner: lock for owner in owners if (lock := try_lock(self._lock_file(owner)))}
        try:
            yield [path for path in self._in_claims() if _owner(path) in held or self._is_failed(path)]
        finally:
            for owner, lock in held.items():
                lock.release()
                durable.remove(self._lock_file(owner))

    def _is_failed(self, path: Path) -> bool:
        """Return whether it is a claim of this store, and left behind by an upload that failed."""
        return _owner(path) == self._owner and path not in self._in_use

    def _in_claims(self) -> list[Path]:
        return sorted(path for path in self.claims.iterdir() if path.suffix != _LOCK and not path.is_dir())

    def claimed(self) -> set[str]:
        """Return the SHA-256 of photos whose upload is in progress, or was when a program crashed."""
        return {name.sha256 for path in self._in_claims() if (name := StoredName.parse(path.name))}

    def walk(self) -> Iterator[Path]:
        """Everything in `files` that is no folder."""
        return (path for path in self.final.rglob("*") if not path.is_dir())

    def holds_photos(self) -> bool:
        """Return whether there is any photo besides those of uploads in progress."""
        claimed = self.claimed()
        names = (StoredName.parse(path.name) for path in self.walk())
        return any(name is not None and name.sha256 not in claimed for name in names)

    def files_set_aside(self) -> list[Path]:
        """Return what was moved to `lost+found`, oldest first."""
        return sorted((path for path in self.aside.iterdir() if not path.is_dir()), key=durable.changed)

    def loose_bytes(self) -> int:
        """Return the bytes of files that no entry has: in `tmp` and `lost+found`."""
        return sum(durable.size(path) or 0 for path in [*self._in_claims(), *self.files_set_aside()])

    def probe(self) -> None:
        """Write a photo's worth of bytes and drop them.

        Raises:
            StorageFull, ArchiveUnavailable: an upload would get the same.
        """
        self._lock_owner()
        durable.probe(self.claims, _PROBE_BYTES)


def _owner(path: Path) -> str:
    """Return the owner of a claim or a lock; `unowned` for other files, and for claims of an older version."""
    parts = path.name.split(".")
    if path.suffix == _LOCK:
        return path.stem
    return parts[2] if len(parts) == 4 else "unowned"


@dataclass
class Uploads:
    """The uploads of one photo in this process.

    Attributes:
        running: claims of those in progress.
        new: whether one of them gave the photo its name; False where a photo of that name existed.
        kept: whether one of them is complete.
    """

    running: set[Path] = field(default_factory=set)
    new: bool = False
    kept: bool = False

    @property
    def are_refused(self) -> bool:
        """Whether the photo came with them, and none of them is complete or may yet be."""
        return self.new and not self.kept and not self.running


@dataclass(frozen=True)
class Claim:
    """The upload of one photo, in progress.

    Attributes:
        files: where it is stored.
        name: what it will be called.
        path: of its content in `tmp`.
        size: in bytes.
        uploads: this and others of the same photo.
    """

    files: PhotoStore
    name: StoredName
    path: Path
    size: int
    uploads: Uploads

    def place(self) -> None:
        """Give the photo its name; see `PhotoStore.place`."""
        self.files.place(self)

    def is_placed(self) -> bool:
        """Return whether the photo of this name is this claim's file, whose name `place` made durable."""
        return durable.is_same(self.path, self.files.location(self.name))
