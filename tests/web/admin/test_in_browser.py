"""The admin pages as people use them, in a real browser, against a real server with the model that is shipped."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import numpy as np
import pytest

pytest.importorskip("playwright", reason="needs the package pytest-playwright")

import requests
from playwright.sync_api import Page, expect

from pawsight.web.admin import password

pytestmark = pytest.mark.long

PASSWORD = "four words of mine"
COLOURS = {"rose": (200, 60, 50), "leaf": (60, 190, 70), "iris": (50, 60, 200)}
OPEN_ALL = "document.querySelectorAll('details').forEach((one) => { one.open = true; })"
WIDE = "document.documentElement.scrollWidth > innerWidth"
Open = Callable[..., Page]
Complaints = Callable[[Page], list[str]]


@pytest.fixture(scope="module")
def server(
    start_server: Callable[[], AbstractContextManager[str]],
    tmp_path_factory: pytest.TempPathFactory,
    picture: Callable[..., bytes],
) -> Iterator[str]:
    """A server with admin pages, and some photos in its archive; `open_page` opens its pages."""
    folder = tmp_path_factory.mktemp("admin")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(password, "_COST", "scrypt:128:8:1")
        patch.setenv("PAWSIGHT_ADMIN_PASSWORD_HASH", password.make_hash(PASSWORD))
        patch.setenv("PAWSIGHT_ADMIN", str(folder / "admin"))
        patch.setenv("PAWSIGHT_ARCHIVE", str(folder / "archive"))
        with start_server() as address:
            for seed in range(3):
                photo = picture(200, 150, colour=(60 * seed, 90, 120), seed=seed)
                requests.post(f"{address}/api/v1/predictions", files={"image": photo}, timeout=60).raise_for_status()
            yield address


def mosaic(name: str, seed: int, picture: Callable[..., bytes]) -> bytes:
    light = np.random.default_rng((seed, *COLOURS[name])).uniform(0.5, 1.2, (6, 8, 1)).repeat(16, 0).repeat(16, 1)
    return picture(pixels=np.clip(light * COLOURS[name], 0, 255).astype(np.uint8))


@pytest.fixture
def photos(tmp_path: Path, picture: Callable[..., bytes]) -> Callable[[str, int], list[Path]]:
    """`photos("rose", 12)` makes files to choose."""

    def make(name: str, number: int) -> list[Path]:
        paths = [tmp_path / f"{name}-{seed}.jpg" for seed in range(number)]
        for seed, path in enumerate(paths):
            path.write_bytes(mosaic(name, seed, picture))
        return paths

    return make


def log_in(page: Page) -> None:
    page.locator("#password").fill(PASSWORD)
    page.locator("#password").press("Enter")
    expect(page.locator(".admin-bar")).to_be_visible()


def begin(page: Page, name: str) -> None:
    """Begin a model and wait for its page."""
    page.goto("/admin/learn/")
    page.locator("#name").fill(name)
    page.locator("#name").press("Enter")
    expect(page.locator("main")).to_contain_text("1. Classes and photos")


def add_class(page: Page, name: str, photos: list[Path]) -> None:
    """Add a class and bring photos of it."""
    page.locator("#class").fill(name)
    page.locator("#class").press("Enter")
    field = f"[aria-label='Photos of {name}']"
    expect(page.locator(field)).to_be_attached()
    if photos:
        page.locator(field).set_input_files(photos)
        page.locator(f".add-photos:has({field}) button").click()


@pytest.mark.parametrize(
    "javascript", [True, pytest.param(False, marks=pytest.mark.weekly)], ids=["with a script", "without"]
)
def test_from_nothing_to_a_model(
    open_page: Open, server: str, photos: Any, tmp_path: Path, picture: Any, javascript: bool
) -> None:
    pytest.importorskip("sklearn", reason="learning needs the extra learn")
    page = open_page("/admin/learn/", javascript=javascript)
    errors: list[str] = []
    page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: errors.append(str(error)))
    log_in(page)
    begin(page, f"flowers-{javascript}")
    address = page.url
    for name in COLOURS:
        add_class(page, name, photos(name, 12))
        expect(page.locator(f".class:has([aria-label='Photos of {name}']) h3 + p")).to_contain_text("12 photos")
    page.locator("[value=learn]").press("Enter")
    expect(page.locator("main")).to_contain_text("See how far it is")
    while not javascript and not page.locator("#three").count():
        page.goto(address)  # without a script somebody has to reload it
    expect(page.locator("#three")).to_be_attached(timeout=600_000)
    (tmp_path / "new.jpg").write_bytes(mosaic("iris", 99, picture))
    page.locator("[aria-label='A photo to try']").set_input_files(tmp_path / "new.jpg")
    page.locator(".try-photo button").press("Enter")
    expect(page.locator("main")).to_contain_text("Iris, ")
    cookies = {one["name"]: one["value"] for one in page.context.cookies()}
    model = requests.get(f"{address}/model.zip", cookies=cookies, timeout=60)
    with zipfile.ZipFile(io.BytesIO(model.content)) as zip:
        assert f"flowers-{javascript}/card.json" in zip.namelist()
    assert errors == []


def test_the_next_class_is_named_while_photos_come_up(open_page: Open, photos: Any) -> None:
    page = open_page("/admin/learn/")
    log_in(page)
    begin(page, "busy")
    page.route("**/photos", lambda route: (page.wait_for_timeout(500), route.continue_()))
    add_class(page, "rose", photos("rose", 12))
    add_class(page, "leaf", photos("leaf", 2))
    page.locator("#class").fill("iri")  # not yet sent while the page draws the photos that came up
    for name, count in (("rose", 12), ("leaf", 2)):
        expect(page.locator(f".class:has([aria-label='Photos of {name}']) h3 + p")).to_contain_text(f"{count} photos")
    expect(page.locator("#class")).to_have_value("iri")


@pytest.mark.weekly
def test_a_broken_file_among_good_ones(open_page: Open, photos: Any, tmp_path: Path) -> None:
    page = open_page("/admin/learn/")
    log_in(page)
    begin(page, "broken")
    (tmp_path / "notes.txt").write_text("dear diary")
    add_class(page, "rose", [*photos("rose", 2), tmp_path / "notes.txt"])
    expect(page.locator("main")).to_contain_text("notes.txt: This format is not supported")
    expect(page.locator(".class")).to_contain_text("2 photos")


def pages(page: Page) -> list[str]:
    """Every admin page."""
    page.goto("/admin/photos/")
    entry = f"/admin/photos/{page.locator('#gallery .tile').first.get_attribute('data-key')}"
    begin(page, "empty")
    project = urlsplit(page.url).path
    add_class(page, "rose", [])
    listed = ["/admin/", "/admin/photos/", "/admin/photos/?verdict=none", "/admin/photos/?page=9999", "/admin/learn/"]
    return [
        *listed,
        entry,
        f"{entry}/alike",
        project,
        f"{project}/classes/rose",
        "/admin/photos/nothing",
        "/admin/?lang=de",
    ]


@pytest.mark.weekly
@pytest.mark.parametrize(("dark", "width"), [(False, None), (True, 320)], ids=["desk, light", "phone, dark"])
def test_axe_has_no_complaints_and_nothing_scrolls(
    open_page: Open, axe: Complaints, dark: bool, width: int | None
) -> None:
    page = open_page("/admin/", dark=dark, width=width, still=True)
    complaints = look(page, axe, "/admin/login")
    log_in(page)
    for address in pages(page):
        complaints |= look(page, axe, address)
    assert complaints == {}


def look(page: Page, axe: Complaints, address: str) -> dict[str, list[str]]:
    """What axe has to say of a page, and whether it is too wide; empty where nothing."""
    page.goto(address)
    page.evaluate(OPEN_ALL)
    wide = ["too wide"] if page.evaluate(WIDE) else []
    found = axe(page) + wide
    return {address: found} if found else {}
