"""Photos cut into partitions: which photos one holds is part of its name."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from pawsight.parallel import in_batches

DIGITS = 16  # hexadecimal, of SHA-256
_NAME = re.compile(rf"part-(\d{{7,}})-([0-9a-f]{{{DIGITS}}})")


@dataclass(frozen=True)
class Partition:
    """Some photos that stand one behind the other in the input.

    Attributes:
        number: 0 for the first one.
        digest: of the names of its photos, in hexadecimal.
    """

    number: int
    digest: str

    @property
    def name(self) -> str:
        """Its name, without an ending; names sort by number up to ten million partitions."""
        return f"part-{self.number:07}-{self.digest}"


@dataclass(frozen=True)
class PlannedPartition:
    """A partition with the names of its photos, which are not kept longer than it takes to write them down.

    Attributes:
        partition: its number and digest.
        names: of photos; bytes, because names on Unix are.
    """

    partition: Partition
    names: list[bytes]

    def encode(self) -> bytes:
        """Return the names with a NUL byte between them: the one byte that no name has."""
        return b"\0".join(self.names)


def cut(paths: Iterable[str], size: int) -> Iterator[PlannedPartition]:
    """Cut photos into partitions of `size`, the last one of the rest; taken as they are needed."""
    for number, names in enumerate(in_batches(map(os.fsencode, paths), size)):
        digest = hashlib.sha256(b"\0".join(names)).hexdigest()[:DIGITS]
        yield PlannedPartition(Partition(number, digest), names)


def decode_names(content: bytes) -> list[str]:
    """Return the names that `PlannedPartition.encode` wrote."""
    return list(map(os.fsdecode, content.split(b"\0")))


def parse_name(name: str) -> Partition | None:
    """Return the partition that a file belongs to; None for another file. An ending is ignored."""
    match = _NAME.fullmatch(name.partition(".")[0])
    return Partition(int(match[1]), match[2]) if match else None
