"""The folder that a cluster writes to, on a disk that all machines share or in object storage.

Nobody ever sees a part of a file: on a disk it is renamed into place, elsewhere it is written in a transaction of
fsspec, as object storage shows an object when its upload has ended.
"""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec
from fsspec.implementations.local import LocalFileSystem
from msgspec import Struct

from pawsight.batch.object_storage import is_address, open_storage
from pawsight.batch.partitions.partition import Partition, PlannedPartition, decode_names, parse_name
from pawsight.errors import BadSettings, MissingExtra, StorageFull, UnreadableFile
from pawsight.storage.atomic import write_file
from pawsight.storage.download import is_web_address

MANIFEST, PLAN = "manifest.json", "plan"
_WITHOUT_FOLDERS = {"s3", "s3a", "gs", "gcs", "abfs", "abfss", "az"}  # object storage, by its protocols in fsspec
_FULL = (errno.ENOSPC, errno.EDQUOT)


class Manifest(Struct, frozen=True, kw_only=True):
    """What `manifest.json` says.

    Attributes:
        format: of the folder.
        model: name and version.
        card: fingerprint of the model's card, thresholds included.
        form: `jsonl` or `parquet`.
        partition_size: photos in a partition, but for the last one.
        inputs: paths and addresses, as they were given.
        partitions, photos: how many, once all is done; None before.
    """

    format: int = 1
    model: str
    card: str
    form: str
    partition_size: int
    inputs: list[str]
    partitions: int | None = None
    photos: int | None = None


class OutputFolder:
    """A folder at a path or an address; nothing is opened or made before it is used.

    Args:
        address: of a folder, such as `s3://shelter/predictions`, or its path.
    """

    def __init__(self, address: str) -> None:
        self.address = address if is_address(address) else str(Path(address).absolute())

    def read_manifest(self) -> Manifest | None:
        """Return the manifest; None where the folder is empty, or there is none yet.

        Raises:
            BadSettings: the folder holds something else, or cannot be read.
        """
        if is_web_address(self.address):
            raise BadSettings(f"{self.address} is a web address, which cannot be written to.", "Give a folder's.")
        names = self._list("")
        if MANIFEST not in names:
            if other := [name for name in names if name != PLAN and not name.startswith(".")]:
                raise self._unusable(f"it holds {other[0]!r}, but no {MANIFEST}")
            return None
        try:
            return msgspec.json.decode(self._read(MANIFEST), type=Manifest)
        except ValueError as error:  # also msgspec's own
            raise self._unusable(f"its {MANIFEST} is damaged: {error}") from error

    def make(self) -> None:
        """Make the folder, where it is not there yet. Never make a bucket: its name may be misspelled."""
        with self._storage("written to") as (system, folder):
            protocols = {system.protocol} if isinstance(system.protocol, str) else set(system.protocol)
            if not protocols & _WITHOUT_FOLDERS:  # in these, makedirs makes a missing bucket
                system.makedirs(f"{folder}/{PLAN}", exist_ok=True)

    def write_manifest(self, manifest: Manifest) -> None:
        """Write the manifest, or replace it."""
        self._write(MANIFEST, msgspec.json.format(msgspec.json.encode(manifest), indent=2) + b"\n")

    def planned(self) -> dict[int, Partition]:
        """Return the partitions whose photos are fixed, by number."""
        return {one.number: one for one in map(parse_name, self._list(PLAN)) if one}

    def complete(self) -> set[Partition]:
        """Return the partitions whose predictions are there."""
        return {one for one in map(parse_name, self._list("")) if one}

    def write_plan(self, planned: PlannedPartition) -> None:
        """Fix which photos a partition holds."""
        self._write(f"{PLAN}/{planned.partition.name}", planned.encode())

    def read_plan(self, partition: Partition) -> list[str]:
        """Return the photos of a partition."""
        return decode_names(self._read(f"{PLAN}/{partition.name}"))

    def write_predictions(self, partition: Partition, form: str, content: bytes) -> None:
        """Write a partition's predictions."""
        self._write(f"{partition.name}.{form}", content)

    def _list(self, below: str) -> list[str]:
        with self._storage("read") as (system, folder):
            path = f"{folder}/{below}".rstrip("/")
            system.invalidate_cache(path)
            if not system.isdir(path):
                return []
            return [name.rstrip("/").rpartition("/")[2] for name in system.ls(path, detail=False)]

    def _read(self, name: str) -> bytes:
        with self._storage("read") as (system, folder):
            data: bytes = system.cat_file(f"{folder}/{name}")
            return data

    def _write(self, name: str, data: bytes) -> None:
        with self._storage("written to") as (system, folder):
            path = f"{folder}/{name}"
            if isinstance(system, LocalFileSystem):
                write_file(Path(path), data, lasting=True)
                return
            with system.transaction, system.open(path, "wb") as file:
                file.write(data)

    @contextmanager
    def _storage(self, what: str) -> Iterator[tuple[Any, str]]:
        """Yield fsspec's file system and the folder's path in it; whatever fails is said in one line."""
        try:
            system, path = open_storage(self.address)
            yield system, path.rstrip("/")
        except MissingExtra:
            raise
        except Exception as error:  # every storage raises its own
            if isinstance(error, OSError) and error.errno in _FULL:
                raise StorageFull(f"The storage of {self.address} is full.", "Free some space.") from error
            known = error.__cause__ if isinstance(error, UnreadableFile) else error  # no such kind of storage
            reason = " ".join(str(known).split())[:200] or type(error).__name__
            raise BadSettings(
                f"{self.address} cannot be {what} ({reason}).", "Choose an --output that every machine can write to."
            ) from error

    def _unusable(self, reason: str) -> BadSettings:
        return BadSettings(f"{self.address} cannot be the output: {reason}.", "Choose an empty or a new folder.")
