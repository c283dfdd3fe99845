"""The audit page and the contact sheet in a real browser: marks by click and by keyboard, and the line to paste."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import pytest

pytest.importorskip("playwright", reason="needs the package pytest-playwright")

from playwright.sync_api import Page, expect

from pawsight.batch.audit import Side
from pawsight.batch.audit_server import serve_page
from pawsight.batch.contact_sheet import write_audit_page
from pawsight.batch.inventory import SortedPhoto
from pawsight.batch.journal import Step
from pawsight.types import LIMITS


@pytest.fixture
def sheet(picture: Callable[..., bytes], tmp_path: Path) -> Path:
    (tmp_path / "cat").mkdir()
    photos = []
    for number in range(1, 5):
        (tmp_path / "cat" / f"{number}.jpg").write_bytes(picture(seed=number))
        step = Step("copy", f"cat/{number}.jpg", "", 1, f"{number}.jpg", verdict="cat", scores={"cat": 0.9, "dog": 0.1})
        photos.append(SortedPhoto(step, "m", step.target))
    sides = [Side("filed", photos, 9)]
    write_audit_page(tmp_path, sides, tmp_path / "audit.html", LIMITS, "pawsight audit sorted --wrong ")
    return tmp_path / "audit.html"


def test_marks_by_click_and_by_keyboard(page: Page, sheet: Path) -> None:
    complaints: list[str] = []  # what the content security policy refused
    page.on("console", lambda message: complaints.append(message.text))
    page.goto(sheet.as_uri())
    line = page.locator("#line")
    expect(line).to_have_text("pawsight audit sorted --wrong ''")
    page.locator("li:nth-child(2) img").click()
    expect(line).to_have_text("pawsight audit sorted --wrong '2'")
    for key in ("ArrowRight", "x", "ArrowRight", "Space"):
        page.keyboard.press(key)
    expect(line).to_have_text("pawsight audit sorted --wrong '2 3 4'")
    page.keyboard.press("x")
    expect(line).to_have_text("pawsight audit sorted --wrong '2 3'")
    expect(page.locator("#done")).to_be_hidden()
    assert complaints == []


def test_a_served_page_sends_its_marks(page: Page, sheet: Path) -> None:
    marks: list[frozenset[int]] = []
    announced, addresses = threading.Event(), list[str]()

    def announce(address: str) -> None:
        addresses.append(address)
        announced.set()

    thread = threading.Thread(target=lambda: marks.append(serve_page(sheet, announce)), daemon=True)
    thread.start()
    assert announced.wait(120)
    page.goto(addresses[0])
    page.locator("li:nth-child(3) img").click()
    page.locator("#done").click()
    thread.join(120)
    assert marks == [frozenset({3})]
