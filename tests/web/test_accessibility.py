"""axe-core finds nothing to complain about on any page; pages fit, keep still, and mark where one is."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("selenium", reason="needs the package selenium")

from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.wait import WebDriverWait

PAGES = ["/", "/batch", "/photos", "/model", "/docs", "/offline", "/nothing", "/model?lang=de"]
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
RUN = """
const [rules, done] = arguments;
const words = (one) => `${one.id}: ${one.nodes.map((node) => node.target).join(" ")}`;
axe.run(document, { runOnly: rules }).then((found) => done(found.violations.map(words)));
"""


@pytest.fixture(scope="module")
def axe() -> str:
    """axe-core's script, as a package brings it; the package itself (it wants Playwright) is not imported."""
    spec = importlib.util.find_spec("axe_playwright_python")
    if spec is None or not spec.submodule_search_locations:
        pytest.skip("needs the package axe-playwright-python")
    return next(Path(spec.submodule_search_locations[0]).rglob("axe*.js")).read_text(encoding="utf-8")


@pytest.mark.parametrize(("dark", "width"), [(False, None), (True, 320)], ids=["desk, light", "phone, dark"])
def test_axe_has_no_complaints(browse: Any, server: str, axe: str, dark: bool, width: int | None) -> None:
    browser = browse(dark=dark, width=width, still=True)
    for page in PAGES:
        browser.get(server + page)
        browser.execute_script("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
        browser.execute_script(axe)
        assert browser.execute_async_script(RUN, RULES) == [], page


@pytest.mark.parametrize(("dark", "width"), [(False, None), (True, 390)], ids=["desk, light", "phone, dark"])
def test_axe_has_no_complaints_about_answers(
    browse: Any, server: str, axe: str, dark: bool, width: int | None, tmp_path: Path, picture: Any
) -> None:
    browser = browse(dark=dark, width=width, still=True)

    def check(what: str) -> None:
        browser.execute_script(axe)
        assert browser.execute_async_script(RUN, RULES) == [], what

    def wait(selector: str) -> Any:
        return WebDriverWait(browser, 60).until(lambda b: b.find_elements(By.CSS_SELECTOR, selector))[0]

    wait("#ask.live #example").send_keys(Keys.ENTER)
    wait(".look input").send_keys(Keys.SPACE)
    check("a card")
    wait(".compare").send_keys(Keys.ENTER)
    wait(".comparison tr:last-child dl")
    check("models side by side")
    browser.get(f"{server}/photos")
    check("photos of one's own")
    browser.get(f"{server}/batch")
    for name, content in (("good.jpg", picture()), ("bad.jpg", b"dear diary")):
        (tmp_path / name).write_bytes(content)
        wait("#ask.live #image").send_keys(str(tmp_path / name))
    wait("#rows [data-says=failed]")
    wait("#rows img[src]")
    check("a table")
    browser.execute_script("document.getElementById('view-grid').click()")
    check("a grid")
    wait("#tiles .item").send_keys(Keys.ENTER)
    check("a closer look")


def test_axe_would_complain(browse: Any, axe: str) -> None:
    browser = browse()
    add = "document.querySelector('main').append(document.createElement('img'))"
    browser.execute_script(add)
    browser.execute_script(axe)
    assert any(one.startswith("image-alt") for one in browser.execute_async_script(RUN, RULES))


def test_nothing_scrolls_sideways_on_any_screen(browse: Any, server: str) -> None:
    browser = browse()
    for width in (320, 390, 768, 1280, 3840):
        size = {"width": width, "height": 800, "deviceScaleFactor": 1, "mobile": width < 500}
        browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
        for page in PAGES:
            browser.get(server + page)
            assert browser.execute_script("return document.documentElement.scrollWidth") <= width, (page, width)


def test_nothing_moves_for_those_who_asked_for_it(browse: Any) -> None:
    moving = "return document.getAnimations().length + [...document.querySelectorAll('*')].filter((one) => " + (
        "parseFloat(getComputedStyle(one).animationDuration) > 0).length"
    )
    browser = browse(still=True)
    browser.execute_script("document.body.append(document.getElementById('waiting').content.cloneNode(true))")
    assert browser.execute_script(moving) == 0


def test_the_current_page_is_marked(browse: Any, server: str) -> None:
    browser = browse()
    for page, name in (
        ("/", "Ask"),
        ("/batch", "Many"),
        ("/photos", "Yours"),
        ("/model", "Model"),
        ("/models/lite0", "Model"),
        ("/docs", "API"),
    ):
        browser.get(server + page)
        assert [one.text for one in browser.find_elements(By.CSS_SELECTOR, "[aria-current=page]")] == [name]


def test_the_keyboard_skips_the_navigation_and_changes_the_language(browse: Any) -> None:
    browser = browse("/docs")
    body = browser.find_element(By.TAG_NAME, "body")
    body.send_keys(Keys.TAB)
    skip = browser.switch_to.active_element
    assert skip.is_displayed()
    assert skip.rect["y"] >= 0
    skip.send_keys(Keys.ENTER)
    assert browser.switch_to.active_element.tag_name == "main"
    browser.find_element(By.CSS_SELECTOR, "a[hreflang=de]").send_keys(Keys.ENTER)
    assert browser.find_element(By.TAG_NAME, "html").get_attribute("lang") == "de"
    assert browser.find_element(By.TAG_NAME, "h1").text == "Die API"
