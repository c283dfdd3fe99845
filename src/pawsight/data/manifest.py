"""A prepared data set on disk: `pixels.npy`, `manifest.csv`, `bad.csv` and `dataset.json` in one folder.

`docs/data.md` describes each file.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import Literal

import msgspec
import numpy as np
import numpy.typing as npt
from msgspec import Struct

from pawsight.data.sources import PREPARED_LIMITS, Source, open_source
from pawsight.data.split import LEFT_OUT, SPLITS
from pawsight.data.tables import read_table
from pawsight.errors import BadData, ImageError
from pawsight.text import shell_word
from pawsight.types import FitMode, Floats, Pixels

PIXELS = "pixels.npy"
MANIFEST = "manifest.csv"
BAD = "bad.csv"
DESCRIPTION = "dataset.json"

_AGAIN = "Run `pawsight data prepare` again."


@dataclass(frozen=True)
class Row:
    """One kept photo.

    Attributes:
        path: name of its source, `/`, name in there.
        label: a class, or `neither`.
        split: `train`, `validation`, `test`, or `left-out`.
        sha256: of the file's content, in hex.
        phash: perceptual hash, 16 hex digits.
        group: smallest `sha256` among its twins; its own where it has none.
        width, height: as stored in the file.
        kind: what a photo of neither shows, as a folder of its source: `creatures/cow`. Empty for photos of a class.
    """

    path: str
    label: str
    split: str
    sha256: str
    phash: str
    group: str
    width: int
    height: int
    kind: str = ""

    @property
    def source(self) -> str:
        """Name of what the photo came with, without its ending: `drawn` for `drawn.zip/drawn/dog/1.png`."""
        return PurePosixPath(PurePosixPath(self.path).parts[0]).stem


class Description(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What `dataset.json` says of the whole set."""

    format: Literal[1] = 1
    classes: list[str]
    sources: dict[str, str]
    size: int
    fit: FitMode
    seed: int
    counts: dict[str, dict[str, int]]
    duplicate_groups: int
    fingerprint: str


@dataclass(frozen=True)
class Dataset:
    """A prepared set, opened for reading; made by `open_dataset`.

    Attributes:
        folder: where it stands.
        description: what `dataset.json` says.
        rows: one a photo, in the order of `pixels`.
        pixels: `(N, size, size, 3)` uint8 RGB, mapped from disk, read only.
    """

    folder: Path
    description: Description
    rows: tuple[Row, ...] = field(repr=False)
    pixels: Pixels = field(repr=False, compare=False)

    @property
    def classes(self) -> tuple[str, ...]:
        """Names of the classes, sorted; the order of the columns of `targets`."""
        return tuple(self.description.classes)

    @property
    def size(self) -> int:
        """Side of the fitted photos, in pixels."""
        return self.description.size

    @property
    def fit(self) -> FitMode:
        """How photos were fitted."""
        return self.description.fit

    @property
    def fingerprint(self) -> str:
        """Identity of photos, labels and split, in hex; see `fingerprint`."""
        return self.description.fingerprint

    @cached_property
    def targets(self) -> Floats:
        """`(N, C)` float32, 1 where the photo shows the class, else 0; all 0 for `neither`."""
        labels = np.array([row.label for row in self.rows])
        shown: Floats = (labels[:, None] == np.array(self.classes)).astype(np.float32)
        return shown

    @cached_property
    def splits(self) -> dict[str, int]:
        """Number of photos in each of `SPLITS`."""
        return {split: len(self.indices(split)) for split in SPLITS}

    def indices(self, split: str) -> npt.NDArray[np.int64]:
        """Positions of a split's photos in `rows`, `pixels` and `targets`, ascending.

        Raises:
            ValueError: there is no such split.
        """
        if split not in SPLITS:
            raise ValueError(f"Expected a split out of {', '.join(SPLITS)}, but received {split!r}.")
        return np.flatnonzero(np.array([row.split == split for row in self.rows])).astype(np.int64)

    def without(self, paths: Collection[str]) -> Dataset:
        """The same set, but that the training photos of these paths are left out; validation and test stay whole.

        Its fingerprint is another one, so that no unfinished training goes on with other photos than it began with.
        """
        rows = tuple(
            replace(row, split=LEFT_OUT) if row.split == "train" and row.path in paths else row for row in self.rows
        )
        description = msgspec.structs.replace(
            self.description, counts=count(rows), fingerprint=fingerprint(self.classes, rows)
        )
        return replace(self, description=description, rows=rows)

    def photos(self, indices: Iterable[int]) -> Iterator[bytes]:
        """Read the original files again, in the order of `indices`.

        Raises:
            BadData: a source was moved, or a file in it is not the one that was prepared (SHA-256 differs).
        """
        return self.excerpt(indices).photos()

    def excerpt(self, indices: Iterable[int]) -> Excerpt:
        """Return some photos without the pixels, to be read elsewhere: where the sources are seen by the same paths."""
        rows = tuple(self.rows[index] for index in indices)
        names = {row.path.partition("/")[0] for row in rows}
        return Excerpt({name: path for name, path in self.description.sources.items() if name in names}, rows)


@dataclass(frozen=True)
class Excerpt:
    """Some photos of a prepared set, and where their original files are.

    Attributes:
        sources: name -> path of a folder or zip.
        rows: one a photo.
    """

    sources: dict[str, str]
    rows: tuple[Row, ...]

    def photos(self) -> Iterator[bytes]:
        """Read the original files, in the order of the rows; raises as `Dataset.photos`."""
        with ExitStack() as stack:
            opened: dict[str, Source] = {}
            for row in self.rows:
                name, _, member = row.path.partition("/")
                if name not in opened:
                    opened[name] = stack.enter_context(self._open_source(name))
                yield _read_again(opened[name], member, row)

    def _open_source(self, name: str) -> Source:
        try:
            return open_source(Path(self.sources[name]), PREPARED_LIMITS)
        except KeyError as error:
            raise BadData(f"{DESCRIPTION} does not name the source {name!r}.", _AGAIN) from error


def _read_again(source: Source, member: str, row: Row) -> bytes:
    try:
        data = source.read(member)
    except ImageError as error:
        raise BadData(f"{row.path} can no longer be read: {error.message}", _AGAIN) from error
    if hashlib.sha256(data).hexdigest() != row.sha256:
        raise BadData(f"{row.path} has changed since it was prepared (SHA-256 differs).", _AGAIN)
    return data


def fingerprint(classes: Sequence[str], rows: Iterable[Row]) -> str:
    """Identify photos, labels, split and classes, in hex.

    It does not change with paths, order, size or fit: two sets of one fingerprint ask the same question of a model.
    """
    content = [list(classes), sorted([row.sha256, row.label, row.split] for row in rows)]
    return hashlib.sha256(json.dumps(content, separators=(",", ":")).encode()).hexdigest()


def count(rows: Iterable[Row]) -> dict[str, dict[str, int]]:
    """Count photos: split -> label -> number."""
    counts: dict[str, Counter[str]] = {split: Counter() for split in SPLITS}
    for row in rows:
        counts.setdefault(row.split, Counter())[row.label] += 1
    return {split: dict(sorted(labels.items())) for split, labels in counts.items()}


def write_description(folder: Path, description: Description) -> None:
    """Write `dataset.json`, readable by people."""
    text = json.dumps(msgspec.to_builtins(description), indent=2)
    (folder / DESCRIPTION).write_text(text + "\n", encoding="utf-8")


def read_description(folder: Path) -> Description:
    """Read and check `dataset.json`.

    Raises:
        BadData: it is missing, not JSON, or has a field that is missing, unknown or impossible.
    """
    path = folder / DESCRIPTION
    try:
        return msgspec.convert(json.loads(path.read_bytes()), Description)
    except OSError as error:
        if not folder.exists():
            raise BadData(f"There is nothing at {folder}.", "Check the path.") from error
        raise BadData(
            f"Expected a prepared data set at {folder}, but {DESCRIPTION} cannot be read ({error.strerror}).",
            "Give what `pawsight data prepare` wrote; "
            f"of photos, `pawsight data prepare {shell_word(folder)} --out NEW` makes it.",
        ) from error
    except ValueError as error:  # also msgspec.ValidationError and UnicodeDecodeError
        raise BadData(f"{path} does not describe a prepared data set ({error}).", _AGAIN) from error


def read_rows(folder: Path) -> tuple[Row, ...]:
    """Read `manifest.csv`; raises as `read_table`."""
    return read_table(folder / MANIFEST, Row)


def read_set(folder: Path) -> tuple[Description, tuple[Row, ...]]:
    """Read `dataset.json` and `manifest.csv`, and check that they belong together.

    Raises:
        BadData: one of them is missing or damaged, or the manifest is not the one that was written.
    """
    description = read_description(folder)
    rows = read_rows(folder)
    if fingerprint(description.classes, rows) != description.fingerprint:
        raise BadData(f"{folder / MANIFEST} was changed after it was written (its fingerprint differs).", _AGAIN)
    return description, rows


def open_dataset(folder: str | Path) -> Dataset:
    """Open a prepared data set; pixels stay on disk until they are used.

    Raises:
        BadData: not a folder that `pawsight data prepare` wrote, or its files do not belong together.
    """
    folder = Path(folder)
    description, rows = read_set(folder)
    return Dataset(folder, description, rows, _open_pixels(folder / PIXELS, len(rows), description.size))


def _open_pixels(path: Path, number: int, size: int) -> Pixels:
    try:
        pixels: Pixels = np.load(path, mmap_mode="r")
    except (OSError, ValueError) as error:
        raise BadData(f"Expected pixels at {path}, but they do not read ({error}).", _AGAIN) from error
    if pixels.shape != (number, size, size, 3) or pixels.dtype != np.uint8:
        raise BadData(
            f"Expected {number} photos of {size} x {size} in {path}, but it holds {pixels.dtype} {pixels.shape}.",
            _AGAIN,
        )
    return pixels
