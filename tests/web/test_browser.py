"""The page as people use it, in a real browser."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

pytest.importorskip("playwright", reason="needs the package pytest-playwright")
from playwright.sync_api import Locator, Page, expect

Open = Callable[..., Page]
DROP_OR_PASTE = """
([photo, kind]) => {
  const bytes = Uint8Array.from(atob(photo), (letter) => letter.charCodeAt(0));
  const transfer = new DataTransfer();
  transfer.items.add(new File([bytes], "a.png", { type: "image/png" }));
  const event = kind === "drop"
    ? new DragEvent("drop", { dataTransfer: transfer, bubbles: true, cancelable: true })
    : new ClipboardEvent("paste", { clipboardData: transfer, bubbles: true });
  document.getElementById("upload").dispatchEvent(event);
}
"""
HAS_PIXELS = "(image) => image.decode().then(() => image.naturalWidth > 0)"


@pytest.fixture
def cat(shared: Path) -> Path:
    return shared / "hostile" / "image-rs__images__jpg__progressive__cat.jpg"


@pytest.fixture
def file(tmp_path: Path) -> Callable[[str, bytes], Path]:
    """`file("a.jpg", b"...")` makes a file to choose."""

    def make(name: str, data: bytes) -> Path:
        (tmp_path / name).write_bytes(data)
        return tmp_path / name

    return make


def choose(page: Page, *files: Path) -> None:
    page.locator("#image").set_input_files(files)


def cards(page: Page) -> Locator:
    """The cards with an answer."""
    return page.locator(".answer:not(.answer-waiting)")


def headlines(page: Page, count: int) -> list[str]:
    """The headlines of the cards, once there are `count` of them."""
    expect(cards(page)).to_have_count(count)
    return cards(page).locator("h2").all_inner_texts()


def focused(page: Page) -> Locator:
    return page.locator(":focus")


def test_choosing_a_photo_of_a_cat(open_page: Open, cat: Path) -> None:
    page = open_page()
    choose(page, cat)
    assert headlines(page, 1) == ["Cat, quite sure"]
    expect(page.locator("dt").first).to_have_text("cat")
    assert float(page.locator("meter").first.get_attribute("value") or 0) > 0.9
    assert page.locator(".photo").evaluate(HAS_PIXELS)
    expect(page.locator("#status")).to_have_text("Cat, quite sure")


def test_the_heat_map_is_shown_and_hidden(open_page: Open, file: Any, picture: Any) -> None:
    page = open_page()
    choose(page, file("a.jpg", picture()))
    headlines(page, 1)
    heat, switch = page.locator(".heat"), page.get_by_role("switch", name="Where it looked")
    expect(heat).to_have_css("opacity", "0")
    switch.press("Space")
    expect(heat).to_have_css("opacity", "1")
    assert heat.evaluate(HAS_PIXELS)
    expect(page.locator(".answer")).to_have_css("transform", "none")  # its entrance is over
    assert heat.bounding_box() == page.locator(".photo").bounding_box()  # exactly on the photo
    switch.press("Space")
    expect(heat).to_have_css("opacity", "0")


def test_good_and_bad_photos_together(open_page: Open, file: Any, picture: Any) -> None:
    page = open_page()
    broken = picture(200, 200, seed=1)[:2000]
    choose(page, file("broken.jpg", broken), file("good.jpg", picture()), file("notes.jpg", b"dear diary"))
    first, good, last = headlines(page, 3)
    assert first == "This photo is broken"
    assert last == "This format is not supported"
    assert good not in {first, last}
    expect(cards(page).first).to_contain_text("broken.jpg")
    expect(cards(page).last).to_contain_text("is text")


@pytest.mark.weekly
def test_a_photo_that_is_too_large_is_not_even_sent(open_page: Open, file: Any) -> None:
    page = open_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    choose(page, file("huge.jpg", b"\xff\xd8\xff" + bytes(12_340_000)))
    assert headlines(page, 1) == ["This photo is too large"]
    expect(cards(page)).to_contain_text("It has 12.3 MB; at most 10 MB are accepted.")
    assert not [address for address in asked if address.endswith("/predict")]


def test_a_server_that_is_gone(open_page: Open, file: Any, picture: Any) -> None:
    page = open_page()
    page.context.set_offline(True)
    choose(page, file("a.jpg", picture()))
    assert headlines(page, 1) == ["Pawsight cannot be reached"]


def test_a_page_stands_in_while_the_server_is_gone(open_page: Open, start_server: Any) -> None:
    with start_server() as address:
        page = open_page(address)
        kept = "navigator.serviceWorker.ready.then(() => caches.keys())"
        assert [name.startswith("pawsight-") for name in page.evaluate(kept)] == [True]
    page.goto(f"{address}/model")
    expect(page).to_have_title("Not connected - Pawsight")
    expect(page.locator(".btn-primary")).to_have_css("border-radius", "999px")  # with its style sheets


@pytest.mark.weekly
@pytest.mark.parametrize("event", ["drop", "paste"])
def test_dropping_and_pasting(open_page: Open, picture: Any, event: str) -> None:
    page = open_page()
    page.evaluate(DROP_OR_PASTE, [base64.b64encode(picture(format="PNG")).decode(), event])
    assert headlines(page, 1)[0] not in {"This format is not supported", "This photo is broken"}


def test_deleting_a_photo_and_undoing_it(open_page: Open, file: Any, picture: Any, expect_no_photos: Any) -> None:
    page = open_page()
    choose(page, file("a.jpg", picture()))
    headlines(page, 1)
    page.locator(".delete-now").press("Enter")
    expect(focused(page)).to_have_text("Undo")
    focused(page).press("Enter")
    expect(cards(page)).to_be_visible()
    page.locator(".delete-now").press("Enter")
    expect(focused(page)).to_have_text("Undo")
    page.reload()  # leaving the page is the end of the time to undo
    assert headlines(page, 0) == []
    expect_no_photos(page)


def test_a_correction_is_there_after_a_reload(open_page: Open, cat: Path) -> None:
    page = open_page()
    choose(page, cat)
    headlines(page, 1)
    address = page.locator(".correct").get_attribute("data-page") or ""
    page.locator(".correct [value=dog]").press("Enter")
    expect(page.locator("#status")).to_have_text("Dog")
    expect(focused(page)).to_have_text("Dog")
    page.goto(address)
    assert headlines(page, 1) == ["Dog"]
    expect(cards(page)).to_contain_text("The model predicted: Cat, quite sure.")
    page.locator(".correct [value='']").press("Enter")
    expect(cards(page).locator("h2")).to_have_text("Cat, quite sure")
    expect(page.locator(".correct [aria-pressed=true]")).to_have_text("Cat")


@pytest.mark.weekly
def test_cards_survive_a_reload_and_another_language(open_page: Open, cat: Path, file: Any, picture: Any) -> None:
    page = open_page()
    choose(page, cat, file("a.jpg", picture()))
    before = headlines(page, 2)
    page.reload()
    assert headlines(page, 2) == before
    page.locator("a[hreflang=de]").click()
    expect(page.locator("html")).to_have_attribute("lang", "de")
    assert "Katze, ziemlich sicher" in headlines(page, 2)


@pytest.mark.weekly
def test_what_another_visitor_brought_cannot_be_corrected(open_page: Open, cat: Path) -> None:
    owner, other = open_page(), open_page()
    choose(owner, cat)
    headlines(owner, 1)
    other.goto(owner.locator(".correct").get_attribute("data-page") or "")
    other.locator(".correct [value=dog]").press("Enter")
    expect(cards(other).locator("[role=alert]")).to_contain_text("another visitor's")


@pytest.mark.weekly
def test_the_keyboard_reaches_the_form_and_shows_where_it_is(open_page: Open) -> None:
    page = open_page()
    page.keyboard.press("Tab")
    expect(focused(page)).to_have_class("skip")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(focused(page)).to_have_id("image")
    expect(page.locator("label[for=image]")).to_have_css("outline-style", "solid")


def test_without_javascript(open_page: Open, file: Any, picture: Any) -> None:
    page = open_page(javascript=False)
    expect(page.locator("#image")).to_be_visible()
    choose(page, file("a.jpg", picture()), file("notes.txt", b"dear diary"))
    page.locator("#upload [type=submit]").click()
    good, bad = headlines(page, 2)
    assert bad == "This format is not supported"
    assert good != bad
    page.locator(".answer .look input").press("Space")
    expect(page.locator(".heat")).to_have_css("opacity", "1")
    page.locator(".correct [value=dog]").press("Enter")
    expect(page.locator("main")).to_contain_text("You said so.")
    assert headlines(page, 1) == ["Dog"]
    page.locator(".deleting summary").press("Enter")
    page.locator(".deleting button").press("Enter")
    assert headlines(page, 0) == []


def test_a_small_phone_never_scrolls_sideways(open_page: Open, file: Any, picture: Any) -> None:
    page = open_page(width=320)
    choose(page, file("a" * 100 + ".jpg", b"x"), file("wide.jpg", picture(900, 30)), file("b.jpg", picture(30, 900)))
    headlines(page, 3)
    assert page.evaluate("[document.documentElement.scrollWidth, innerWidth]") == [320, 320]


@pytest.mark.weekly
@pytest.mark.parametrize("javascript", [True, False])
def test_light_and_dark(open_page: Open, javascript: bool) -> None:
    page = open_page(dark=True, javascript=javascript)
    for scheme in ("dark", "light"):
        page.emulate_media(color_scheme=scheme)
        colour = page.locator("body").evaluate("(body) => getComputedStyle(body).backgroundColor")
        brightness = [int(part) for part in re.findall(r"\d+", colour)[:3]]
        assert max(brightness) < 60 if scheme == "dark" else min(brightness) > 200


def test_no_request_leaves_and_the_policy_is_kept(open_page: Open, server: str, file: Any, picture: Any) -> None:
    page = open_page()
    asked: list[str] = []
    complaints: list[str] = []
    page.context.on("request", lambda request: asked.append(request.url))
    page.context.on("console", lambda message: complaints.append(message.text))
    page.context.on("weberror", lambda error: complaints.append(str(error.error)))
    page.reload()
    choose(page, file("a.jpg", picture()))
    headlines(page, 1)
    page.locator(".answer .look input").press("Space")
    assert page.locator(".heat").evaluate(HAS_PIXELS)
    assert any(address.endswith("/predict") for address in asked)
    assert {urlsplit(address).netloc for address in asked if address.startswith("http")} == {urlsplit(server).netloc}
    assert complaints == []
