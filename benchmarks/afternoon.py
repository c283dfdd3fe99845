"""A volunteer's afternoon, by the commands that a volunteer types: a mixed folder, sorted, audited and taken back.

    python benchmarks/afternoon.py --data data/catsdogs                # 3,000 files, of these 50 bad ones
    python benchmarks/afternoon.py --data data/catsdogs --keep DIR     # only make the folder, for trying by hand

The photos are original files of the test and validation splits, none of which the model learned from, in folders and
under names as memory cards and people give them. Some stand there twice, and some were shot once more a second later.
`--hostile` takes some of the bad files from a folder of broken pictures. As all labels are known, the audit is answered
by them, and the promise is checked on every photo. Ends with 1 where anything is not as before.
"""

from __future__ import annotations

import argparse
import io
import os
import random
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from kill_sort import tree
from PIL import ExifTags, Image

from pawsight import images
from pawsight.batch.audit import sample
from pawsight.batch.plan import SortPlan, read_plan
from pawsight.batch.undo import newest
from pawsight.data import Dataset, open_dataset
from pawsight.errors import ImageError
from pawsight.estimates import wilson_interval
from pawsight.model.class_names import UNSURE

FOLDERS = (
    "card1/DCIM/100CANON",
    "card1/DCIM/101CANON",
    "card2",
    "Mimi & Rex, été 2024 (Kopie)",
    "100% 'new' #1/=weird",
    "猫と犬/v1..2",
    "a/very/deep/folder/under/a/folder/of/folders",
)
NAMES = (
    "IMG_{:04}.JPG",
    "DSC{:05}.jpg",
    "photo ({}).jpeg",
    "-n{}.jpg",
    "Straße {} 🐈.jpg",
    "=SUM(A{}).jpg",
    "x\\y {}.jpg",
)
EVERY = 50  # one photo in so many stands there twice, and one was shot twice
Labels = dict[str, str]


def main() -> None:
    """Make the folder, run the commands, compare."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="prepared photos")
    parser.add_argument("--files", type=int, default=3000)
    parser.add_argument("--bad", type=int, default=50, help="so many of these files")
    parser.add_argument("--hostile", type=Path, help="folder of broken pictures")
    parser.add_argument("--model", default="default", help="name or folder of a model")
    parser.add_argument("--budget", default="1%", help="of errors")
    parser.add_argument("--keep", type=Path, metavar="DIR")
    given = parser.parse_args()
    world = given.keep or Path(tempfile.mkdtemp(prefix="pawsight-afternoon-"))
    labels = make(world / "photos", open_dataset(given.data), given.files - given.bad)
    spoil(world / "photos", given.bad, given.hostile)
    if not given.keep:
        spend(world, labels, ["--model", given.model], given.budget)


def make(top: Path, dataset: Dataset, wanted: int) -> Labels:
    """Write so many photos; path -> what it shows."""
    places = [*dataset.indices("test"), *dataset.indices("validation")]
    random.Random(0).shuffle(places)  # noqa: S311
    labels: Labels = {}
    for number, (place, data) in enumerate(zip(places, dataset.photos(places), strict=True)):
        for path, content in shots(number, data):
            labels[path] = dataset.rows[place].label
            write(top / path, content, len(labels))
            if len(labels) == wanted:
                return labels
    sys.exit(f"Expected {wanted:,} photos in the test and validation splits, but there are only {len(labels):,}.")


def shots(number: int, data: bytes) -> Iterator[tuple[str, bytes]]:
    """Path and content of a photo, and of its copy or second shot where it has one."""
    folder = FOLDERS[number % len(FOLDERS)]
    name = NAMES[number // len(FOLDERS) % len(NAMES)].format(number)
    if number % EVERY == 1:
        yield f"{folder}/{name}", shot(data, number, 0)
        yield f"{folder}/burst {name}", shot(data, number, 1)
        return
    yield f"{folder}/{name}", data
    if number % EVERY == 2:
        yield f"copies/{name}", data


def shot(data: bytes, number: int, second: int) -> bytes:
    """The photo as a camera would have taken it; in the second second, a little to the side."""
    exif, file = Image.Exif(), io.BytesIO()
    exif[ExifTags.Base.Make], exif[ExifTags.Base.Model] = "Pawsight", "Benchmark"
    taken = f"2024:05:01 {number // 3600 % 24:02}:{number // 60 % 60:02}:{number % 60:02}"
    exif.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.DateTimeOriginal] = taken
    exif.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.SubsecTimeOriginal] = str(9 * second)
    with Image.open(io.BytesIO(data)) as image:
        image.convert("RGB").crop((3 * second, 0, *image.size)).save(file, "JPEG", exif=exif)
    return file.getvalue()


def spoil(top: Path, wanted: int, hostile: Path | None) -> None:
    """Write so many unusable files: those of `hostile` that do not open, then some cut off, empty, or no photos."""
    broken = [path for path in sorted(hostile.iterdir()) if not opens(path)][:wanted] if hostile else []
    good = sorted(path for path in top.rglob("*") if path.is_file())
    for number, photo in enumerate(random.Random(0).sample(good, wanted)):  # noqa: S311
        data = photo.read_bytes()
        kinds = (data[: len(data) // 2], b"", b"Dear diary,\n" * 40, b"<html><p>404 Not Found</p></html>", data[200:])
        name = broken[number].name if number < len(broken) else f"bad {number}"
        content = broken[number].read_bytes() if number < len(broken) else kinds[number % len(kinds)]
        write(photo.with_name(f"{name}.jpg"), content, number)


def opens(path: Path) -> bool:
    """Whether a file is a photo that can be classified."""
    try:
        images.decode(path.read_bytes())
    except ImageError:
        return False
    return True


def write(path: Path, content: bytes, number: int) -> None:
    """Write a file, with a time to the nanosecond."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    os.utime(path, ns=(10**18, 10**18 + 1_000_000_007 * number))


def spend(world: Path, labels: Labels, model: list[str], budget: str) -> None:
    """Look, plan, sort, audit, change the mind; say what each printed and took, and whether all is as before."""
    before, into = tree(world / "photos"), str(world / "sorted")
    sort = ["sort", "photos", "--into", into, "--move", *model, "--error-budget", budget]
    run(world, ["predict", "photos", "--format", "csv", *model], quiet=True)
    run(world, [*sort, "--dry-run", "--contact-sheet", "plan.html"])
    run(world, [*sort, "--yes"], quiet=True)
    plan = read_plan(newest(Path(into)))
    looked = [
        one.step for side in sample(Path(plan.into), plan.promise.most if plan.promise else None) for one in side.photos
    ]
    wrong = [number for number, step in enumerate(looked, 1) if step.verdict != labels[step.source]]
    run(world, ["audit", into, "--wrong", " ".join(map(str, wrong))])
    tell(plan, labels)
    run(world, ["undo", into])
    same = tree(world / "photos") == before and not (world / "sorted").exists()
    print("Hashes, names, times and permissions are", "as before." if same else f"DIFFERENT: see {world}.")
    if not same:
        sys.exit(1)
    shutil.rmtree(world)


def run(world: Path, words: list[str], quiet: bool = False) -> None:
    """Run one command in the folder, and say how long it took; 1 is a good end, as some files are bad."""
    print("$ pawsight", shlex.join(words).replace(str(world), "."), flush=True)
    start = time.perf_counter()
    command = [sys.executable, "-m", "pawsight", *words]
    done = subprocess.run(command, cwd=world, stdout=subprocess.PIPE, text=True, check=False)  # noqa: S603
    print("..." if quiet else done.stdout.replace(str(world), "."), f"[{time.perf_counter() - start:.0f} s]\n")
    if done.returncode not in (0, 1):
        sys.exit(f"pawsight {words[0]} ended with {done.returncode}.")


def tell(plan: SortPlan, labels: Labels) -> None:
    """How many of all photos outside please-check are wrong, by their labels."""
    decided = [step for step in plan.photos if step.verdict != UNSURE]
    wrong = [step for step in decided if step.verdict != labels[step.source]]
    low, high = wilson_interval(len(wrong), len(decided))
    print(f"By the labels, {len(wrong):,} of {len(decided):,} outside please-check are wrong:", end=" ")
    print(f"{len(wrong) / len(decided):.2%} (95 % interval {low:.2%} to {high:.2%})")
    for step in wrong:
        print(f"  {step.source}: {step.verdict}, labelled {labels[step.source]}")


if __name__ == "__main__":
    main()
