"""Photos on disk: `files/ab/cd/<sha256>.<ending>`, each written once and never changed.

A photo on its way in has a *claim*, a locked file in `tmp/` of the same content. The final name is a hard link to it,
so it appears whole or not at all; the claim goes when the index knows the photo. A claim that nobody holds was left by
a crash, and names what to look after.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from pawsight.archive import disk
from pawsight.archive.photo import Photo
from pawsight.errors import PawsightError

ENDINGS = {"JPEG": "jpg", "PNG": "png", "WEBP": "webp", "GIF": "gif", "AVIF": "avif", "BMP": "bmp"}
_FORMATS = {ending: format for format, ending in ENDINGS.items()}


@dataclass(frozen=True, order=True)
class Name:
    """What a stored photo is called: its hash and its format."""

    sha256: str
    format: str

    def __str__(self) -> str:
        return f"{self.sha256}.{ENDINGS[self.format]}"

    @classmethod
    def parse(cls, text: str) -> Name | None:
        """Read `<sha256>.<ending>`, and what a claim adds to it; None for all other names."""
        sha256, _, rest = text.partition(".")
        format = _FORMATS.get(rest.partition(".")[0])
        return cls(sha256, format) if format and len(sha256) == 64 and set(sha256) <= set("0123456789abcdef") else None


class Files:
    """The folder of an archive.

    Args:
        root: holds `files`, `tmp` and `lost+found`; made where it is missing.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self.final = root / "files"
        self.claims = root / "tmp"
        self.aside = root / "lost+found"
        self._made = bytearray(1 << 16)  # a mark for each folder of photos; their paths would take 30 MB in time
        for folder in (root, self.final, self.claims, self.aside):
            disk.make_folder(folder)

    def path(self, name: Name) -> Path:
        """Where a photo stands."""
        return self.final / name.sha256[:2] / name.sha256[2:4] / str(name)

    @contextmanager
    def claim(self, photo: Photo) -> Iterator[Claim]:
        """Bring a photo's content to disk, durable but not yet under its name.

        Where the block fails, the claim stays behind, without its lock, for `abandoned` to find; where it ends well,
        the claim is gone.
        """
        name = Name(photo.sha256, photo.format)
        path = self.claims / f"{name}.{secrets.token_hex(8)}"
        file = disk.create(path, photo.data)
        try:
            yield Claim(self, name, path, len(photo.data))
            with suppress(PawsightError):  # all is done; a claim too many is swept at the next start
                disk.remove(path)
        finally:
            disk.close(file)

    def place(self, claim: Claim) -> None:
        """Give a claimed photo its name, for good. One that is there already stays, unless it was cut off."""
        self._make_room(claim.name)
        target = self.path(claim.name)
        if not disk.link(claim.path, target) and disk.size(target) != claim.size:
            spare = claim.path.with_name(f"{claim.path.name}.again")
            disk.link(claim.path, spare)
            disk.move(spare, target)
        disk.sync(target.parent)

    def _make_room(self, name: Name) -> None:
        """See to it, once for each process, that the folder of a photo is there for good, and the one above it."""
        number = int(name.sha256[:4], 16)
        if not self._made[number]:
            folder = self.path(name).parent
            disk.make_folder(folder.parent)
            disk.make_folder(folder)
            self._made[number] = True

    def holds(self, name: Name) -> bool:
        """Whether a photo is there."""
        return disk.size(self.path(name)) is not None

    def remove(self, name: Name) -> None:
        """Take a photo off the disk, for good."""
        if self.holds(name):
            disk.remove(self.path(name))
            disk.sync(self.path(name).parent)

    def take(self, other: Files, name: Name) -> bool:
        """Copy a photo from another archive's folder, for good; False where it is gone from there."""
        self._make_room(name)
        target = self.path(name)
        taken = disk.copy(other.path(name), target)
        disk.sync(target.parent)
        return taken

    def set_aside(self, path: Path) -> Path:
        """Move what does not belong where it stands to `lost+found`; returns where it is now."""
        target = self.aside / f"{path.name}.{secrets.token_hex(4)}"
        disk.move(path, target)
        disk.sync(self.aside)
        return target

    @contextmanager
    def abandoned(self) -> Iterator[list[Path]]:
        """Claims whose makers are gone, locked for us while the block runs."""
        held = {path: file for path in self._in_claims() if (file := disk.seize(path)) is not None}
        try:
            yield list(held)
        finally:
            for file in held.values():
                disk.close(file)

    def _in_claims(self) -> list[Path]:
        return sorted(path for path in self.claims.iterdir() if not path.is_dir())

    def claimed(self) -> set[str]:
        """SHA-256 of the photos that are on their way in, or were when a program crashed."""
        return {name.sha256 for path in self._in_claims() if (name := Name.parse(path.name))}

    def walk(self) -> Iterator[Path]:
        """Everything in `files` that is no folder."""
        return (path for path in self.final.rglob("*") if not path.is_dir())


@dataclass(frozen=True)
class Claim:
    """A photo on its way in.

    Attributes:
        name: what it will be called.
        path: of its content in `tmp`.
        size: in bytes.
    """

    files: Files
    name: Name
    path: Path
    size: int

    def place(self) -> None:
        """See `Files.place`."""
        self.files.place(self)
