"""Compare Pawsight with the page as built in class: Flask, and Keras' VGG16 in the request. The ratio is the figure.

    python benchmarks/classroom.py                                     a photo made here, 15 s a part
    python benchmarks/classroom.py PHOTO --seconds 5 --weights FILE    your own, these weights

In one run on one machine: first `classroom_page.py`, then `pawsight serve` with the default model, each asked by the
same clients with the same photo. Needs the extra `train`, for Keras. Linux only.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

from load import serving, started
from photos import small
from serve import CLIENTS, Speed, measure

QUIET = {"TF_CPP_MIN_LOG_LEVEL": "3"}


def classroom(photo: bytes, seconds: float, weights: str | None) -> Speed:
    """Measure the page from class."""
    words = [sys.executable, str(Path(__file__).with_name("classroom_page.py")), *([weights] if weights else [])]
    start = time.perf_counter()
    with started(words, QUIET) as port:
        return measure(port, start, photo, seconds, "/predict")


def pawsight(photo: bytes, seconds: float) -> Speed:
    """Measure Pawsight."""
    start = time.perf_counter()
    with serving() as port:
        return measure(port, start, photo, seconds)


def show(old: Speed, new: Speed) -> None:
    """Print both, and how many times less Pawsight takes, or more it does."""
    rows = (
        ("start to first answer, s", old.first, new.first, old.first / new.first),
        ("memory after one client, MB", old.alone, new.alone, old.alone / new.alone),
        (f"memory after {CLIENTS} clients, MB", old.crowded, new.crowded, old.crowded / new.crowded),
        ("one client, p50, ms", old.p50, new.p50, old.p50 / new.p50),
        ("one client, p99, ms", old.p99, new.p99, old.p99 / new.p99),
        (f"{CLIENTS} clients, answers/s", old.rate, new.rate, new.rate / old.rate),
    )
    print("| | class-room page | Pawsight | ratio |\n|---|---|---|---|")
    for name, before, after, ratio in rows:
        print(f"| {name} | {before:,.1f} | {after:,.1f} | {ratio:.1f} |")
    print(f"\nOne client asked {old.asked:,} and {new.asked:,} times.")


def main() -> None:
    """Measure both, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("photo", type=Path, nargs="?", help="a photo; one of about 25 kB is made where none is given")
    parser.add_argument("--seconds", type=float, default=15)
    parser.add_argument("--weights", help="file with VGG16's weights without its top; random where none is given")
    chosen = parser.parse_args()
    photo = chosen.photo.read_bytes() if chosen.photo else small()
    show(classroom(photo, chosen.seconds, chosen.weights), pawsight(photo, chosen.seconds))


if __name__ == "__main__":
    main()
