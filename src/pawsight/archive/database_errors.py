"""The database's errors as ours."""

from __future__ import annotations

import logging
import sqlite3
from typing import Any

from sqlalchemy import exc

from pawsight.errors import ArchiveUnavailable, BadArchive, PawsightError, StorageFull

_log = logging.getLogger(__name__)
_FULL = {"SQLITE_FULL", "SQLITE_IOERR_SHMSIZE"}  # the latter while a database is opened
LOCKED = "another program holds its lock"


class translated:  # noqa: N801  # as `storage.private.translated`
    """Turn the database's errors into ours. Their own text may hold values, and stays in the chain of causes.

    Raises:
        StorageFull, BadArchive, ArchiveUnavailable: by what is wrong.
    """

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        if isinstance(error, exc.TimeoutError):
            raise unavailable("it is busy") from error
        if isinstance(error, (exc.DBAPIError, sqlite3.Error)):  # the latter where SQLite is spoken to directly
            raise _translate(getattr(error, "orig", error)) from error


def _translate(error: Any) -> PawsightError:
    text = str(error).lower()
    if getattr(error, "sqlstate", None) == "53100" or getattr(error, "sqlite_errorname", None) in _FULL:
        return StorageFull("The disk of the archive's index is full.", "Free some space; nothing has to be restarted.")
    if "malformed" in text or "not a database" in text:
        return BadArchive(
            "The archive's index is damaged.",
            "Restore a backup, or move the file away and run `pawsight archive check --repair`.",
        )
    state = getattr(error, "sqlstate", None)
    if state == "55P03" or "locked" in text:
        return unavailable(LOCKED)
    if state == "25006" or "readonly" in text:
        return unavailable("it is read-only")
    if "unable to open" in text:
        return ArchiveUnavailable(
            "The archive's index cannot be opened for writing.", "Check its disk, and the rights of file and folder."
        )
    _log.error("The archive's database says: %s", str(error).partition("\n")[0])  # for the operator; may name hosts
    return unavailable(type(error).__name__)


def unavailable(reason: str) -> ArchiveUnavailable:
    """Return the error of an index that does not answer."""
    return ArchiveUnavailable(f"The archive's index does not answer ({reason}).", "Try again soon.")
