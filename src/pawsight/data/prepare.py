"""From sources to a prepared data set: open, find twins, split, write, rename into place."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import numpy as np

from pawsight import zoo
from pawsight.data import duplicates, split
from pawsight.data.layout import SourceFile, list_files, list_outliers, respell
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
)
from pawsight.data.scan import Opened, ScannedPhoto, scan
from pawsight.data.sources import LAYOUT, NEITHER, name_sources, open_source
from pawsight.data.tables import write_table
from pawsight.errors import BadData
from pawsight.model.card import read_card
from pawsight.model.class_names import check_names
from pawsight.storage.atomic import replacing_folder
from pawsight.types import LOCAL_LIMITS, FitMode, Limits, RejectedFile

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
        notes: what was done with splits that the source had already.
    """

    folder: Path
    description: Description
    bad: list[RejectedFile]
    warnings: list[str]
    notes: list[str]


def prepare(
    source: Path,
    out: Path,
    *,
    size: int = 224,
    fit: FitMode = "crop",
    seed: int = 0,
    neither: Sequence[Path] = (),
    limits: Limits = LOCAL_LIMITS,
    only_split: str = "",
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
        neither: sources whose photos show none of the classes, but for folders that are named like a class. Each
            folder is a kind, and the manifest keeps it.
        limits: what one photo may cost.
        only_split: `train`, `validation` or `test`: where all photos go, to measure on all of them.
        watch: wraps files on their way through, for a progress bar; gets them and their number.

    Raises:
        BadData: the name of a class or a source cannot be used, or `out` holds something else. `out` is as it was.
    """
    sources = name_sources([source, *neither])
    check_apart(out, sources.values())
    old = _old_splits(out, seed)
    with appearing(out.resolve()) as folder, ExitStack() as stack:
        files = _list_all(sources, limits, stack)
        opened = stack.enter_context(closing(scan(files, size, fit)))
        photos, bad = _store(watch(opened, len(files)), folder / PIXELS, size)
        rows, notes = _place(photos, seed, old, only_split)
        description = _describe(rows, sources, size, fit, seed)
        write_table(folder / MANIFEST, Row, rows)
        write_table(folder / BAD, RejectedFile, bad)
        write_description(folder, description)
    return Prepared(out, description, bad, _warnings(description, rows if notes else []), notes)


def check_apart(out: Path, sources: Iterable[Path]) -> None:
    """Refuse to write among the photos.

    Raises:
        BadData: `out` is a source, or lies in one.
    """
    for source in sources:
        if source == out.resolve() or source in out.resolve().parents:
            raise BadData(f"{out} lies in {source}, whose photos are read.", "Choose another --out.")


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
        raise BadData(f"{out} is no earlier prepared set: it holds {strange[0]}.")


@contextmanager
def appearing(out: Path) -> Iterator[Path]:
    """Give a folder next to `out` to build in, which replaces it on success and is deleted otherwise.

    Raises:
        BadData: it cannot be written.
    """
    try:
        with replacing_folder(out) as building:
            yield building
    except OSError as error:
        raise BadData(f"{out} cannot be written ({error.strerror}).", "Check its disk and permissions.") from error


def _list_all(sources: Mapping[str, Path], limits: Limits, stack: ExitStack) -> list[SourceFile]:
    """Files of all sources: the first has a folder for each class, the others show none of them."""
    opened = {name: stack.enter_context(open_source(path, limits)) for name, path in sources.items()}
    first, *others = opened
    # Spelled like those of the shipped models, so that these can be measured on the set.
    files = respell(list_files(opened[first], first), read_card(zoo.find("default")).classes)
    classes = {file.label for file in files if file.label and not file.clutter}
    check_names(sorted(classes - {NEITHER}))
    for name in others:
        files += list_outliers(opened[name], name, classes)
    return files


def _store(opened: Iterable[Opened], path: Path, size: int) -> tuple[list[ScannedPhoto], list[RejectedFile]]:
    """Write pixels one photo at a time and keep only what the manifest needs."""
    photos: list[ScannedPhoto] = []
    bad: list[RejectedFile] = []
    with path.open("wb") as file:
        _write_header(file, 0, size)
        for one in opened:
            if isinstance(one, RejectedFile):
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


def _place(
    photos: Sequence[ScannedPhoto], seed: int, old: Mapping[str, str], only_split: str
) -> tuple[list[Row], list[str]]:
    """Give every photo its split: the source's own, that of the earlier set, or one drawn by its content."""
    if not any(photo.label != NEITHER for photo in photos):
        raise BadData("No photo of a class was found.", f"Photos come as {LAYOUT}; docs/data.md shows the layouts.")
    digests = [photo.sha256 for photo in photos]
    groups = duplicates.group(digests, [photo.phash for photo in photos], [photo.thumbnail for photo in photos])
    if only_split:
        alone = [split.SplitAssignment(only_split, digest) for digest in digests]
        return [make_row(photo, place) for photo, place in zip(photos, alone, strict=True)], []
    given = {photo.sha256: photo.split for photo in sorted(photos, key=_split_order) if photo.split}
    places = split.assign(digests, groups.tolist(), seed, {**old, **given}, [photo.label for photo in photos])
    if given:
        places = split.complete(places, seed)
    notes = split.describe_given(given.values()) if given else []
    return [make_row(photo, place) for photo, place in zip(photos, places, strict=True)], notes


def _split_order(photo: ScannedPhoto) -> int:
    """Of copies in several splits, the last one counts: training never sees what is tested."""
    return split.SPLITS.index(photo.split) if photo.split else -1


def make_row(photo: ScannedPhoto, place: split.SplitAssignment) -> Row:
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
        kind=photo.kind,
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


def _warnings(description: Description, rows: Iterable[Row]) -> list[str]:
    warnings = split.missing(description.counts, description.classes)
    if left_out := sum(description.counts.get(split.LEFT_OUT, {}).values()):
        warnings.append(
            f"Left out {left_out} new photos: each is a twin of old photos in different splits, so it would leak."
        )
    if leaks := split.count_leaks((row.group, row.split) for row in rows):
        warnings.append(
            f"{leaks:,} groups of copies stand in several splits, as the source has them: what is measured on them "
            "proves nothing. `pawsight data check` lists them."
        )
    return warnings
