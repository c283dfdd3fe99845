"""Draw the app's icons from the mark, with Chromium: `python tools/icons.py`.

Systems cut a maskable icon to their own shape, so that one is all ground, with the paw inside the safe middle.
"""

from __future__ import annotations

import base64
import io
import shutil
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, sync_playwright

STATIC = Path(__file__).parents[1] / "src" / "pawsight" / "web" / "static"
GROUND = "#17695b"
# name -> side in pixels, and the share of it that the mark takes
ICONS = {"180": (180, 1.0), "192": (192, 1.0), "512": (512, 1.0), "maskable": (512, 0.72)}
PAGE = '<body style="margin:0;background:{ground}"><img src="data:image/svg+xml;base64,{mark}" style="{style}">'


def page(side: int, share: float) -> str:
    """A page that shows the mark alone: as it is, or, where it leaves room, on its own colour."""
    mark = base64.b64encode((STATIC / "mark.svg").read_bytes()).decode()
    inside = side * share
    style = f"position:absolute;left:{(side - inside) / 2}px;top:{(side - inside) / 2}px;width:{inside}px"
    ground = "transparent" if share == 1 else GROUND
    return "data:text/html," + PAGE.format(ground=ground, mark=mark.replace("+", "%2B"), style=style).replace(
        "#", "%23"
    )


def draw(browser: Browser, side: int, share: float) -> bytes:
    """One icon as PNG of few colours."""
    shown = browser.new_page(viewport={"width": side, "height": side})
    shown.goto(page(side, share))
    taken = Image.open(io.BytesIO(shown.screenshot(omit_background=True))).convert("RGBA")
    shown.close()
    buffer = io.BytesIO()
    taken.quantize(64, Image.Quantize.FASTOCTREE).save(buffer, "PNG", optimize=True)
    return buffer.getvalue()


def main() -> None:
    """Draw all of them."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        for name, (side, share) in ICONS.items():
            (STATIC / "icons" / f"{name}.png").write_bytes(draw(browser, side, share))
        browser.close()


if __name__ == "__main__":
    main()
