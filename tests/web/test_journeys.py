"""Whole ways through the pages as somebody goes them, in a real browser; single parts: the `test_*browser.py` here."""

from __future__ import annotations

import base64
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("playwright", reason="needs the package pytest-playwright")

from playwright.sync_api import Locator, Page, expect

pytestmark = pytest.mark.long

Open = Callable[..., Page]
DROP = """
(photos) => {
  const transfer = new DataTransfer();
  photos.forEach((text, place) => {
    const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
    transfer.items.add(new File([bytes], `${place}.png`, { type: "image/png" }));
  });
  const event = new DragEvent("drop", { dataTransfer: transfer, bubbles: true, cancelable: true });
  document.getElementById("upload").dispatchEvent(event);
}
"""


@pytest.fixture(scope="module")
def server(start_server: Any, tiny_model: Path) -> Any:
    """A server with the tiny model, whose answers are known; `open_page` opens its pages."""
    with start_server(model=tiny_model) as address:
        yield address


def cards(page: Page, count: int) -> Locator:
    """All cards with an answer, once there are `count` of them."""
    found = page.locator(".answer:not(.answer-waiting)")
    expect(found).to_have_count(count)
    return found


def test_three_photos_dropped_one_corrected_found_again(open_page: Open, picture: Any, colours: dict[str, Any]) -> None:
    page = open_page(still=True)
    photos = [picture(colour=colours[name], seed=1, format="PNG") for name in ("cat", "dog", "unsure")]
    page.evaluate(DROP, [base64.b64encode(photo).decode() for photo in photos])
    found = cards(page, 3)
    said = [text.partition(",")[0] for text in found.locator("h2").all_inner_texts()]
    assert said == ["Cat", "Dog", "Not sure: please look yourself"]
    found.nth(2).locator("[value=dog]").click()
    expect(found.nth(2).locator("h2")).to_have_text("Dog")
    found.nth(0).locator(".look input").click()
    found.nth(0).locator("[name=strength]").press("Home")
    expect(found.nth(0).locator(".heat")).to_have_css("opacity", "0")
    page.goto("/photos")
    tiles = page.locator("#gallery .tile")
    expect(tiles).to_have_count(3)
    again = sorted(tiles.all_inner_texts())
    assert sum("corrected" in text for text in again) == 1
    page.reload()
    expect(tiles).to_have_count(3)
    assert sorted(tiles.all_inner_texts()) == again


def test_the_keyboard_alone_from_the_first_key_to_a_correction(open_page: Open) -> None:
    page = open_page()
    focused = page.locator(":focus")

    def tab_to(selector: str) -> None:
        for _ in range(40):
            page.keyboard.press("Tab")
            if page.evaluate("(selector) => document.activeElement.matches(selector)", selector):
                expect(focused).to_have_css("outline-style", "solid")
                return
        raise AssertionError(f"Tab never comes to {selector}")

    tab_to("#sample-cat")
    page.keyboard.press("Enter")
    cards(page, 1)
    expect(page.locator(".answer .look input")).to_be_checked()  # a sample shows where the model looked
    tab_to(".answer .look input")
    tab_to("[name=strength]")
    page.keyboard.press("ArrowLeft")
    expect(page.locator(".heat")).to_have_css("opacity", "0.99")
    tab_to(".correct [value=neither]")
    page.keyboard.press("Enter")
    expect(page.locator(".answer h2")).to_have_text("Neither a cat nor a dog")
    expect(focused).to_have_text("Neither")
    tab_to(".delete-now")
    page.keyboard.press("Enter")
    expect(focused).to_have_text("Undo")


def test_a_form_without_a_script_that_is_much_too_large(open_page: Open, tmp_path: Path) -> None:
    with (tmp_path / "giant.jpg").open("wb") as file:
        file.write(b"\xff\xd8\xff")
        file.truncate(210_000_000)
    page = open_page(javascript=False)
    page.locator("#image").set_input_files(tmp_path / "giant.jpg")
    page.locator("#upload [type=submit]").click()
    expect(page.locator("h1 + p + p > a[href='/']")).to_be_visible()
    expect(page.locator("h1")).to_have_text("The request is too large")


@pytest.mark.weekly
def test_text_grows_on_a_very_large_screen(open_page: Open) -> None:
    page = open_page()
    sizes = []
    for width in (320, 1280, 1920, 3840):
        page.set_viewport_size({"width": width, "height": 2160})
        sizes.append(page.evaluate("parseFloat(getComputedStyle(document.documentElement).fontSize)"))
    assert sizes == pytest.approx([16, 16, 16, 22], abs=0.5)
