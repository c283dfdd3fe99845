"""The admin pages as people use them, in a real browser, against a real server with the model that is shipped."""

from __future__ import annotations

import importlib.util
import io
import zipfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip("selenium", reason="needs the package selenium")

import requests
from selenium.common.exceptions import StaleElementReferenceException
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.wait import WebDriverWait

from pawsight.web.admin import password

PASSWORD = "four words of mine"
COLOURS = {"rose": (200, 60, 50), "leaf": (60, 190, 70), "iris": (50, 60, 200)}
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
RUN = """
const [rules, done] = arguments;
const words = (one) => `${one.id}: ${one.nodes.map((node) => node.target).join(" ")}`;
axe.run(document, { runOnly: rules }).then((found) => done(found.violations.map(words)));
"""
Open = Callable[..., Chrome]


@pytest.fixture(scope="module")
def server(
    start_server: Callable[[], AbstractContextManager[str]],
    tmp_path_factory: pytest.TempPathFactory,
    picture: Callable[..., bytes],
) -> Iterator[str]:
    """A server with admin pages, and some photos in its archive; `browse` opens its pages."""
    folder = tmp_path_factory.mktemp("admin")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(password, "_COST", (4, 8, 1))
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


def log_in(browser: Chrome) -> None:
    browser.find_element(By.ID, "password").send_keys(PASSWORD, Keys.ENTER)
    WebDriverWait(browser, 30).until(lambda b: b.find_elements(By.CSS_SELECTOR, ".admin-bar"))


def until(browser: Chrome, text: str, seconds: float = 60) -> None:
    """Wait for a text; pages may be on their way, and scripts be switched off."""
    WebDriverWait(browser, seconds, ignored_exceptions=(StaleElementReferenceException,)).until(
        lambda b: text in b.find_element(By.CSS_SELECTOR, "main").text
    )


def begin(browser: Chrome, server: str, name: str) -> None:
    browser.get(f"{server}/admin/learn/")
    browser.find_element(By.ID, "name").send_keys(name, Keys.ENTER)
    until(browser, "1. Classes and photos")


@pytest.mark.parametrize("javascript", [True, False], ids=["with a script", "without"])
def test_from_nothing_to_a_model(
    browse: Open, server: str, photos: Any, tmp_path: Path, picture: Any, javascript: bool
) -> None:
    pytest.importorskip("sklearn", reason="learning needs the extra learn")
    browser = browse("/admin/learn/", javascript=javascript)
    log_in(browser)
    begin(browser, server, f"flowers-{javascript}")
    address = browser.current_url
    for name in COLOURS:
        browser.find_element(By.ID, "class").send_keys(name, Keys.ENTER)
        field = f"[aria-label='Photos of {name}']"
        WebDriverWait(browser, 30).until(lambda b, field=field: b.find_elements(By.CSS_SELECTOR, field))
        browser.find_element(By.CSS_SELECTOR, field).send_keys("\n".join(map(str, photos(name, 12))))
        browser.find_element(By.CSS_SELECTOR, f".bring:has({field}) button").click()
        until(browser, f"{name}\n12 photos")
    browser.find_element(By.CSS_SELECTOR, "[value=learn]").send_keys(Keys.ENTER)
    until(browser, "See how far it is")
    WebDriverWait(browser, 120, 1).until(lambda b: has_model(b, address, javascript))
    (tmp_path / "new.jpg").write_bytes(mosaic("iris", 99, picture))
    browser.find_element(By.CSS_SELECTOR, "[aria-label='A photo to try']").send_keys(str(tmp_path / "new.jpg"))
    browser.find_element(By.CSS_SELECTOR, ".bring-one button").send_keys(Keys.ENTER)
    until(browser, "Iris, ")
    cookies = {one["name"]: one["value"] for one in browser.get_cookies()}
    model = requests.get(f"{address}/model.zip", cookies=cookies, timeout=60)
    with zipfile.ZipFile(io.BytesIO(model.content)) as zip:
        assert f"flowers-{javascript}/card.json" in zip.namelist()
    assert not [one for one in browser.get_log("browser") if one["level"] == "SEVERE"]


def has_model(browser: Chrome, address: str, javascript: bool) -> bool:
    """Whether the page shows a model; without a script somebody has to load it anew."""
    if not javascript:
        browser.get(address)
    return bool(browser.find_elements(By.ID, "three"))


def test_a_broken_file_among_good_ones(browse: Open, server: str, photos: Any, tmp_path: Path) -> None:
    browser = browse("/admin/learn/")
    log_in(browser)
    begin(browser, server, "broken")
    browser.find_element(By.ID, "class").send_keys("rose", Keys.ENTER)
    field = "[aria-label='Photos of rose']"
    WebDriverWait(browser, 30).until(lambda b: b.find_elements(By.CSS_SELECTOR, field))
    (tmp_path / "notes.txt").write_text("dear diary")
    browser.find_element(By.CSS_SELECTOR, field).send_keys(
        "\n".join(map(str, [*photos("rose", 2), tmp_path / "notes.txt"]))
    )
    browser.find_element(By.CSS_SELECTOR, ".bring button").click()
    until(browser, "notes.txt: This is not a photo")
    assert "2 photos" in browser.find_element(By.CSS_SELECTOR, ".class").text


def pages(browser: Chrome, server: str) -> list[str]:
    """Every admin page."""
    browser.get(f"{server}/admin/photos/")
    entry = str(browser.find_element(By.CSS_SELECTOR, ".tile").get_attribute("href")).removeprefix(server)
    begin(browser, server, "empty")
    album = browser.current_url.removeprefix(server)
    browser.find_element(By.ID, "class").send_keys("rose", Keys.ENTER)
    WebDriverWait(browser, 30).until(lambda b: b.find_elements(By.CSS_SELECTOR, "[aria-label='Photos of rose']"))
    listed = ["/admin/", "/admin/photos/", "/admin/photos/?verdict=none", "/admin/photos/?page=9999", "/admin/learn/"]
    return [
        *listed,
        entry,
        f"{entry}/alike",
        album,
        f"{album}/classes/rose",
        "/admin/photos/nothing",
        "/admin/?lang=de",
    ]


@pytest.fixture(scope="module")
def axe() -> str:
    """axe-core's script, as a package brings it."""
    spec = importlib.util.find_spec("axe_playwright_python")
    if spec is None or not spec.submodule_search_locations:
        pytest.skip("needs the package axe-playwright-python")
    return next(Path(spec.submodule_search_locations[0]).rglob("axe*.js")).read_text(encoding="utf-8")


@pytest.mark.parametrize(("dark", "width"), [(False, None), (True, 320)], ids=["desk, light", "phone, dark"])
def test_axe_has_no_complaints_and_nothing_scrolls(
    browse: Any, server: str, axe: str, dark: bool, width: int | None
) -> None:
    browser = browse("/admin/", dark=dark, width=width, still=True)
    complaints = look(browser, server, axe, "/admin/login")
    log_in(browser)
    for page in pages(browser, server):
        complaints |= look(browser, server, axe, page)
    assert complaints == {}


def look(browser: Chrome, server: str, axe: str, page: str) -> dict[str, list[str]]:
    """What axe has to say of a page, and whether it is too wide; empty where nothing."""
    browser.get(f"{server}{page}")
    browser.execute_script("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
    wide = browser.execute_script("return document.documentElement.scrollWidth > innerWidth")
    browser.execute_script(axe)
    found = browser.execute_async_script(RUN, RULES) + (["too wide"] if wide else [])
    return {page: found} if found else {}
