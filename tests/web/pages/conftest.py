"""The Batch page as tests see it: what is shown, and what a visitor can do there."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from pawsight.web import assets

if TYPE_CHECKING:
    from playwright.sync_api import Browser, CDPSession, Locator, Page

_SHOWN = """
(tiles) => {
  const part = (tile, name) => tile.querySelector(`[data-part=${name}]`).textContent;
  return tiles.map((tile) => [["folder", "start", "end"].map((name) => part(tile, name)).join(""), part(tile, "words"),
     tile.getAttribute("aria-posinset")])
    .sort(([, , a], [, , b]) => a - b);
}
"""
_RESIZE = """
(slider, size) => {
  slider.value = size;
  slider.dispatchEvent(new Event("input", { bubbles: true }));
}
"""


class BatchPage:
    """A browser's page with the gallery.

    Args:
        page: that shows it.
    """

    def __init__(self, page: Page) -> None:
        self.page = page
        self.tiles = page.locator("#gallery .tile")
        self.how_far = page.locator("#how-far")
        self.selected_tiles = page.locator("#gallery .tile[aria-selected=true]")
        self._network: CDPSession | None = None

    def choose(self, *files: Path) -> None:
        self.page.locator("#image").set_input_files(files)

    def expect_classified(self, count: int) -> None:
        """Wait until all photos have an answer, and the groups count them."""
        from playwright.sync_api import expect

        expect(self.how_far).to_have_text(re.compile(f"^All {count:,} done"))
        expect(self.page.locator("#chips [data-group=open]")).to_be_hidden()

    def shown(self) -> dict[str, str]:
        """Name and headline of each tile on the page, in the gallery's order."""
        return {name: words for name, words, _ in self.tiles.evaluate_all(_SHOWN)}

    def expect_shown(self, expected: dict[str, str]) -> None:
        """Wait until there are these tiles and no others: name -> headline."""
        from playwright.sync_api import expect

        expect(self.tiles).to_have_count(len(expected))
        for name, words in expected.items():
            expect(self.words(name)).to_have_text(words)

    def tile(self, name: str) -> Locator:
        return self.page.locator(f'#gallery .tile[aria-label^="{name},"]')

    def words(self, name: str = "") -> Locator:
        """The headline of a tile, or those of all."""
        return (self.tile(name) if name else self.tiles).locator("[data-part=words]")

    def expect_groups(self, counts: dict[str, int]) -> None:
        """Wait until these groups can be picked, each with its count."""
        from playwright.sync_api import expect

        chips = self.page.locator("#chips .chip:not([hidden])")
        expect(chips).to_have_text([f"{title} {count:,}" for title, count in counts.items()])

    def expect_corrected(self, count: int) -> None:
        from playwright.sync_api import expect

        expect(self.page.locator("#chips [data-group=corrected]")).to_have_text(f"Corrected {count}")

    def pick(self, group: str) -> None:
        self.page.locator(f"[data-group={group}]").click()

    def sort(self, order: str) -> None:
        self.page.locator("[name=order]").select_option(order)
        self.page.evaluate("document.activeElement.blur()")  # keys are for the gallery again

    def resize(self, size: int) -> None:
        """Move the slider for the size of tiles."""
        self.page.locator("[name=size]").evaluate(_RESIZE, size)

    def reset(self) -> None:
        """Undo every step, and show all photos again as at the beginning, but small."""
        self.press("Escape")  # closes the close-up
        self.pick("all")
        undo = self.page.locator("#undo")
        while undo.is_enabled():
            undo.click()
        self.page.locator("label[for=view-grid]").click()
        self.page.locator("[name=order]").select_option(index=0)
        self.resize(110)
        self.page.evaluate("document.activeElement.blur()")
        self.press("Escape")  # unselects

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)

    def expect_focused(self, name: str) -> None:
        """Wait until the keyboard is on a photo."""
        from playwright.sync_api import expect

        expect(self.page.locator(":focus")).to_have_attribute("aria-label", re.compile(f"^{re.escape(name)},"))

    def focused(self) -> str:
        """The name of the photo that the keyboard is on."""
        return str(self.page.evaluate("document.activeElement.ariaLabel ?? ''")).partition(",")[0]

    def selected(self) -> list[str]:
        labels = self.selected_tiles.evaluate_all("(tiles) => tiles.map((tile) => tile.ariaLabel)")
        return sorted(label.partition(",")[0] for label in labels)

    def downloaded(self, button: str) -> bytes:
        """What a button gives to download, also one in a closed menu."""
        with self.page.expect_download() as download:
            self.page.locator(f"#{button}").dispatch_event("click")
        return download.value.path().read_bytes()

    def emulate_network(self, **limits: float) -> None:
        """Slow the line: `latency` in milliseconds, `uploadThroughput` in bytes a second; without limits as it is."""
        self._network = self._network or self.page.context.new_cdp_session(self.page)
        self._network.send("Network.enable")
        open_line = {"offline": False, "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1}
        self._network.send("Network.emulateNetworkConditions", open_line | limits)


@pytest.fixture(scope="session")
def tiny(start_server: Any, tiny_model: Path) -> Iterator[str]:
    """The address of a server with the tiny model."""
    with start_server(model=tiny_model) as address:
        yield address


@pytest.fixture
def open_batch(open_page: Callable[..., Page], request: pytest.FixtureRequest) -> Callable[..., BatchPage]:
    """`open_batch(at=ADDRESS, width=..., ...)` opens the Batch page, by default of a server with the tiny model."""

    def start(at: str = "", **options: Any) -> BatchPage:
        return BatchPage(open_page(f"{at or request.getfixturevalue('tiny')}/batch", **options))

    return start


@pytest.fixture(scope="module")
def eight(browser: Browser, tiny: str, pets: Path, browser_type_launch_args: dict[str, Any]) -> Iterator[BatchPage]:
    """The Batch page with the eight photos of `pets`, classified. All tests of a module share it: see `reset`."""
    context = browser.new_context(viewport={"width": 1280, "height": 1600})  # so that all of them are in sight
    context.set_default_timeout(browser_type_launch_args["timeout"])
    batch = BatchPage(context.new_page())
    batch.page.goto(f"{tiny}/batch")
    batch.choose(pets)
    batch.expect_classified(8)
    yield batch
    context.close()


@pytest.fixture(scope="session")
def zip_library() -> None:
    """Skip a test where the build has no zip.js."""
    if not (Path(assets.__file__).parent / "static" / "vendor" / "zip-core.min.js").is_file():
        pytest.skip("needs zip.js: python hatch_build.py")


@pytest.fixture(scope="module")
def pets(zip_library: None, tmp_path_factory: pytest.TempPathFactory, picture: Any, colours: Any) -> Path:
    """A ZIP with a photo for each verdict in folders, one that is cut off, and what else is found in ZIPs."""
    path = tmp_path_factory.mktemp("pets") / "pets.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for number, (verdict, colour) in enumerate(colours.items()):
            archive.writestr(f"card{number % 2}/{verdict}.jpg", picture(colour=colour))
        archive.writestr("card0/=cmd|calc.jpg", picture(colour=colours["cat"], seed=1))
        archive.writestr("card1/cat.jpg", picture(colour=colours["cat"], seed=2))
        archive.writestr("cut-off.jpg", picture(200, 200, seed=1)[:2000])
        archive.writestr("notes.txt", "dear diary")
        archive.writestr("__MACOSX/._cat.jpg", "x")
    return path
