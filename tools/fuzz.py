"""Damage photos in many ways and open them: each is refused as an `ImageError`, or opens. Anything else is a fault.

    python tools/fuzz.py                          20,000 mutants, on all processors
    python tools/fuzz.py --mutants 5000000 --seed 7
    python tools/fuzz.py --seeds FOLDER           from the photos of a folder as well

Prints how many came out how, and the seed of every mutant that is a fault: `--only SEED` makes it again. For mutants
that look for new paths through the decoders, see `fuzz/decode.py`.
"""

from __future__ import annotations

import argparse
import io
import os
import random
import sys
import warnings
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from functools import cache
from pathlib import Path

import numpy as np
from PIL import ExifTags, Image

from pawsight import images
from pawsight.errors import ImageError
from pawsight.images.strip_metadata import strip_metadata
from pawsight.types import Limits

LIMITS = Limits(pixels=1_000_000)
LEAST, BATCH = 8, 500
_KINDS = (
    ("JPEG", {"quality": 80}, None),
    ("JPEG", {"progressive": True}, None),
    ("JPEG", {"quality": 90}, "CMYK"),
    ("PNG", {}, None),
    ("PNG", {}, "P"),
    ("PNG", {}, "RGBA"),
    ("PNG", {}, "I;16"),
    ("WEBP", {}, None),
    ("WEBP", {"lossless": True}, "RGBA"),
    ("GIF", {}, None),
    ("AVIF", {"speed": 10}, None),
    ("BMP", {}, None),
    ("BMP", {}, "1"),
)


@cache
def seeds(folder: Path | None) -> list[bytes]:
    """Small photos of every format, with an orientation, and those of a folder."""
    grain = np.random.default_rng(1).integers(0, 256, (18, 24, 3), dtype=np.uint8)
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = 6
    made = []
    for format, options, mode in _KINDS:
        image = Image.fromarray(grain)
        buffer = io.BytesIO()
        converted = image.convert("L").convert(mode) if mode == "I;16" else image.convert(mode) if mode else image
        more = {} if format == "BMP" else {"exif": exif}
        converted.save(buffer, format, **options, **more)
        made.append(buffer.getvalue())
    found = [path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()] if folder else []
    return made + [data for data in found if 0 < len(data) < 100_000]


def mutant(number: int, folder: Path | None) -> bytes:
    """The mutant of a number: always the same for the same seeds."""
    chance = random.Random(number)  # noqa: S311  # it must only be the same each time
    samples = seeds(folder)
    data = bytearray(chance.choice(samples))
    for _ in range(chance.randint(1, 8)):
        _damage(data, chance, samples)
    return bytes(data)


def _damage(data: bytearray, chance: random.Random, samples: list[bytes]) -> None:
    """Damage a file in one of seven ways: bits, noise, extreme numbers, repeats, gaps, cuts, parts of other files."""
    place, length = chance.randrange(len(data) + 1), chance.randint(1, 8)
    match chance.randrange(7):
        case 0 if data:
            data[place % len(data)] ^= 1 << chance.randrange(8)
        case 1:
            data[place : place + length] = chance.randbytes(length)
        case 2:
            size = chance.choice((1, 2, 4))
            data[place : place + size] = chance.choice((b"\0", b"\xff", b"\x7f", b"\x80"))[:1] * size
        case 3:
            data[place:place] = data[place : place + 64]
        case 4:
            del data[place : place + length]
        case 5 if chance.random() < 0.3:
            del data[place:]
        case _:
            other = chance.choice(samples)
            start = chance.randrange(len(other))
            data[place : place + length] = other[start : start + 8 * length]


def outcome(data: bytes) -> str:
    """What becomes of one file: `opened`, the code of its refusal, or the name of an exception that must not be."""
    try:
        whole = images.decode(data, limits=LIMITS)
        images.fit(images.decode(data, least=LEAST, limits=LIMITS), LEAST, "crop")
        if not np.array_equal(images.decode(strip_metadata(data, limits=LIMITS).data, limits=LIMITS), whole):
            return "FAULT: stored pixels differ"
    except ImageError as error:
        return error.code
    except Exception as error:  # that there are none is what is tested here
        return f"FAULT: {type(error).__name__}: {error}"
    return "opened"


def run(first: int, count: int, folder: Path | None) -> tuple[Counter[str], list[str]]:
    """Open some mutants; how many came out how, and what is to be looked at."""
    warnings.simplefilter("ignore")  # a server does not turn the decoders' warnings into errors
    outcomes, faults = Counter[str](), []
    for number in range(first, first + count):
        found = outcome(mutant(number, folder))
        outcomes[found.partition(":")[0]] += 1
        if found.startswith("FAULT"):
            faults.append(f"--only {number}: {found}")
    return outcomes, faults


def fuzz(mutants: int, seed: int, folder: Path | None = None) -> tuple[Counter[str], list[str]]:
    """Open many mutants, on all processors."""
    starts = range(seed, seed + mutants, BATCH)
    outcomes, faults = Counter[str](), []
    with ProcessPoolExecutor() as pool:
        for counted, found in pool.map(run, starts, [BATCH] * len(starts), [folder] * len(starts)):
            outcomes.update(counted)
            faults += found
    return outcomes, faults


def main() -> int:
    """The command line; 1 where there are faults."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mutants", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--seeds", type=Path)
    parser.add_argument("--only", type=int)
    chosen = parser.parse_args()
    if chosen.only is not None:
        os.write(sys.stdout.fileno(), mutant(chosen.only, chosen.seeds))
        return 0
    outcomes, faults = fuzz(chosen.mutants, chosen.seed, chosen.seeds)
    print(", ".join(f"{count:,} {name}" for name, count in outcomes.most_common()))
    print("\n".join(faults[:50]) if faults else "no faults")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
