"""The secret key of an archive, in a file that all servers of the archive read."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime
from pathlib import Path

from pawsight.storage import durable

FILE = "visitor.key"
_BYTES = 32


def new_key() -> bytes:
    """Return a random key, which lasts as long as the process."""
    return secrets.token_bytes(_BYTES)


def read_or_make_key(root: Path) -> tuple[bytes, datetime]:
    """Return the key of the archive in a folder, and since when it exists.

    Of several processes that make one at once, all get the same.

    Raises:
        ArchiveUnavailable, StorageFull: the folder cannot be read or written.
    """
    path = root / FILE
    if (key := durable.read(path)) is None or len(key) != _BYTES:
        spare = root / f".{FILE}.{secrets.token_hex(8)}"
        durable.create(spare, new_key())
        try:
            durable.move(spare, path) if key is not None else durable.link(spare, path)
        finally:
            durable.remove(spare)
        durable.sync(root)
        key = durable.read(path)
    return key or new_key(), datetime.fromtimestamp(durable.changed(path), UTC)
