"""Kill `pawsight sort` at random moments, undo, and compare every hash, path, permission and time with before.

    python benchmarks/kill_sort.py                            # 50 kills of a sort of 10,000 files
    python benchmarks/kill_sort.py --files 300 --kills 3      # what the tests run

Files are small pictures in folders of a hundred. Each round copies, moves or links in turn; in every second round undo
is killed as well, and begun again. The model answers once; the plan stands for all rounds, as everything is as before
after each. Ends with 1 at the first difference, and leaves the folder there to look at.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import msgspec
import numpy as np
from PIL import Image

from pawsight.batch.classified import FingerprintHook
from pawsight.batch.journal import JOURNAL, Mode
from pawsight.batch.make_plan import make_plan, photos_of
from pawsight.batch.plan import SortPlan
from pawsight.batch.run import classify
from pawsight.batch.sort import begin
from pawsight.classifier import Classifier
from pawsight.parallel import usable_processors

MODES: tuple[Mode, ...] = ("move", "copy", "link")
Tree = dict[str, tuple[str, int, int]]


def main() -> None:
    """Kill, undo and compare; print a line for each round."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--files", type=int, default=10_000)
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--model", default="default", help="name or folder of a model")
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    world = Path(tempfile.mkdtemp(prefix="pawsight-kill-"))
    make(world / "photos", given.files)
    plan, dice = look(world, given.model), random.Random(given.seed)  # noqa: S311
    before = tree(world)
    for round_ in range(given.kills):
        mode = MODES[round_ % len(MODES)]
        done = kill_sort(in_mode(plan, mode), dice.random())
        undone = kill_undo(world, dice.random()) if round_ % 2 else 0.0
        pawsight("undo", world / "sorted").wait()
        same = tree(world) == before
        print(f"round {round_ + 1}: {mode} killed after {done:,} of {len(plan.steps):,} steps, undo ", end="")
        print(
            f"{f'killed after {undone:.2f} s and begun again' if undone else 'once'}: {'same' if same else 'DIFFERENT'}"
        )
        if not same:
            sys.exit(f"Different: see {world}.")
    shutil.rmtree(world)


def make(folder: Path, count: int) -> None:
    """Write `count` small pictures, each different, with times to the nanosecond; a tenth is write-protected."""
    random_ = np.random.default_rng(0)
    for number in range(count):
        path = folder / f"{number // 100:03}" / f"IMG_{number % 100:04}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(random_.integers(0, 256, (16, 16, 3), dtype=np.uint8)).save(path)
        path.chmod(0o444 if number % 10 == 0 else 0o640)
        os.utime(path, ns=(10**18, 10**18 + 1_000_000_007 * number))


def look(world: Path, model: str) -> SortPlan:
    """Plan as the command does."""
    classifier, eye = Classifier.load(model), FingerprintHook()
    photos, left = photos_of(world / "photos", world / "sorted")
    seen = [eye.seen(one) for one in classify(classifier, photos, usable_processors(), eye)]
    card = classifier.card
    return make_plan([one for one in seen if one], left, world / "photos", world / "sorted", "move", card)


def in_mode(plan: SortPlan, mode: Mode) -> SortPlan:
    """The same plan, done in another way."""
    return msgspec.structs.replace(plan, mode=mode, steps=[msgspec.structs.replace(s, do=mode) for s in plan.steps])


def kill_sort(plan: SortPlan, share: float) -> int:
    """Start a sort, kill it when about this share is done; how many steps were marked as done."""
    record = begin(plan)
    journal = record / JOURNAL
    process = pawsight("sort", plan.folder, "--into", plan.into, "--resume")
    while process.poll() is None and journal.read_bytes().count(b'"done"') < share * len(plan.steps):
        time.sleep(0.002)
    process.kill()
    process.wait()
    return journal.read_bytes().count(b'"done"')


def kill_undo(world: Path, share: float) -> float:
    """Start an undo, and kill it within the time that it takes to start and take some back; after how many seconds."""
    process, seconds = pawsight("undo", world / "sorted"), 0.3 + 1.5 * share
    time.sleep(seconds)
    process.kill()
    process.wait()
    return seconds


def pawsight(*words: str | Path) -> subprocess.Popen[bytes]:
    """The command, as a user would start it."""
    command = [sys.executable, "-m", "pawsight", *map(str, words)]
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # noqa: S603


def tree(top: Path) -> Tree:
    """All in and below a folder: path -> (hash, mtime in nanoseconds, permissions); folders have no hash."""
    found: Tree = {}
    for path in [top, *top.rglob("*")]:
        status = path.stat()
        digest = "" if path.is_dir() else hashlib.sha256(path.read_bytes()).hexdigest()
        found[str(path.relative_to(top))] = (digest, status.st_mtime_ns, status.st_mode)
    return found


if __name__ == "__main__":
    main()
