"""More ways to ask, and more to do with an answer, in a real browser; the first ones: test_browser.py."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("playwright", reason="needs the package pytest-playwright")

from playwright.sync_api import Locator, Page, Request, expect

Open = Callable[..., Page]
HAS_PIXELS = "(image) => image.decode().then(() => image.naturalWidth > 0)"


def press(page: Page, id: str) -> None:
    page.locator(f"#{id}").press("Enter")


def card(page: Page) -> Locator:
    """The only card, once it has an answer."""
    found = page.locator(".answer:not(.answer-waiting)")
    expect(found).to_have_count(1)
    return found


def test_the_first_sample_is_a_cat_and_shows_where_the_model_looked(open_page: Open) -> None:
    page = open_page()
    expect(page.locator(".credit")).to_contain_text("public domain")
    hero = "document.querySelector('.hero').getBoundingClientRect().height"
    before = page.evaluate(hero)
    press(page, "sample-cat")
    found = card(page)
    expect(found.locator("h2")).to_have_text("Cat, quite sure")
    expect(found.locator(".heat")).to_have_css("opacity", "1")
    expect(found.locator("figcaption")).to_have_text("Bright where it speaks for a cat.")
    assert page.evaluate(hero) < before / 2  # the form is a bar now


@pytest.mark.weekly
@pytest.mark.parametrize(("sample", "says"), [("dog", "Dog, quite sure"), ("neither", "Neither a cat nor a dog")])
def test_the_other_samples(open_page: Open, sample: str, says: str) -> None:
    page = open_page()
    press(page, f"sample-{sample}")
    expect(card(page).locator("h2")).to_have_text(says)


@pytest.mark.weekly
def test_the_heat_map_as_strong_and_for_the_class_that_one_wants(open_page: Open) -> None:
    page = open_page()
    press(page, "sample-cat")
    found = card(page)
    heat = found.locator(".heat")
    expect(found.locator(".tuning")).to_be_visible()
    assert heat.evaluate(HAS_PIXELS)
    for _ in range(30):
        found.locator("[name=strength]").press("ArrowLeft")
    expect(heat).to_have_css("opacity", "0.7")
    found.locator("[name=class]").select_option(label="dog")
    expect(heat).to_have_attribute("src", re.compile(r"heatmap\.png\?class=dog$"))
    legend = r"^\s*(Nothing here speaks for a dog\.|Little speaks for a dog \(< 0\.1\s%)"
    expect(found.locator("figcaption")).to_have_text(re.compile(legend))
    assert heat.evaluate(HAS_PIXELS)


def test_the_answer_as_json(open_page: Open) -> None:
    page = open_page()
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    press(page, "sample-cat")
    found = card(page)
    found.locator(".more summary").press("Enter")
    found.locator(".copy").press("Enter")
    expect(page.locator("#status")).to_have_text("Copied")
    copied = json.loads(page.evaluate("navigator.clipboard.readText()"))
    assert copied["verdict"] == "cat"
    with page.expect_download() as download:
        found.locator("a[download]").press("Enter")
    assert json.loads(download.value.path().read_text()) == copied


def test_a_photo_with_the_camera_and_a_live_prediction(open_page: Open) -> None:
    page = open_page()
    page.context.grant_permissions(["camera"])
    frames: list[str] = []

    def sent(request: Request) -> None:
        if request.method == "POST":
            frames.append(request.url)

    def finished(request: Request) -> None:
        if request.method == "DELETE":
            frames.pop()

    page.on("request", sent)
    page.on("requestfinished", finished)
    press(page, "camera")
    viewfinder = page.locator("#viewfinder")
    shutter = viewfinder.locator(".shutter")
    expect(shutter).to_be_enabled()  # once there is a picture
    assert page.locator("video").evaluate("(video) => video.videoWidth") > 0
    live = viewfinder.locator("output")
    expect(live).to_have_text(re.compile(r"^(Cat|Dog|Both|Neither|Not)\b"))  # of the picture right now
    shutter.press("Enter")
    assert card(page).locator("meter").count() > 0
    expect(viewfinder).to_be_hidden()
    assert page.evaluate("document.querySelector('video').srcObject") is None
    while len(frames) > 1:  # the photo stays; each live frame is deleted when it is answered
        page.wait_for_event("requestfinished")
    page.goto("/photos")
    expect(page.locator("#gallery .tile")).to_have_count(1)


@pytest.mark.weekly
def test_a_camera_that_may_not_be_used(open_page: Open) -> None:
    page = open_page()
    page.context.grant_permissions([])  # and deny all others
    press(page, "camera")
    expect(page.locator("#viewfinder .detail")).to_contain_text("may not use the camera")
    page.keyboard.press("Escape")
    expect(page.locator("#viewfinder")).to_be_hidden()


@pytest.mark.weekly
def test_a_phone_offers_its_own_camera(open_page: Open) -> None:
    page = open_page(width=390)
    expect(page.locator("label[for=capture]")).to_be_visible()
    expect(page.locator("#camera")).to_be_hidden()
    expect(page.locator("#capture")).to_have_attribute("capture", "environment")


def test_trying_again_when_the_server_is_back(open_page: Open, tmp_path: Path, picture: Any) -> None:
    page = open_page()
    (tmp_path / "a.jpg").write_bytes(picture())
    page.context.set_offline(True)
    page.locator("#image").set_input_files(tmp_path / "a.jpg")
    expect(card(page)).to_contain_text("cannot be reached")
    page.context.set_offline(False)
    page.locator(".again").press("Enter")
    expect(card(page).locator("meter").first).to_be_visible()


@pytest.mark.weekly
def test_found_again_among_my_photos(open_page: Open, expect_no_photos: Any) -> None:
    page = open_page()
    press(page, "sample-cat")
    card(page)
    page.goto("/photos")
    tile = page.locator("#gallery .tile")
    tile.click()
    page.locator("#selected [data-label=dog]").click()
    expect(tile.locator("strong")).to_have_text("Dog")
    expect(page.locator("#chips [data-group=corrected]")).to_be_visible()
    page.reload()
    expect(tile.locator("strong")).to_have_text("Dog")
    tile.click()
    page.locator("#delete").click()
    expect(tile).to_have_count(0)
    page.locator("#undo").click()
    tile.click()
    page.locator("#delete").click()
    expect(tile).to_have_count(0)
    expect_no_photos(page)


@pytest.mark.weekly
def test_models_side_by_side(open_page: Open, expect_no_photos: Any) -> None:
    page = open_page(width=320)
    page.locator("#upload.live summary").press("Enter")
    names = page.locator("#model option").evaluate_all("(options) => options.map(({ value }) => value)")
    page.locator("#model").select_option("vgg16")
    press(page, "sample-cat")
    found = card(page)
    found.locator(".more summary").press("Enter")
    expect(found).to_contain_text("by vgg16-")
    found.locator(".compare").press("Enter")
    expect(found.locator(".comparison dl")).to_have_count(len(names))
    expect(page.locator("#status")).to_have_text(re.compile(f"^({'|'.join(names)}):"))
    lines = found.locator(".comparison tbody tr")
    asked = {one.inner_text().split()[0]: one for one in lines.all()}
    assert set(asked) == set(names)
    for name, line in asked.items():
        assert "Cat, quite sure" in line.inner_text() or name in ("scratch", "tiny")  # these need not be so sure
        expect(line.locator("th")).to_contain_text("ms")
        expect(line.locator("meter")).to_have_count(2)
    assert page.evaluate("document.documentElement.scrollWidth") == 320
    found.locator(".delete-now").press("Enter")
    expect(page.locator(".undo-bar")).to_be_visible()
    expect_no_photos(page)
