"""Take pictures of the pages (needs Chromium, playwright and scikit-image).

    python tools/screenshots.py                # those that README and docs show, into docs/screenshots
    python tools/screenshots.py --all FOLDER   # every page in every look, to be looked at

Each page as a phone and a desk see it, light and dark, in English and German, with photos that may be shown: Chelsea
(CC0, from scikit-image) and pictures made on the spot. A server with the default model and an empty archive answers;
its admin pages are behind a password that is made on the spot.
The pictures are WebP, so small that they may stand in the repository.
"""

from __future__ import annotations

import argparse
import base64
import io
import itertools
import os
import re
import secrets
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from PIL import Image
from playwright.sync_api import CDPSession, Page, expect, sync_playwright
from skimage import data

from pawsight.web.admin.password import make_hash

ROOT = Path(__file__).parents[1]
TARGET = ROOT / "docs" / "screenshots"
MOST = 300_000  # bytes of those in the repository, all together
TALLEST = 1240  # pixels of the page
SCALE = 0.75
PATIENCE = 120_000  # milliseconds
# name -> width in pixels, and whether it is a phone
SCREENS = {"desk": (1280, False), "phone": (390, True)}
PAGES = {
    "photos": "/photos",
    "classify": "/",
    "batch": "/batch",
    "train": "/train",
    "model": "/model",
    "api": "/docs",
    "nothing": "/nothing",
    "admin": "/admin/",
    "archive": "/admin/photos/",
}
LOOKS = [(colours, language) for colours in ("light", "dark") for language in ("en", "de")]


def photos(folder: Path) -> list[Path]:
    """Chelsea, whole and in part, some things that are no pet, and files that are no photo."""
    cat, height = Image.fromarray(data.chelsea()), 300
    made = {
        "chelsea.jpg": cat,
        "close.jpg": cat.crop((110, 40, 330, 260)),
        "far.jpg": cat.resize((150, 100)).resize((451, height)),
        "mirrored.jpg": cat.transpose(Image.Transpose.FLIP_LEFT_RIGHT),
        "nose.jpg": cat.crop((180, 120, 280, 200)),
        "half.jpg": cat.crop((0, 0, 190, height)),
        "coffee.jpg": Image.fromarray(data.coffee()),
        "rocket.jpg": Image.fromarray(data.rocket()),
        "sky.jpg": _sky(),
    }
    for name, image in made.items():
        image.save(folder / name, quality=90)
    (folder / "cut-off.jpg").write_bytes((folder / "coffee.jpg").read_bytes()[:9000])
    return [folder / name for name in (*made, "cut-off.jpg")]


def training_photos(folder: Path) -> dict[str, list[Path]]:
    """Two classes: parts of Chelsea's picture, and of a cup of coffee, each from another place."""
    found: dict[str, list[Path]] = {}
    for name, pixels in (("Chelsea", data.chelsea()), ("Coffee", data.coffee())):
        whole, rng = Image.fromarray(pixels), np.random.default_rng(0)
        for number in range(12):
            side = int(rng.integers(120, min(whole.size) - 20))
            left, top = (int(rng.integers(0, room - side)) for room in whole.size)
            found.setdefault(name, []).append(folder / f"{name}-{number}.jpg")
            whole.crop((left, top, left + side, top + side)).save(found[name][-1], quality=90)
    return found


def _sky() -> Image.Image:
    rows = np.linspace((70, 130, 200), (240, 220, 190), 300)
    return Image.fromarray(np.repeat(rows[:, None].astype(np.uint8), 400, axis=1))


@contextmanager
def serving(folder: Path, password: str) -> Iterator[str]:
    """The address of a server with an archive of its own, and admin pages behind this password."""
    words = [sys.executable, "-m", "pawsight", "serve", "--port", "0"]
    own = os.environ | {"PAWSIGHT_ARCHIVE": str(folder / "archive"), "PAWSIGHT_ADMIN": str(folder / "admin")}
    own["PAWSIGHT_ADMIN_PASSWORD_HASH"] = make_hash(password)
    with subprocess.Popen(words, stderr=subprocess.PIPE, text=True, env=own) as server:  # noqa: S603  # our own words
        try:
            yield (server.stderr.readline() if server.stderr else "").split()[3]
        finally:
            server.terminate()


@contextmanager
def open_page() -> Iterator[Page]:
    """A page of the system's Chromium."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        page = browser.new_page()
        page.set_default_timeout(PATIENCE)
        yield page
        browser.close()


def fill(page: Page, address: str, files: list[Path]) -> None:
    """Classify all of them, so that the pages have something to show."""
    page.goto(f"{address}/batch")
    page.locator("#image").set_input_files(files)
    expect(page.locator("#how-far")).to_contain_text(f"All {len(files)} ", timeout=PATIENCE)


def log_in(page: Page, address: str, password: str) -> None:
    """Open the admin pages."""
    page.goto(f"{address}/admin/")
    page.locator("#password").fill(password)
    page.locator("#password").press("Enter")
    expect(page.locator(".admin-bar")).to_be_visible()


def train(page: Page, classes: dict[str, list[Path]]) -> None:
    """Train a model on the page."""
    for place, (name, files) in enumerate(classes.items()):
        card = page.locator(".class").nth(place)
        card.locator("input").first.fill(name)
        card.locator("[type=file]").set_input_files(files)
    button = page.locator("#begin button")
    expect(button).to_be_enabled(timeout=PATIENCE)
    button.click()
    expect(page.locator("#trained")).to_be_visible(timeout=PATIENCE)


def prepare(page: Page, name: str, folder: Path) -> None:
    """Bring a page into the state that is worth a look."""
    if name == "train":
        train(page, training_photos(folder))
    if name == "classify":
        page.wait_for_load_state("networkidle")  # until the cards of the looks before are back
        page.evaluate("sessionStorage.clear()")
        page.reload()
        page.locator("#sample-cat").click()
        expect(page.locator("#answers .look input")).to_be_checked(timeout=PATIENCE)
    if name in ("batch", "photos", "archive"):
        expect(page.locator(".tile img[src]").nth(5)).to_be_attached(timeout=PATIENCE)
    page.evaluate("scrollTo(0, 0); document.activeElement.blur()")
    page.evaluate("Promise.all(document.getAnimations().map((one) => one.finished))")
    page.wait_for_load_state("networkidle")


def look(session: CDPSession, width: int, phone: bool, colours: str, height: int = 800) -> None:
    """Make the browser a phone or a desk, in light or dark."""
    size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": phone}
    session.send("Emulation.setDeviceMetricsOverride", size)
    session.send("Emulation.setTouchEmulationEnabled", {"enabled": phone})
    session.send("Emulation.setEmulatedMedia", {"features": [{"name": "prefers-color-scheme", "value": colours}]})


def take(page: Page, session: CDPSession, screen: str, colours: str) -> bytes:
    """The page from its top down, as WebP: on a screen that is as tall, so that what sticks to an end is there."""
    (width, phone), height = SCREENS[screen], min(page.evaluate("document.documentElement.scrollHeight"), TALLEST)
    look(session, width, phone, colours, height)
    page.wait_for_timeout(500)  # until it is drawn
    clip = {"x": 0, "y": 0, "width": width, "height": height, "scale": SCALE}
    shot = session.send("Page.captureScreenshot", {"clip": clip})
    buffer = io.BytesIO()
    Image.open(io.BytesIO(base64.b64decode(shot["data"]))).convert("RGB").save(buffer, "WEBP", quality=42, method=6)
    return buffer.getvalue()


def shown() -> set[str]:
    """The pictures that README and docs show."""
    texts = [path.read_text(encoding="utf-8") for path in (ROOT / "README.md", *ROOT.glob("docs/*.md"))]
    return {name for text in texts for name in re.findall(r"screenshots/([\w-]+\.webp)", text)}


def main() -> None:
    """Take them, and say how large they are."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--all", metavar="FOLDER", type=Path, help="where to put every page in every look")
    folder = parser.parse_args().all
    if folder:
        take_all(folder)
        return
    shutil.rmtree(TARGET, ignore_errors=True)
    size = take_all(TARGET, shown())
    if size > MOST:
        raise SystemExit(f"Expected at most {MOST:,} bytes, but they have {size:,}.")


def take_all(target: Path, wanted: set[str] | None = None) -> int:
    """Take every picture that is wanted (all where None); their bytes."""
    target.mkdir(parents=True, exist_ok=True)
    password = secrets.token_urlsafe()
    with tempfile.TemporaryDirectory() as folder, serving(Path(folder), password) as address, open_page() as page:
        session = page.context.new_cdp_session(page)
        fill(page, address, photos(Path(folder)))
        log_in(page, address, password)
        for name, screen, (colours, language) in itertools.product(PAGES, SCREENS, LOOKS):
            file = f"{name}-{screen}-{colours}-{language}.webp"
            if wanted is None or file in wanted:
                width, phone = SCREENS[screen]
                look(session, width, phone, colours)
                page.goto(f"{address}{PAGES[name]}?lang={language}")
                prepare(page, name, Path(folder))
                (target / file).write_bytes(take(page, session, screen, colours))
    size = sum(path.stat().st_size for path in target.iterdir())
    print(f"{len(list(target.iterdir()))} pictures, {size:,} bytes")
    return size


if __name__ == "__main__":
    main()
