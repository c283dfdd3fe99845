"""How long training takes on the page Train, in Chromium: photos looked at, and the head trained.

    python benchmarks/train_page.py            # two classes of 10 photos, three of 20; each three times
    python benchmarks/train_page.py --short    # two classes of 10, once

Drawn JPEGs of 640 x 480 pixels, the default model with its bank of other things; the model is loaded before the clock
starts. Server and browser share the processors. Looking is from choosing the files to the last photo's features,
training is what the page says: folds, calibration, figures, the graph and its check.
"""

from __future__ import annotations

import argparse
import random
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

from PIL import Image, ImageDraw
from playwright.sync_api import Page, expect, sync_playwright

PATIENCE = 600_000  # milliseconds
SETS = ((2, 10), (3, 20))  # classes, photos of each
TIMES = 3


def draw(folder: Path, kind: int, number: int) -> Path:
    """A drawing whose shape depends on its kind, and whose place, size and colors on its number."""
    rng = random.Random(f"{kind} {number}")  # noqa: S311  # not for secrets
    ground, ink = (tuple(rng.randint(low, low + 85) for _ in range(3)) for low in (170, 20))
    image = Image.new("RGB", (640, 480), ground)
    pen, x, y, half = ImageDraw.Draw(image), rng.randint(180, 460), rng.randint(160, 320), rng.randint(80, 150)
    box = (x - half, y - half, x + half, y + half)
    if kind == 0:
        pen.ellipse(box, fill=ink)
    elif kind == 1:
        for left in range(0, 760, rng.randint(40, 70)):
            pen.line((left, 0, left - 120, 480), fill=ink, width=20)
    else:
        pen.rectangle(box, outline=ink, width=30)
    path = folder / f"{kind}-{number}.jpg"
    image.save(path, quality=90)
    return path


def measure(page: Page, address: str, classes: list[list[Path]]) -> tuple[float, float]:
    """Train once; seconds for reading the photos, and for training."""
    page.goto(f"{address}/train")
    while page.locator(".class").count() < len(classes):
        page.locator("#add-class").click()
    first, *rest = classes[0]
    page.locator(".class [type=file]").first.set_input_files(first)  # loads the model
    expect(page.locator(".class .count").first).to_contain_text("Photos: 1", timeout=PATIENCE)
    start = time.perf_counter()
    for place, paths in enumerate([rest, *classes[1:]]):
        page.locator(".class [type=file]").nth(place).set_input_files(paths)
    expect(page.locator("#begin button")).to_be_enabled(timeout=PATIENCE)
    looked = time.perf_counter() - start
    page.locator("#begin button").click()
    said = page.get_by_text(re.compile(r"^Trained in [\d.,]+ seconds\.$"))
    expect(said).to_be_visible(timeout=PATIENCE)
    found = re.search(r"[\d.]+", said.inner_text().replace(",", ""))
    return looked, float(found[0]) if found else float("nan")


def line(name: str, seconds: list[float]) -> str:
    """The middle of some times, and the shortest and the longest."""
    return f"{name} {median(seconds):.1f} s ({min(seconds):.1f} to {max(seconds):.1f}, n = {len(seconds)})"


def main() -> None:
    """Start a server, train on each set, and print the times."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--short", action="store_true", help="two classes of 10, once")
    short = parser.parse_args().short
    words = [sys.executable, "-m", "pawsight", "serve", "--port", "0"]
    with (
        tempfile.TemporaryDirectory() as folder,
        sync_playwright() as playwright,
        subprocess.Popen(words, stderr=subprocess.PIPE, text=True) as server,  # noqa: S603  # our own words
    ):
        try:
            address = (server.stderr.readline() if server.stderr else "").split()[3]
            program = shutil.which("chromium") or shutil.which("google-chrome")
            browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
            print(f"Chromium {browser.version}")
            for count, each in SETS[:1] if short else SETS:
                classes = [[draw(Path(folder), kind, number) for number in range(each)] for kind in range(count)]
                page = browser.new_page()
                times = [measure(page, address, classes) for _ in range(1 if short else TIMES)]
                looked, trained = ([one[part] for one in times] for part in (0, 1))
                print(
                    f"{count} classes of {each}: {line('looked at in', looked)}, {line('trained in', trained)}",
                    flush=True,
                )
                page.close()
            browser.close()
        finally:
            server.terminate()


if __name__ == "__main__":
    main()
