"""How fast `pawsight predict` is, and whether its memory stays flat.

    python benchmarks/predict.py                    # photos made here, 500 x 375 and 25 kB like Microsoft's
    python benchmarks/predict.py --photos FOLDER    # photos of your own; taken again from the start where too few

Goals: at least 250 photos a second on two cores with photos of 25 kB, as much as decoding and inference by themselves
allow, and the same memory for 250 photos as for 4,000. On a machine that does other things as well, only the last line
says something.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import cycle, islice
from pathlib import Path

from photos import small

from pawsight.batch.find import find
from pawsight.batch.run import AHEAD, classify
from pawsight.classifier import Classifier
from pawsight.parallel import in_order

COUNTS = (250, 1000, 4000)
DIFFERENT = 1000  # photos made here; the longest run takes each several times


@dataclass(frozen=True)
class Run:
    """One run of the command.

    Attributes:
        photos: how many it was given.
        seconds: from start to end, loading Python and the model included.
        peak: megabytes of memory at most.
    """

    photos: int
    seconds: float
    peak: float


def main() -> None:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--photos", help="folder of photos")
    parser.add_argument("--model", default="default", help="name or folder of a model")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        photos = find([given.photos]) if given.photos else make(Path(folder), DIFFERENT)
        print(f"{os.cpu_count()} processors, load before the start {os.getloadavg()[0]:.1f}\n")
        print("photos   seconds   photos/s   peak MB")
        runs = [measure(list(islice(cycle(photos), count)), given.model) for count in COUNTS]
        for run in runs:
            show(run)
        show_pace(runs[0], runs[-1])
        show_parts(list(islice(cycle(photos), COUNTS[1])), given.model)


def make(folder: Path, count: int) -> list[str]:
    """Write `count` different JPEGs of 25 kB."""
    paths = [folder / f"{number}.jpg" for number in range(count)]
    for number, path in enumerate(paths):
        path.write_bytes(small(number))
    return [str(path) for path in paths]


def measure(photos: list[str], model: str, count: int | None = None) -> Run:
    """Run the command once, as a user would, on photos, or on folders that hold `count` of them."""
    command = [sys.executable, "-m", "pawsight", "predict", *photos, "--model", model, "--format", "jsonl"]
    start = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # noqa: S603
    _, status, usage = os.wait4(process.pid, 0)  # this child's own peak, where `resource` only knows all children's
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in (0, 1):  # 1: some of the photos are bad
        sys.exit(f"pawsight predict failed with status {process.returncode}.")
    kilobytes = usage.ru_maxrss / 1024 if sys.platform == "darwin" else usage.ru_maxrss
    return Run(count or len(photos), time.perf_counter() - start, kilobytes / 1024)


def show_pace(short: Run, long: Run) -> None:
    """How fast it is once it has started: what more photos take, compared with few."""
    pace = (long.photos - short.photos) / (long.seconds - short.seconds)
    print(f"\n{pace:.0f} photos/s once started")


def show_parts(photos: list[str], model: str) -> None:
    """Measure decoding and inference by themselves, and both as the command does them, with as many threads."""
    classifier, threads = Classifier.load(model), os.cpu_count() or 1
    data = [Path(path).read_bytes() for path in photos]
    fitted = [classifier.read(one) for one in data[:threads]] * (len(data) // threads)
    works: dict[str, Callable[[], Iterable[object]]] = {
        "decoding": lambda: in_order(classifier.read, data, threads, threads * AHEAD),
        "inference": lambda: in_order(lambda one: classifier.predict_fitted([one]), fitted, threads, threads * AHEAD),
        "both": lambda: classify(classifier, photos, threads),
    }
    seconds = {name: min(timed(work) for _ in range(3)) / len(photos) for name, work in works.items()}
    parts = ", ".join(f"{name} {1 / each:.0f}/s" for name, each in seconds.items())
    share = (seconds["decoding"] + seconds["inference"]) / seconds["both"]
    print(f"{threads} threads: {parts}; {share:.0%} of what the two parts allow one after the other")


def timed(work: Callable[[], Iterable[object]]) -> float:
    """Return the seconds until the last result."""
    start = time.perf_counter()
    for _ in work():
        pass
    return time.perf_counter() - start


def show(run: Run) -> None:
    """Print one row."""
    print(f"{run.photos:6,}   {run.seconds:7.1f}   {run.photos / run.seconds:8.0f}   {run.peak:7.0f}")


if __name__ == "__main__":
    main()
