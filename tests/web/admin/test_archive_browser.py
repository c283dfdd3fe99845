"""The archive in the gallery, in a real browser: filters, many at once, undo, keyboard, both languages, no script."""

from __future__ import annotations

import re
import sqlite3
import zipfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("playwright", reason="needs the package pytest-playwright")

import requests
from playwright.sync_api import Page, expect

from pawsight.web.admin import password

PASSWORD = "four words of mine"
WIDE = "document.documentElement.scrollWidth > innerWidth"
Open = Callable[..., Page]


@pytest.fixture
def archive(
    start_server: Callable[..., AbstractContextManager[str]],
    tiny_model: Path,
    tmp_path: Path,
    picture: Callable[..., bytes],
    colours: dict[str, Any],
) -> Iterator[str]:
    """The address of a server with admin pages and five photos of several visitors, one for each verdict."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(password, "_COST", "scrypt:128:8:1")
        patch.setenv("PAWSIGHT_ADMIN_PASSWORD_HASH", password.make_hash(PASSWORD))
        patch.setenv("PAWSIGHT_ADMIN", str(tmp_path / "admin"))
        patch.setenv("PAWSIGHT_ARCHIVE", str(tmp_path / "archive"))
        with start_server(model=tiny_model) as address:
            for colour in colours.values():
                files = {"image": picture(colour=colour)}
                requests.post(f"{address}/api/v1/predictions", files=files, timeout=60).raise_for_status()
            yield address


@pytest.fixture
def log_in(open_page: Open, archive: str) -> Open:
    """`log_in("?verdict=cat", dark=True)` opens the archive as the operator."""

    def start(query: str = "", **options: Any) -> Page:
        page = open_page(f"{archive}/admin/photos/{query}", **options)
        page.locator("#password").fill(PASSWORD)
        page.locator("#password").press("Enter")
        expect(page.locator(".admin-bar")).to_be_visible()
        return page

    return start


def verdicts(archive: str, page: Page) -> dict[str, str | None]:
    """What the server knows: verdict -> correction."""
    cookies = {one["name"]: one["value"] for one in page.context.cookies()}
    headers = {"Accept": "application/json"}
    found = requests.get(f"{archive}/admin/photos/", headers=headers, cookies=cookies, timeout=60).json()
    return {one["verdict"]: one["correction"] for one in found["photos"]}


def wait_for(page: Page, archive: str, expected: dict[str, str | None]) -> None:
    """Wait until the server knows it."""
    for _ in range(100):
        if verdicts(archive, page) == expected:
            return
        page.wait_for_timeout(100)
    assert verdicts(archive, page) == expected


def tile(page: Page, verdict: str) -> Any:
    return page.locator(f"#gallery .tile[data-says={verdict}]")


def test_many_corrected_deleted_and_undone(log_in: Open, archive: str, wait_until: Any) -> None:
    page = log_in()
    expect(page.locator("#gallery .tile")).to_have_count(5)
    kept = verdicts(archive, page)
    tile(page, "cat").click()
    tile(page, "neither").click(modifiers=["Control"])
    page.locator("#selected [data-label=dog]").click()
    expect(tile(page, "dog")).to_have_count(3)
    wait_for(page, archive, kept | {"cat": "dog", "neither": "dog"})
    page.locator("#undo").click()
    wait_for(page, archive, kept)
    page.locator("#select-all").click()
    page.locator("#delete").click()
    expect(page.locator("#gallery .tile")).to_have_count(0)
    page.locator("#undo").click()
    expect(page.locator("#gallery .tile")).to_have_count(5)
    assert verdicts(archive, page) == kept
    tile(page, "unsure").click()
    page.locator("#delete").click()
    page.goto(f"{archive}/admin/")  # the time to undo ends with the page
    page.goto(f"{archive}/admin/photos/")
    wait_until(page, "(localStorage.getItem('pawsight-archive-deletions') ?? '{}') === '{}'")
    expect(page.locator("#gallery .tile")).to_have_count(4)
    assert "unsure" not in verdicts(archive, page)


def test_with_the_keyboard_alone_on_a_page_in_german(log_in: Open, archive: str) -> None:
    page = log_in("?lang=de&verdict=cat")
    expect(page.locator("#gallery .tile")).to_have_count(1)  # filtered on the server
    expect(page.locator("#gallery .tile strong")).to_have_text("Katze")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("2")
    expect(page.locator("#toast")).to_contain_text("Hund")
    wait_for(page, archive, verdicts(archive, page) | {"cat": "dog"})
    page.keyboard.press("u")
    wait_for(page, archive, verdicts(archive, page) | {"cat": None})
    page.keyboard.press("Enter")
    expect(page.locator("#closer .photo")).to_have_attribute("src", re.compile("/photo.jpg$"))
    page.locator("#closer").get_by_text("Alles zu diesem Foto").click()
    expect(page.locator("h1")).to_have_text("Katze")


def test_chosen_photos_as_a_zip(log_in: Open) -> None:
    page = log_in()
    tile(page, "both").click()
    tile(page, "dog").click(modifiers=["Control"])
    with page.expect_download() as saved:
        page.locator("#download").click()
    with zipfile.ZipFile(saved.value.path()) as zip:
        assert sorted(name.partition("/")[0] for name in zip.namelist()) == ["both", "dog"]


def test_a_login_that_has_ended_is_said_and_nothing_is_shown_that_is_not_so(log_in: Open, archive: str) -> None:
    page = log_in()
    expect(page.locator("#gallery .tile")).to_have_count(5)
    page.context.clear_cookies()
    tile(page, "cat").click()
    page.locator("#selected [data-label=dog]").click()
    expect(page.locator("#toast")).to_contain_text("the login has ended")
    expect(tile(page, "cat")).to_have_count(1)


def test_more_photos_than_are_listed_at_once(log_in: Open, archive: str, tmp_path: Path) -> None:
    """The order then is the server's, and more can be listed."""
    with sqlite3.connect(tmp_path / "archive" / "index.sqlite") as index:
        index.row_factory = sqlite3.Row
        [row] = index.execute("SELECT * FROM entries WHERE verdict = 'dog'").fetchall()
        values = dict(row)
        sure = ({**values, "id": f"{number:032x}", "confidence": 0.9 - number / 1e5} for number in range(5300))
        holes = ", ".join(f":{name}" for name in values)
        index.executemany(f"INSERT INTO entries ({', '.join(values)}) VALUES ({holes})", sure)
    page = log_in()
    expect(page.locator("#rest")).to_contain_text("5,000 of 5,305 photos are listed.")
    expect(page.locator("#chips [data-group=all]")).to_have_text("All 5,000")
    page.locator("[name=order]").select_option("unsure")
    expect(page.locator("#chips [data-group=unsure]")).to_have_text("Please check 1")
    expect(page.locator("#rest")).to_contain_text("5,000 of 5,305 photos are listed.")
    expect(page.locator("#gallery .tile").nth(1)).to_have_attribute("data-key", f"{5299:032x}")
    page.locator("#more").click()
    expect(page.locator("#chips [data-group=all]")).to_have_text("All 5,305")
    expect(page.locator("#rest")).to_be_hidden()


def test_without_a_script(log_in: Open, archive: str) -> None:
    page = log_in(javascript=False)
    expect(page.locator(".photo-card")).to_have_count(5)
    page.locator(".tick input").first.check()
    page.get_by_role("button", name="Delete the chosen photos for good").click()
    expect(page.locator(".photo-card")).to_have_count(4)
    page.locator(".tick input").first.check()
    page.get_by_role("button", name="a dog", exact=True).click()
    expect(page.locator(".photo-card").first).to_contain_text("→ dog")


@pytest.mark.parametrize(("dark", "width"), [(False, None), (True, 320)], ids=["desk, light", "phone, dark"])
def test_axe_has_no_complaints(log_in: Open, axe: Callable[[Page], list[str]], dark: bool, width: int | None) -> None:
    page = log_in(dark=dark, width=width, still=True)
    expect(page.locator("#gallery .tile img[src]").first).to_be_visible()
    assert axe(page) == []
    assert not page.evaluate(WIDE)
    page.locator("#gallery .tile").first.press("Enter")
    expect(page.locator("#closer")).to_be_visible()
    assert axe(page) == []
