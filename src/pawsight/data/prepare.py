"""From sources to a prepared data set: open, find twins, split, write, rename into place."""

from __future__ import annotations

import os
import shutil
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import numpy as np

from pawsight.data import duplicates, split
from pawsight.data.manifest import (
    BAD,
    DESCRIPTION,
    MANIFEST,
    PIXELS,
    Description,
    Row,
    count,
    fingerprint,
    read_set,
    write_description,
    write_table,
)
from pawsight.data.scan import Opened, Photo, scan
from pawsight.data.sources import LAYOUT, NEITHER, File, list_files, name_sources, open_source
from pawsight.errors import BadData
from pawsight.types import Bad, FitMode

FILES = {PIXELS, MANIFEST, BAD, DESCRIPTION}

Watch = Callable[[Iterable[Opened], int], Iterable[Opened]]


@dataclass(frozen=True)
class Prepared:
    """What was done.

    Attributes:
        folder: where the set stands.
        description: what its `dataset.json` says.
        bad: files that are not in the set, and why.
        warnings: lines that the user should read.
    """

    folder: Path
    description: Description
    bad: list[Bad]
    warnings: list[str]


def prepare(
    source: Path,
    out: Path,
    *,
    size: int = 224,
    fit: FitMode = "crop",
    seed: int = 0,
    neither: Sequence[Path] = (),
    watch: Watch = lambda opened, total: opened,
) -> Prepared:
    """Make a prepared data set out of photos.

    Args:
        source: a zip, a folder per class, or a flat folder of `cat.0.jpg` names.
        out: folder to write. It appears when complete; an earlier prepared set there is replaced, and its photos
            keep their splits where the seed is the same.
        size: side of the fitted photos, in pixels.
        fit: how photos are fitted, see `images.fit`.
        seed: of the split.
        neither: sources whose photos show none of the classes.
        watch: wraps files on their way through, for a progress bar; gets them and their number.

    Raises:
        BadData: a source cannot be used, or `out` holds something else. `out` is as it was.
    """
    sources = name_sources([source, *neither])
    check_apart(out, sources.values())
    old = _old_splits(out, seed)
    with appearing(out.resolve()) as folder, ExitStack() as stack:
        files = _list_all(sources, stack)
        opened = stack.enter_context(closing(scan(files, size, fit)))
        photos, bad = _store(watch(opened, len(files)), folder / PIXELS, size)
        rows = _place(photos, seed, old)
        description = _describe(rows, sources, size, fit, seed)
        write_table(folder / MANIFEST, Row, rows)
        write_table(folder / BAD, Bad, bad)
        write_description(folder, description)
    return Prepared(out, description, bad, _warnings(description))


def check_apart(out: Path, sources: Iterable[Path]) -> None:
    """Refuse to write among the photos.

    Raises:
        BadData: `out` is a source, or lies in one.
    """
    for source in sources:
        if source == out.resolve() or source in out.resolve().parents:
            raise BadData(f"Expected a folder outside {source}, but {out} lies in it.", "Choose another --out.")


def _old_splits(out: Path, seed: int) -> dict[str, str]:
    """SHA-256 -> split of the set that stands at `out`, if one does and was drawn with this seed."""
    if not out.exists() or (out.is_dir() and not any(out.iterdir())):
        return {}
    try:
        _check_replaceable(out)
        description, rows = read_set(out)
    except BadData as error:
        raise BadData(error.message, "Choose another --out; nothing there was touched.") from error
    if description.seed != seed:
        return {}
    return {row.sha256: row.split for row in rows if row.split != split.LEFT_OUT}


def _check_replaceable(out: Path) -> None:
    """Nothing is ever replaced that `prepare` did not write."""
    found = {path.name for path in out.iterdir()} if out.is_dir() else {"no folder"}
    if strange := sorted(found - FILES):
        raise BadData(f"Expected a new folder or an earlier prepared set, but {out} holds {strange[0]}.")


@contextmanager
def appearing(out: Path) -> Iterator[Path]:
    """A folder beside `out` to build in, which takes its place when all went well and vanishes otherwise.

    Raises:
        BadData: it cannot be written.
    """
    building = out.with_name(f".{out.name}.building-{os.getpid()}")
    try:
        building.mkdir(parents=True)
        yield building
        _replace(building, out)
    except OSError as error:
        raise BadData(
            f"Expected to write to {out}, but that failed ({error.strerror}).", "Check space and rights."
        ) from error
    finally:
        shutil.rmtree(building, ignore_errors=True)


def _replace(new: Path, out: Path) -> None:
    """Put a folder in the place of another; the old one goes last."""
    old = out.with_name(f".{out.name}.old-{os.getpid()}")
    if out.exists():
        out.rename(old)
    try:
        new.rename(out)
    except OSError:
        if old.exists():
            old.rename(out)
        raise
    shutil.rmtree(old, ignore_errors=True)


def _list_all(sources: Mapping[str, Path], stack: ExitStack) -> list[File]:
    """Files of all sources; the first tells classes, the others show none."""
    files: list[File] = []
    for number, (name, path) in enumerate(sources.items()):
        source = stack.enter_context(open_source(path))
        files += list_files(source, name, NEITHER if number else None)
    return files


def _store(opened: Iterable[Opened], path: Path, size: int) -> tuple[list[Photo], list[Bad]]:
    """Write pixels one photo at a time and keep only what the manifest needs."""
    photos: list[Photo] = []
    bad: list[Bad] = []
    with path.open("wb") as file:
        _write_header(file, 0, size)
        for one in opened:
            if isinstance(one, Bad):
                bad.append(one)
                continue
            photo, pixels = one
            file.write(pixels.tobytes())
            photos.append(photo)
        file.seek(0)
        _write_header(file, len(photos), size)
    return photos, bad


def _write_header(file: IO[bytes], number: int, size: int) -> None:
    """Write a `.npy` header; numpy leaves room in it for the first axis to grow, so its length stays the same."""
    np.lib.format.write_array_header_1_0(
        file, {"descr": "|u1", "fortran_order": False, "shape": (number, size, size, 3)}
    )


def _place(photos: Sequence[Photo], seed: int, old: Mapping[str, str]) -> list[Row]:
    if not any(photo.label != NEITHER for photo in photos):
        raise BadData(f"Expected {LAYOUT}, but no photo of a class was found.", "See docs/data.md for the layouts.")
    digests = [photo.sha256 for photo in photos]
    groups = duplicates.group(digests, [photo.phash for photo in photos], [photo.thumbnail for photo in photos])
    places = split.assign(digests, groups.tolist(), seed, old)
    return [make_row(photo, place) for photo, place in zip(photos, places, strict=True)]


def make_row(photo: Photo, place: split.Place) -> Row:
    """A photo and its place, as the manifest holds them."""
    return Row(
        path=photo.path,
        label=photo.label,
        split=place.split,
        sha256=photo.sha256,
        phash=f"{photo.phash:016x}",
        group=place.group,
        width=photo.width,
        height=photo.height,
    )


def _describe(rows: Sequence[Row], sources: Mapping[str, Path], size: int, fit: FitMode, seed: int) -> Description:
    classes = sorted({row.label for row in rows} - {NEITHER})
    return Description(
        classes=classes,
        sources={name: str(path) for name, path in sources.items()},
        size=size,
        fit=fit,
        seed=seed,
        counts=count(rows),
        duplicate_groups=sum(number > 1 for number in Counter(row.group for row in rows).values()),
        fingerprint=fingerprint(classes, rows),
    )


def _warnings(description: Description) -> list[str]:
    warnings = split.missing(description.counts, description.classes)
    if left_out := sum(description.counts.get(split.LEFT_OUT, {}).values()):
        warnings.append(
            f"Left out {left_out} new photos: each is a twin of old photos in different splits, so it would leak."
        )
    return warnings
