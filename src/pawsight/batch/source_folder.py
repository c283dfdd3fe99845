"""Find the folder that was sorted again, wherever its drive is mounted now.

A sort that moves photos leaves an empty file in the folder that it empties: `.pawsight/ID`. Undo looks for the folder
in its old place relative to the sorted photos, then under its old absolute path, and accepts only one that has this
marker or still holds a file of the sort. It never creates the folder itself: on another disk, or below a mount point
that is empty now, photos would go where nobody looks for them.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from pawsight.batch.files import fingerprint
from pawsight.batch.journal import HOME, Header, Step
from pawsight.errors import BadSort

_COMPARED = 50  # files whose content may identify a folder without a marker


def mark(folder: Path, id: str) -> None:
    """Leave the marker of a sort in the folder that it moves photos out of; where that is refused, it goes without."""
    with suppress(OSError):
        (folder / HOME).mkdir(exist_ok=True)
        (folder / HOME / id).touch()


def unmark(folder: Path, id: str) -> None:
    """Remove the marker of a sort that was undone."""
    if not id:
        return
    with suppress(OSError):
        (folder / HOME / id).unlink(missing_ok=True)
        (folder / HOME).rmdir()


def mount_points(folder: Path, steps: Iterable[Step]) -> list[str]:
    """List the folders of photos below `folder` that are mount points, relative to it."""
    folders = {parent for step in steps if step.source for parent in Path(step.source).parents}
    return sorted(str(path) for path in folders if str(path) != os.curdir and os.path.ismount(folder / path))


def find_source(header: Header, into: Path, steps: Iterable[Step], given: Path | None = None) -> Path:
    """Find the folder that was sorted.

    Args:
        header: of the sort.
        into: where the sorted photos stand now.
        steps: that may have happened.
        given: the folder that the user names, if any; taken as it is, provided that it exists.

    Raises:
        BadSort: it is not there. The message says where it was looked for.
    """
    steps = [step for step in steps if step.source and not step.refile]
    if not steps:
        return Path(header.folder)
    tried = [given] if given else list(dict.fromkeys(_candidates(header, into)))
    found = next((one for one in tried if one.is_dir() and (given or _is_source(one, header, steps))), None)
    if not found:
        raise BadSort(
            f"The folder that was sorted, {header.folder}, was not found. Looked at: {', '.join(map(str, tried))}.",
            "Nothing was touched. Connect its drive, or name the folder: `pawsight undo DIR --to FOLDER`.",
        )
    if absent := [name for name in header.mounts if not os.path.ismount(found / name)]:
        raise BadSort(
            f"{found / absent[0]} was another drive when it was sorted, and is not mounted now.",
            "Nothing was touched. Connect the drive and undo again.",
        )
    return found


def _candidates(header: Header, into: Path) -> Iterator[Path]:
    if header.relative:
        yield Path(os.path.normpath(into.resolve() / header.relative))
    yield Path(header.folder)


def _is_source(folder: Path, header: Header, steps: list[Step]) -> bool:
    if not header.id or (folder / HOME / header.id).exists():  # no id: sorted by an older version
        return True
    there = ((folder / step.source, step) for step in steps)
    return any(_is_same(path, step) for path, step in islice(((p, s) for p, s in there if p.is_file()), _COMPARED))


def _is_same(path: Path, step: Step) -> bool:
    try:
        return path.stat().st_size == step.bytes and fingerprint(path) == step.sha256
    except OSError:
        return False


@dataclass(frozen=True)
class Relocation:
    """Where the folders of a sort stand now.

    Attributes:
        header: of the sort.
        folder: the folder that was sorted.
        into: the folder that was sorted into.
    """

    header: Header
    folder: Path
    into: Path

    def now(self, path: str) -> Path | None:
        """Translate a path of the header; None where nobody can tell where it is now."""
        old = Path(path)
        for was, now in ((self.header.into, self.into), (self.header.folder, self.folder)):
            if was and old.is_relative_to(was):
                return now / old.relative_to(was)
        if self._has_moved():
            return self._with_the_drive(old)
        return old

    def _has_moved(self) -> bool:
        return os.path.realpath(self.header.into) != os.path.realpath(self.into)

    def _with_the_drive(self, old: Path) -> Path | None:
        """The place of a folder above both, if these moved together."""
        together = Path(os.path.commonpath([self.header.into, self.header.folder]))
        inner = Path(self.header.into).relative_to(together)
        now = self.into.absolute()
        for _ in inner.parts:
            now = now.parent
        if now / inner != self.into.absolute() or not old.is_relative_to(together):
            return None
        return now / old.relative_to(together)
