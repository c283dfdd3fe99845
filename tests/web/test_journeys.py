"""Whole ways through the pages as somebody goes them, in a real browser; single parts: the `test_*browser.py` here."""

from __future__ import annotations

import base64
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("selenium", reason="needs the package selenium")

from selenium.common.exceptions import StaleElementReferenceException
from selenium.webdriver import ActionChains, Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.wait import WebDriverWait

DONE = ".answer:not(.answer-waiting)"
DROP = """
const transfer = new DataTransfer();
arguments[0].forEach((text, place) => {
  const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  transfer.items.add(new File([bytes], `${place}.png`, { type: "image/png" }));
});
const event = new DragEvent("drop", { dataTransfer: transfer, bubbles: true, cancelable: true });
document.getElementById("ask").dispatchEvent(event);
"""


@pytest.fixture(scope="module")
def server(start_server: Any, tiny_model: Path) -> Any:
    """A server with the tiny model, whose answers are known; `browse` opens its pages."""
    with start_server(model=tiny_model) as address:
        yield address


def wait(browser: Chrome, until: Callable[[Chrome], Any]) -> Any:
    """What `until` says at last; a page that changes under its eyes is looked at again."""
    return WebDriverWait(browser, 60, 0.1, [StaleElementReferenceException]).until(until)


def cards(browser: Chrome, count: int) -> list[Any]:
    """All cards with an answer, once there are `count` of them."""
    wait(browser, lambda b: len(answered(b)) == count)
    return answered(browser)


def answered(browser: Chrome) -> list[Any]:
    return browser.find_elements(By.CSS_SELECTOR, DONE)


def test_three_photos_dropped_one_corrected_found_again(
    browse: Any, server: str, picture: Any, colours: dict[str, Any]
) -> None:
    browser = browse(still=True)
    photos = [picture(colour=colours[name], seed=1, format="PNG") for name in ("cat", "dog", "unsure")]
    browser.execute_script(DROP, [base64.b64encode(photo).decode() for photo in photos])
    found = cards(browser, 3)
    assert [card.find_element(By.TAG_NAME, "h2").text.partition(",")[0] for card in found] == [
        *("Cat", "Dog"),
        "Not sure: please look yourself",
    ]
    found[2].find_element(By.CSS_SELECTOR, "[value=dog]").click()
    wait(browser, lambda _: "Noted: a dog" in answered(browser)[2].text)
    found[0].find_element(By.CSS_SELECTOR, ".look input").click()
    strength = wait(browser, lambda _: found[0].find_element(By.NAME, "strength"))
    strength.send_keys(Keys.HOME)
    assert found[0].find_element(By.CSS_SELECTOR, ".heat").value_of_css_property("opacity") == "0"
    browser.get(f"{server}/photos")
    again = [card.text for card in cards(browser, 3)]
    assert sum("Noted: a dog" in text for text in again) == 1
    browser.refresh()
    assert [card.text for card in cards(browser, 3)] == again


def test_the_keyboard_alone_from_the_first_key_to_a_correction(browse: Any) -> None:
    browser = browse()

    def press(*keys: str) -> None:
        ActionChains(browser).send_keys(*keys).perform()

    def tab_to(selector: str) -> None:
        for _ in range(40):
            press(Keys.TAB)
            if browser.execute_script("return document.activeElement.matches(arguments[0])", selector):
                assert browser.switch_to.active_element.value_of_css_property("outline-style") == "solid", selector
                return
        raise AssertionError(f"Tab never comes to {selector}")

    tab_to("#example")
    press(Keys.ENTER)
    cards(browser, 1)
    tab_to(".look input")
    press(Keys.SPACE)
    heat = browser.find_element(By.CSS_SELECTOR, ".heat")
    wait(browser, lambda _: heat.is_displayed() and heat.get_property("naturalWidth"))
    tab_to("[name=strength]")
    press(Keys.ARROW_LEFT)
    assert float(heat.value_of_css_property("opacity")) == pytest.approx(0.99)
    tab_to(".correct [value=neither]")
    press(Keys.ENTER)
    wait(browser, lambda b: b.switch_to.active_element.text == "Undo")
    tab_to(".forget")
    press(Keys.ENTER)
    cards(browser, 0)


@pytest.mark.parametrize(
    ("address", "says", "way_on"),
    [
        ("/predictions/nonsense", "This answer is not here", "Back to the front page"),
        (f"/predictions/{'0' * 32}", "This answer is not here", "Back to the front page"),
        ("/models/nothing", "There is no such model", "Back to the front page"),
        ("/nothing", "There is nothing here", "Back to the front page"),
        ("/photos?page=9999", "There are none", "Ask about a photo"),
        ("/photos?page=abc", "There are none", "Ask about a photo"),
        ("/admin/", "The admin pages are off", "pawsight admin password"),
    ],
)
def test_no_address_leads_to_an_error_dump(browse: Any, address: str, says: str, way_on: str) -> None:
    browser = browse(address)
    wait(browser, lambda b: says in b.find_element(By.TAG_NAME, "main").text)
    assert way_on in browser.find_element(By.TAG_NAME, "main").text


def test_a_form_without_a_script_that_is_much_too_large(browse: Any, tmp_path: Path) -> None:
    with (tmp_path / "giant.jpg").open("wb") as file:
        file.write(b"\xff\xd8\xff")
        file.truncate(210_000_000)
    browser = browse(javascript=False)
    browser.find_element(By.ID, "image").send_keys(str(tmp_path / "giant.jpg"))
    browser.find_element(By.CSS_SELECTOR, "[type=submit]").click()
    wait(browser, lambda b: b.find_elements(By.CSS_SELECTOR, "h1 + p + p > a[href='/']"))
    assert browser.find_element(By.TAG_NAME, "h1").text == "This is too large"


def test_text_grows_on_a_very_large_screen(browse: Any) -> None:
    browser = browse()
    sizes = []
    for width in (320, 1280, 1920, 3840):
        size = {"width": width, "height": 2160, "deviceScaleFactor": 1, "mobile": False}
        browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
        sizes.append(float(browser.find_element(By.TAG_NAME, "html").value_of_css_property("font-size")[:-2]))
    assert sizes == pytest.approx([16, 16, 16, 22], abs=0.5)
