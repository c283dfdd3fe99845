"""The page as people use it, in a real browser: Debian's chromium, driven by selenium."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

pytest.importorskip("selenium", reason="needs the package selenium")

from selenium.common.exceptions import StaleElementReferenceException
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.wait import WebDriverWait

DONE = ".answer:not(.answer-waiting)"
Open = Callable[..., Chrome]


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


def choose(browser: Chrome, *files: Path) -> None:
    browser.find_element(By.ID, "image").send_keys("\n".join(map(str, files)))


def headlines(browser: Chrome, count: int) -> list[str]:
    """The headlines of the cards, once there are `count` of them."""
    WebDriverWait(browser, 20).until(lambda b: len(b.find_elements(By.CSS_SELECTOR, DONE)) == count)
    return [heading.text for heading in browser.find_elements(By.CSS_SELECTOR, f"{DONE} h2")]


def test_choosing_a_photo_of_a_cat(browse: Open, cat: Path) -> None:
    browser = browse()
    choose(browser, cat)
    assert headlines(browser, 1) == ["Cat, quite sure"]
    assert browser.find_element(By.CSS_SELECTOR, "dt").text == "cat"
    assert float(browser.find_element(By.CSS_SELECTOR, "meter").get_attribute("value") or 0) > 0.9
    assert browser.find_element(By.CSS_SELECTOR, ".photo").get_property("naturalWidth") > 0
    assert browser.find_element(By.ID, "status").get_attribute("textContent") == "Cat, quite sure"


def test_the_heat_map_is_shown_and_hidden(browse: Open, file: Any, picture: Any) -> None:
    browser = browse()
    choose(browser, file("a.jpg", picture()))
    headlines(browser, 1)
    heat, switch = (browser.find_element(By.CSS_SELECTOR, path) for path in (".heat", ".look input"))
    assert not heat.is_displayed()
    switch.send_keys(Keys.SPACE)
    WebDriverWait(browser, 10).until(lambda _: heat.is_displayed() and heat.get_property("naturalWidth"))
    switch.send_keys(Keys.SPACE)
    assert not heat.is_displayed()


def test_good_and_bad_photos_together(browse: Open, file: Any, picture: Any) -> None:
    browser = browse()
    broken = picture(200, 200, seed=1)[:2000]
    choose(browser, file("broken.jpg", broken), file("good.jpg", picture()), file("notes.jpg", b"dear diary"))
    first, good, last = headlines(browser, 3)
    assert first == "This photo is broken"
    assert last == "This is not a photo"
    assert good not in {first, last}
    cards = browser.find_elements(By.CSS_SELECTOR, DONE)
    assert "broken.jpg" in cards[0].text
    assert "the content is text" in cards[2].text


def test_a_photo_that_is_too_large_is_not_even_sent(browse: Open, file: Any) -> None:
    browser = browse()
    choose(browser, file("huge.jpg", b"\xff\xd8\xff" + bytes(12_340_000)))
    assert headlines(browser, 1) == ["This photo is too large"]
    text = browser.find_element(By.CSS_SELECTOR, DONE).text.replace("\N{NO-BREAK SPACE}", " ")
    assert "at most 10 MB, but it has 12.3 MB" in text
    assert not [address for address in requests(browser) if address.endswith("/predict")]


def test_a_server_that_is_gone(browse: Open, file: Any, picture: Any) -> None:
    browser = browse()
    browser.execute_cdp_cmd("Network.enable", {})
    offline = {"offline": True, "latency": 0, "downloadThroughput": 0, "uploadThroughput": 0}
    browser.execute_cdp_cmd("Network.emulateNetworkConditions", offline)
    choose(browser, file("a.jpg", picture()))
    assert headlines(browser, 1) == ["Pawsight cannot be reached"]


@pytest.mark.parametrize("event", ["drop", "paste"])
def test_dropping_and_pasting(browse: Open, picture: Any, event: str) -> None:
    browser = browse()
    browser.execute_script(
        """
        const bytes = Uint8Array.from(atob(arguments[0]), (letter) => letter.charCodeAt(0));
        const transfer = new DataTransfer();
        transfer.items.add(new File([bytes], "a.png", { type: "image/png" }));
        const event = arguments[1] === "drop"
          ? new DragEvent("drop", { dataTransfer: transfer, bubbles: true, cancelable: true })
          : new ClipboardEvent("paste", { clipboardData: transfer, bubbles: true });
        document.getElementById("ask").dispatchEvent(event);
        """,
        base64.b64encode(picture(format="PNG")).decode(),
        event,
    )
    assert headlines(browser, 1)[0] not in {"This is not a photo", "This photo is broken"}


def test_forgetting_a_photo(browse: Open, file: Any, picture: Any) -> None:
    browser = browse()
    choose(browser, file("a.jpg", picture()))
    headlines(browser, 1)
    browser.find_element(By.CSS_SELECTOR, ".forget").send_keys(Keys.ENTER)
    assert headlines(browser, 0) == []


def test_a_correction_is_there_after_a_reload(browse: Open, server: str, cat: Path) -> None:
    browser = browse()
    choose(browser, cat)
    headlines(browser, 1)
    address = browser.find_element(By.CSS_SELECTOR, ".correct").get_attribute("data-page")
    browser.find_element(By.CSS_SELECTOR, ".correct [value=dog]").send_keys(Keys.ENTER)
    noted = "Noted: a dog. Thank you."
    WebDriverWait(browser, 20).until(lambda b: b.find_element(By.ID, "status").get_attribute("textContent") == noted)
    assert browser.switch_to.active_element.text == "Undo"
    browser.get(f"{server}{address}")
    assert headlines(browser, 1) == ["Cat, quite sure"]
    assert noted in browser.find_element(By.CSS_SELECTOR, DONE).text
    browser.find_element(By.CSS_SELECTOR, ".correct [value='']").send_keys(Keys.ENTER)
    WebDriverWait(browser, 20).until(lambda b: b.find_elements(By.CSS_SELECTOR, ".correct [value=dog]"))


def test_what_another_visitor_brought_cannot_be_corrected(browse: Open, server: str, cat: Path) -> None:
    owner, other = browse(), browse()
    choose(owner, cat)
    headlines(owner, 1)
    address = owner.find_element(By.CSS_SELECTOR, ".correct").get_attribute("data-page")
    other.get(f"{server}{address}")
    other.find_element(By.CSS_SELECTOR, ".correct [value=dog]").send_keys(Keys.ENTER)
    WebDriverWait(other, 20).until(lambda b: b.find_elements(By.CSS_SELECTOR, "[role=alert]"))
    assert "another visitor's" in other.find_element(By.CSS_SELECTOR, "[role=alert]").text


def test_the_keyboard_reaches_the_form_and_shows_where_it_is(browse: Open) -> None:
    browser = browse()
    browser.find_element(By.TAG_NAME, "body").send_keys(Keys.TAB)
    assert browser.switch_to.active_element.get_attribute("class") == "skip"
    browser.switch_to.active_element.send_keys(Keys.ENTER, Keys.TAB)
    assert browser.switch_to.active_element.get_attribute("id") == "image"
    label = browser.find_element(By.CSS_SELECTOR, "label[for=image]")
    assert label.value_of_css_property("outline-style") == "solid"


def test_without_javascript(browse: Open, file: Any, picture: Any) -> None:
    browser = browse(javascript=False)
    assert browser.find_element(By.ID, "image").is_displayed()
    choose(browser, file("a.jpg", picture()), file("notes.txt", b"dear diary"))
    browser.find_element(By.CSS_SELECTOR, "[type=submit]").click()
    good, bad = headlines(browser, 2)
    assert bad == "This is not a photo"
    assert good != bad
    browser.find_element(By.CSS_SELECTOR, ".look input").send_keys(Keys.SPACE)
    assert browser.find_element(By.CSS_SELECTOR, ".heat").is_displayed()
    browser.find_element(By.CSS_SELECTOR, ".correct [value=dog]").send_keys(Keys.ENTER)
    WebDriverWait(browser, 20, ignored_exceptions=(StaleElementReferenceException,)).until(
        lambda b: "Noted: a dog" in b.find_element(By.CSS_SELECTOR, "main").text
    )
    browser.find_element(By.CSS_SELECTOR, ".forget").send_keys(Keys.ENTER)
    assert headlines(browser, 0) == []


def test_a_small_phone_never_scrolls_sideways(browse: Open, file: Any, picture: Any) -> None:
    browser = browse(width=320)
    choose(browser, file("a" * 100 + ".jpg", b"x"), file("wide.jpg", picture(900, 30)), file("b.jpg", picture(30, 900)))
    headlines(browser, 3)
    width, seen = browser.execute_script("return [document.documentElement.scrollWidth, innerWidth]")
    assert (width, seen) == (320, 320)


@pytest.mark.parametrize("javascript", [True, False])
@pytest.mark.parametrize("dark", [True, False])
def test_light_and_dark(browse: Open, dark: bool, javascript: bool) -> None:
    body = browse(dark=dark, javascript=javascript).find_element(By.TAG_NAME, "body")
    brightness = [int(part) for part in body.value_of_css_property("background-color")[5:-1].split(",")[:3]]
    assert (max(brightness) < 60) == dark
    assert (min(brightness) > 200) != dark


def test_no_request_leaves_and_the_policy_is_kept(browse: Open, server: str, file: Any, picture: Any) -> None:
    browser = browse()
    choose(browser, file("a.jpg", picture()))
    headlines(browser, 1)
    browser.find_element(By.CSS_SELECTOR, ".look input").send_keys(Keys.SPACE)
    asked = requests(browser)
    assert any(address.endswith("/predict") for address in asked)
    assert {urlsplit(address).netloc for address in asked if address.startswith("http")} == {urlsplit(server).netloc}
    complaints = [entry["message"] for entry in browser.get_log("browser")]
    assert not complaints


def requests(browser: Chrome) -> list[str]:
    """Addresses that the page has asked for since the last call."""
    log = [json.loads(entry["message"])["message"] for entry in browser.get_log("performance")]
    return [entry["params"]["request"]["url"] for entry in log if entry["method"] == "Network.requestWillBeSent"]
