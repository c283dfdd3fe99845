"""axe-core finds nothing to complain about on any page; pages fit, keep still, and mark where one is."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("playwright", reason="needs the package pytest-playwright")

from playwright.sync_api import Page, expect

pytestmark = pytest.mark.long

PAGES = ["/", "/batch", "/train", "/model", "/docs"]
MORE_PAGES = ["/photos", "/offline", "/nothing", "/model?lang=de"]
OPEN_ALL = "document.querySelectorAll('details').forEach((one) => { one.open = true; })"
MOVING = """
document.getAnimations().length
  + [...document.querySelectorAll("*")].filter((one) => parseFloat(getComputedStyle(one).animationDuration) > 0).length
"""
Open = Callable[..., Page]
Complaints = Callable[[Page], list[str]]


@pytest.mark.parametrize("address", [*PAGES, *(pytest.param(page, marks=pytest.mark.weekly) for page in MORE_PAGES)])
def test_axe_has_no_complaints(open_page: Open, axe: Complaints, address: str) -> None:
    page = open_page(address, still=True)
    page.evaluate(OPEN_ALL)
    assert axe(page) == []


@pytest.mark.weekly
def test_axe_has_no_complaints_on_a_phone_in_the_dark(open_page: Open, axe: Complaints) -> None:
    page = open_page(dark=True, width=320, still=True)
    for address in PAGES + MORE_PAGES:
        page.goto(address)
        page.evaluate(OPEN_ALL)
        assert axe(page) == [], address


@pytest.mark.parametrize(
    ("dark", "width"),
    [(False, None), pytest.param(True, 390, marks=pytest.mark.weekly)],
    ids=["desk, light", "phone, dark"],
)
def test_axe_has_no_complaints_about_answers(open_page: Open, axe: Complaints, dark: bool, width: int | None) -> None:
    page = open_page(dark=dark, width=width, still=True)
    page.locator("#sample-cat").press("Enter")
    expect(page.locator(".answer .look input")).to_be_checked()  # a sample shows where the model looked
    assert axe(page) == []
    page.locator(".answer .more summary").press("Enter")
    assert axe(page) == []
    page.locator(".compare").press("Enter")
    expect(page.locator("#status")).to_contain_text(":")  # what each model says
    assert axe(page) == []
    page.goto("/photos")
    expect(page.locator(".tile img[src]").first).to_be_visible()
    assert axe(page) == []


@pytest.mark.parametrize(
    ("dark", "width"),
    [(False, None), pytest.param(True, 390, marks=pytest.mark.weekly)],
    ids=["desk, light", "phone, dark"],
)
def test_axe_has_no_complaints_about_a_gallery(
    open_page: Open, axe: Complaints, dark: bool, width: int | None, tmp_path: Path, picture: Any
) -> None:
    page = open_page("/batch", dark=dark, width=width, still=True)
    (tmp_path / "good.jpg").write_bytes(picture())
    (tmp_path / "bad.jpg").write_bytes(b"dear diary")
    page.locator("#image").set_input_files([tmp_path / "good.jpg", tmp_path / "bad.jpg"])
    expect(page.locator(".tile[data-says=failed]")).to_be_visible()
    expect(page.locator(".tile img[src]").first).to_be_visible()
    assert axe(page) == []
    page.locator("label[for=view-list]").click()
    expect(page.locator("#gallery")).to_have_class("as-list")
    assert axe(page) == []
    page.locator(".tile").first.press("Space")
    expect(page.locator("#selected")).to_be_visible()
    assert axe(page) == []
    page.locator(".tile").first.press("Enter")
    expect(page.locator("#closer")).to_be_visible()
    assert axe(page) == []


def test_axe_would_complain(open_page: Open, axe: Complaints) -> None:
    page = open_page()
    page.evaluate("document.querySelector('main').append(document.createElement('img'))")
    assert any(one.startswith("image-alt") for one in axe(page))


@pytest.mark.weekly
def test_nothing_scrolls_sideways_on_any_screen(open_page: Open) -> None:
    page = open_page(width=390)
    for address in PAGES + MORE_PAGES:
        page.goto(address)
        for width in (320, 390, 768, 1280, 3840):
            page.set_viewport_size({"width": width, "height": 800})
            assert page.evaluate("document.documentElement.scrollWidth") <= width, (address, width)


def test_nothing_moves_for_those_who_asked_for_it(open_page: Open) -> None:
    page = open_page(still=True)
    page.evaluate("document.body.append(document.getElementById('waiting').content.cloneNode(true))")
    assert page.evaluate(MOVING) == 0


def test_the_keyboard_skips_the_navigation_and_changes_the_language(open_page: Open) -> None:
    page = open_page("/docs")
    page.keyboard.press("Tab")
    focused = page.locator(":focus")
    expect(focused).to_have_class("skip")
    expect(focused).to_be_in_viewport(ratio=1)
    page.keyboard.press("Enter")
    expect(focused).to_have_id("main")
    page.locator("a[hreflang=de]").press("Enter")
    expect(page.locator("html")).to_have_attribute("lang", "de")
    expect(page.locator("h1")).to_have_text("Die API")
