"""Many uploads to one server: whether its memory and its open files stay as they were, and nothing is lost.

    python benchmarks/soak.py                        10,000 uploads
    python benchmarks/soak.py --uploads 1000000      for a release

Photos of several sizes and formats, no two alike, are made on the way. The first tenth warms the server up. After each
tenth the clients hang up, and what the server and its decoders use is printed: memory (their own, without what they
share with other programs), open files, processes. Exits 1 where an upload was refused, memory grew by more than
`--growth` per cent or open files by more than `--opened`, or the archive does not hold each photo. Linux only.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from load import each, form, serving
from photos import encode, picture
from processes import family, handles, only_child, own_memory

CLIENTS, TENTHS, SETTLE = 4, 10, 1.0
KINDS = ((500, 375, "JPEG"), (200, 200, "JPEG"), (800, 600, "JPEG"), (320, 240, "PNG"), (400, 300, "WEBP"))


@dataclass(frozen=True)
class Use:
    """What a server and its decoders use: megabytes of memory, open files, processes."""

    memory: float
    handles: int
    processes: int


def bodies(first: int, last: int) -> Iterator[bytes]:
    """Forms with the photos of these numbers, the last left out."""
    for number in range(first, last):
        width, height, kind = KINDS[number % len(KINDS)]
        yield form(encode(picture(width, height, seed=number), kind))


def look(server: int) -> Use:
    """What it uses once its clients are gone."""
    time.sleep(SETTLE)
    pids = family(server)
    return Use(own_memory(pids), handles(pids), len(pids))


def upload(port: int, uploads: int) -> tuple[list[Use], Counter[int]]:
    """Send them all; what was used after each tenth, and how often each status came."""
    used, statuses, server = [], Counter[int](), only_child()
    print("uploads  uploads/s  memory, MB  open files  processes")
    for tenth in range(TENTHS):
        first, last = uploads * tenth // TENTHS, uploads * (tenth + 1) // TENTHS
        start = time.perf_counter()
        statuses.update(one.status for one in each(port, bodies(first, last), CLIENTS))
        pace = (last - first) / (time.perf_counter() - start)
        used.append(look(server))
        print(
            f"{last:>7,}{pace:>11.0f}{used[-1].memory:>12.1f}{used[-1].handles:>12}{used[-1].processes:>11}", flush=True
        )
    return used, statuses


def check(folder: str) -> str:
    """What `pawsight archive check` says once the server has stopped."""
    words = [sys.executable, "-m", "pawsight", "archive", "check"]
    settings = os.environ | {"PAWSIGHT_ARCHIVE": folder}
    done = subprocess.run(words, env=settings, stdout=subprocess.PIPE, text=True)  # noqa: S603  # our own words
    return done.stdout.strip().splitlines()[-1]


def main() -> None:
    """Start a server, upload, and print what grew."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--uploads", type=int, default=10_000)
    parser.add_argument("--growth", type=float, default=2, help="per cent of memory that may be added")
    parser.add_argument("--opened", type=int, default=0, help="open files that may be added")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        with serving(PAWSIGHT_ARCHIVE=folder) as port:
            used, statuses = upload(port, chosen.uploads)
        found = check(folder)
    growth = (used[-1].memory / used[0].memory - 1) * 100
    opened = used[-1].handles - used[0].handles
    others = chosen.uploads - statuses[201]
    print(f"after the warm-up: memory {growth:+.1f} %, open files {opened:+}; {others} of {chosen.uploads:,} not 201")
    print(f"archive: {found}")
    whole = found == f"{chosen.uploads:,} files read, 0 faults."
    sys.exit(1 if others or growth > chosen.growth or opened > chosen.opened or not whole else 0)


if __name__ == "__main__":
    main()
