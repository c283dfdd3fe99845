"""How many uploads a second an archive takes, in SQLite and in PostgreSQL, with everything synced.

    python benchmarks/archive.py                                      SQLite
    python benchmarks/archive.py --url postgresql://user@host/name    and PostgreSQL; the database has to be empty

One thread, then eight, write photos of 25 kB with a prediction each, in turns that alternate between the databases.
`processor` is the time that this process takes for an upload; `commits` is transactions for an upload.
"""

from __future__ import annotations

import argparse
import itertools
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from photos import unlike
from sqlalchemy import event

from pawsight.archive.store import Archive
from pawsight.classifier import Prediction
from pawsight.images.strip_metadata import StrippedPhoto, strip_metadata
from pawsight.settings import Settings

THREADS, TURNS = (1, 8), 5


@dataclass
class Figures:
    """Seconds by the clock and of the processor, and commits, of so many uploads."""

    uploads: int = 0
    clock: float = 0.0
    processor: float = 0.0
    commits: int = 0


@dataclass
class Database:
    """An archive under test."""

    name: str
    archive: Archive
    commits: list[object] = field(default_factory=list)
    figures: dict[int, Figures] = field(default_factory=lambda: {threads: Figures() for threads in THREADS})


def prediction() -> Prediction:
    """One as the default model makes it."""
    rng = np.random.default_rng(0)
    features, maps = rng.random(1280, np.float32), rng.random((7, 7, 2), np.float32)
    return Prediction("cat", "cat", {"cat": 0.99, "dog": 0.01}, "model", features, maps)


def write(database: Database, photos: list[StrippedPhoto], threads: int) -> None:
    """Write photos, and note what it took."""
    made, figures, before = prediction(), database.figures[threads], len(database.commits)
    clock, processor = time.perf_counter(), time.process_time()
    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(lambda photo: database.archive.put(photo, made, width=500, height=375), photos))
    figures.clock += time.perf_counter() - clock
    figures.processor += time.process_time() - processor
    figures.uploads += len(photos)
    figures.commits += len(database.commits) - before


def opened(stack: ExitStack, name: str, url: str) -> Database:
    """Open an archive of its own."""
    folder = stack.enter_context(tempfile.TemporaryDirectory())
    archive = stack.enter_context(Archive.open(Settings(archive=folder, archive_url=url)))
    database = Database(name, archive)
    event.listen(archive.index.engine, "commit", database.commits.append)
    return database


def stripped() -> Iterator[StrippedPhoto]:
    """Photos as they are stored, no two alike."""
    return map(strip_metadata, unlike())


def main() -> None:
    """Write to each in turn, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--url", help="of an empty PostgreSQL database")
    parser.add_argument("--uploads", type=int, default=200, help="in each turn")
    chosen = parser.parse_args()
    with ExitStack() as stack:
        databases = [opened(stack, "SQLite", "")]
        if chosen.url:
            databases.append(opened(stack, "PostgreSQL", chosen.url))
        photos = stripped()
        for _, threads, database in itertools.product(range(TURNS), THREADS, databases):
            write(database, list(itertools.islice(photos, chosen.uploads)), threads)
        size = Path(databases[0].archive.settings.archive, "index.sqlite").stat().st_size
        count = databases[0].archive.find().total
    print("| database | threads | uploads/s | processor, ms | commits | n |\n|---|---|---|---|---|---|")
    for database, threads in itertools.product(databases, THREADS):
        one = database.figures[threads]
        each = f"{one.uploads / one.clock:.0f} | {1000 * one.processor / one.uploads:.2f}"
        print(f"| {database.name} | {threads} | {each} | {one.commits / one.uploads:.2f} | {one.uploads:,} |")
    print(f"SQLite's file: {size / count:,.0f} bytes for an upload, besides the photo")


if __name__ == "__main__":
    main()
