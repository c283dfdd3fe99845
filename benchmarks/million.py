"""Whether `pawsight predict FOLDER` keeps its memory with a million files.

    python benchmarks/million.py                    # 1,000,000 empty files, a thousand in each folder
    python benchmarks/million.py --files 100000

Each file is empty, so that all costs but the model's show: listing, reading, a line for each that says what is wrong.
The files are made in a temporary folder and removed again. Compare the peaks: they should not grow with the number of
files.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

from predict import measure, show

IN_A_FOLDER = 1000


def main() -> None:
    """Measure a tenth, and all."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--files", type=int, default=1_000_000)
    parser.add_argument("--model", default="default", help="name or folder of a model")
    given = parser.parse_args()
    print("photos   seconds   photos/s   peak MB")
    for count in (given.files // 10, given.files):
        with tempfile.TemporaryDirectory() as folder:
            make(Path(folder), count)
            show(measure([folder], given.model, count))


def make(top: Path, count: int) -> None:
    """Make `count` empty files that are named like photos."""
    for number in range(count):
        folder = top / f"{number // IN_A_FOLDER:04}"
        if number % IN_A_FOLDER == 0:
            folder.mkdir()
        (folder / f"IMG_{number % IN_A_FOLDER:04}.jpg").touch()


if __name__ == "__main__":
    main()
