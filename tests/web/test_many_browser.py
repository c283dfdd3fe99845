"""The page for many photos as people use it, in a real browser, with the tiny model, whose answers are known."""

from __future__ import annotations

import csv
import io
import threading
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("selenium", reason="needs the package selenium")

from flask import Flask, Response, request
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.select import Select
from selenium.webdriver.support.wait import WebDriverWait
from werkzeug.serving import make_server

Open = Callable[..., Chrome]


@pytest.fixture(scope="module")
def tiny(start_server: Any, tiny_model: Path) -> Iterator[str]:
    """The address of a server with the tiny model."""
    with start_server(model=tiny_model) as address:
        yield address


@pytest.fixture
def open_list(browse: Open, tiny: str) -> Open:
    """`open_list(**options)` opens the page for many photos."""

    def start(**options: Any) -> Chrome:
        browser = browse(**options)
        browser.get(f"{tiny}/batch")
        return browser

    return start


@pytest.fixture
def pets(tmp_path: Path, picture: Any, colours: Any) -> Path:
    """A ZIP with a photo for each verdict in folders, one that is cut off, and what else is found in ZIPs."""
    path = tmp_path / "pets.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for number, (verdict, colour) in enumerate(colours.items()):
            archive.writestr(f"card{number % 2}/{verdict}.jpg", picture(colour=colour))
        archive.writestr("card0/=cmd|calc.jpg", picture(colour=colours["cat"], seed=1))
        archive.writestr("card1/cat.jpg", picture(colour=colours["cat"], seed=2))
        archive.writestr("cut-off.jpg", picture(200, 200, seed=1)[:2000])
        archive.writestr("notes.txt", "dear diary")
        archive.writestr("__MACOSX/._cat.jpg", "x")
    return path


def choose(browser: Chrome, *files: Path) -> None:
    browser.find_element(By.ID, "image").send_keys("\n".join(map(str, files)))


def wait(browser: Chrome, until: Callable[[Chrome], Any], seconds: float = 60) -> Any:
    return WebDriverWait(browser, seconds, 0.1).until(until)


def text(browser: Chrome, id: str) -> str:
    return str(browser.find_element(By.ID, id).get_property("textContent"))


def answered(browser: Chrome, count: int) -> None:
    wait(browser, lambda b: text(b, "how-far") == f"{count} of {count} answered")


def table(browser: Chrome) -> list[tuple[str, str]]:
    """Name and answer in each row of the list, as shown."""
    script = """
    return [...document.querySelectorAll("#rows tr")].map((row) =>
      ["name", "words"].map((part) => row.querySelector(`[data-part=${part}]`).textContent));
    """
    return [(name, words) for name, words in browser.execute_script(script)]


def select(browser: Chrome, name: str, value: str) -> None:
    Select(browser.find_element(By.NAME, name)).select_by_value(value)


def downloaded(browser: Chrome, folder: Path, button: str) -> bytes:
    """What a button gives to download."""
    folder.mkdir()
    browser.execute_cdp_cmd("Browser.setDownloadBehavior", {"behavior": "allow", "downloadPath": str(folder)})
    browser.execute_script("arguments[0].click()", browser.find_element(By.ID, button))
    wait(browser, lambda _: [path for path in folder.iterdir() if path.suffix in (".csv", ".zip")])
    return next(folder.iterdir()).read_bytes()


def test_a_zip_becomes_a_table_and_sorted_folders(open_list: Open, pets: Path, tmp_path: Path) -> None:
    browser = open_list()
    choose(browser, pets)
    answered(browser, 8)
    assert "no photos: 2" in text(browser, "note")
    assert dict(table(browser)) == {
        **{"card0/cat.jpg": "cat", "card1/dog.jpg": "dog", "card0/both.jpg": "both", "card1/neither.jpg": "neither"},
        **{"card0/unsure.jpg": "not sure", "card0/=cmd|calc.jpg": "cat", "card1/cat.jpg": "cat"},
        "cut-off.jpg": "This photo is broken",
    }
    first = browser.find_element(By.CSS_SELECTOR, "#rows select")
    Select(first).select_by_value("dog")  # card0/cat.jpg
    said = list(csv.DictReader(io.StringIO(downloaded(browser, tmp_path / "table", "save-table").decode())))
    assert list(said[0]) == [
        *("path", "label", "verdict", "cat", "dog", "model", "error_code", "error_message", "correction")
    ]
    by_path = {row["path"]: row for row in said}
    assert by_path["card0/cat.jpg"]["verdict"] == "cat"
    assert by_path["card0/cat.jpg"]["correction"] == "dog"
    assert 0.9 < float(by_path["card1/dog.jpg"]["dog"]) <= 1
    assert by_path["cut-off.jpg"]["error_code"] == "broken_image"
    with zipfile.ZipFile(io.BytesIO(downloaded(browser, tmp_path / "sorted", "save-sorted"))) as archive:
        assert archive.testzip() is None
        assert sorted(archive.namelist()) == [
            *("both/both.jpg", "cat/=cmd_calc.jpg", "cat/cat.jpg", "dog/cat.jpg", "dog/dog.jpg"),
            *("neither/neither.jpg", "please-check/unsure.jpg"),
        ]
        with zipfile.ZipFile(pets) as source:
            assert archive.read("dog/cat.jpg") == source.read("card0/cat.jpg")


def test_names_that_a_spreadsheet_would_run_are_made_harmless(open_list: Open, picture: Any, tmp_path: Path) -> None:
    path = tmp_path / '=HYPERLINK("x").jpg'
    path.write_bytes(picture())
    browser = open_list()
    choose(browser, path)
    answered(browser, 1)
    row = next(csv.DictReader(io.StringIO(downloaded(browser, tmp_path / "table", "save-table").decode())))
    assert row["path"] == './=HYPERLINK("x").jpg'


def test_filter_and_order(open_list: Open, pets: Path) -> None:
    browser = open_list()
    choose(browser, pets)
    answered(browser, 8)
    select(browser, "verdict", "cat")
    assert {words for _, words in table(browser)} == {"cat"}
    assert len(table(browser)) == 3
    select(browser, "verdict", "failed")
    assert table(browser) == [("cut-off.jpg", "This photo is broken")]
    select(browser, "verdict", "all")
    select(browser, "order", "unsure")
    assert table(browser)[0] == ("card0/unsure.jpg", "not sure")
    assert table(browser)[-1] == ("cut-off.jpg", "This photo is broken")
    slider = browser.find_element(By.NAME, "most")
    slider.send_keys(Keys.HOME)
    browser.execute_script(
        "arguments[0].value = 60; arguments[0].dispatchEvent(new Event('input', {bubbles: true}))", slider
    )
    assert [name for name, _ in table(browser)] == ["card0/unsure.jpg"]
    select(browser, "verdict", "dog")
    assert browser.find_element(By.ID, "nothing").is_displayed()


def test_correcting_with_the_keyboard_alone(open_list: Open, tiny: str, pets: Path) -> None:
    browser = open_list()
    choose(browser, pets)
    answered(browser, 8)
    select(browser, "order", "unsure")
    browser.find_element(By.NAME, "most").send_keys(Keys.TAB)  # on to the view
    for _ in range(4):
        browser.switch_to.active_element.send_keys(Keys.TAB)
        if "item" in (browser.switch_to.active_element.get_attribute("class") or ""):
            break

    def press(*keys: str) -> None:
        browser.switch_to.active_element.send_keys(*keys)

    def here() -> str:
        return str(browser.switch_to.active_element.text)

    assert here() == "card0/unsure.jpg"
    press("2")
    assert dict(table(browser))["card0/unsure.jpg"] == "dog"
    second = here()
    assert second != "card0/unsure.jpg"
    press("4")
    press(Keys.ARROW_DOWN)
    press("u")
    assert here() == second
    assert dict(table(browser))[second] != "neither"
    press(Keys.ARROW_UP)
    press(Keys.ENTER)
    closer = browser.find_element(By.ID, "closer")
    assert closer.is_displayed()
    assert "unsure.jpg" in closer.text
    press("3")
    wait(browser, lambda _: second in closer.text)
    press(Keys.ESCAPE)
    assert dict(table(browser))["card0/unsure.jpg"] == "both"
    wait(browser, lambda b: _corrections(b) == ["both"])


def _corrections(browser: Chrome) -> list[str]:
    """What the server has noted about this visitor's photos."""
    script = """
    const page = new DOMParser().parseFromString(await (await fetch("/photos")).text(), "text/html");
    const ids = [...page.querySelectorAll(".correct")].map((form) => form.dataset.url);
    const all = await Promise.all(ids.map(async (url) => (await (await fetch(url)).json()).correction));
    return all.filter(Boolean);
    """
    return list(browser.execute_async_script(f"const done = arguments[0]; (async () => {{{script}}})().then(done)"))


def test_leaving_and_coming_back_loses_nothing(open_list: Open, tiny: str, pets: Path, tmp_path: Path) -> None:
    browser = open_list()
    browser.execute_cdp_cmd("Network.enable", {})
    slow = {"offline": False, "latency": 700, "downloadThroughput": -1, "uploadThroughput": -1}
    browser.execute_cdp_cmd("Network.emulateNetworkConditions", slow)
    choose(browser, pets)
    wait(browser, lambda b: text(b, "how-far").startswith("3 of 8"))
    browser.get(f"{tiny}/model")
    browser.execute_cdp_cmd("Network.emulateNetworkConditions", slow | {"latency": 0})
    browser.get(f"{tiny}/batch")
    answered(browser, 8)
    before = table(browser)
    browser.refresh()
    answered(browser, 8)
    assert table(browser) == before
    assert len(downloaded(browser, tmp_path / "sorted", "save-sorted")) > 1000  # the photos are still there
    browser.find_element(By.ID, "clear").send_keys(Keys.ENTER)
    browser.find_element(By.ID, "forget-too").send_keys(Keys.SPACE)
    browser.find_element(By.ID, "really").send_keys(Keys.ENTER)
    wait(browser, lambda b: not b.find_element(By.ID, "list").is_displayed())
    browser.get(f"{tiny}/photos")
    # What was on its way when the page was left was sent again with its key, and so kept once.
    assert browser.find_elements(By.CSS_SELECTOR, ".answer") == []
    browser.get(f"{tiny}/batch")
    assert not browser.find_element(By.ID, "list").is_displayed()


def test_a_zip_that_would_fill_the_memory(open_list: Open, picture: Any, colours: Any, tmp_path: Path) -> None:
    path, broken = tmp_path / "bomb.zip", tmp_path / "broken.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("bomb.jpg", bytes(70_000_000))
        archive.writestr("good.jpg", picture(colour=colours["dog"]))
    broken.write_bytes(path.read_bytes()[:-9000] if path.stat().st_size > 20_000 else b"PK\3\4")
    browser = open_list()
    choose(browser, path, broken)
    answered(browser, 2)
    assert table(browser) == [("bomb.jpg", "This file cannot be read"), ("good.jpg", "dog")]
    assert "more than 64 MB" in browser.find_element(By.CSS_SELECTOR, "#rows [data-part=detail]").text
    assert "broken.zip cannot be opened" in text(browser, "note")


def test_the_list_speaks_the_language_that_the_page_has_now(open_list: Open, tiny: str, tmp_path: Path) -> None:
    (tmp_path / "notes.jpg").write_bytes(b"dear diary")
    (tmp_path / "huge.jpg").write_bytes(b"\xff\xd8\xff" + bytes(12_000_000))
    browser = open_list()
    choose(browser, tmp_path / "notes.jpg", tmp_path / "huge.jpg")
    answered(browser, 2)
    assert "the content is text" in browser.find_element(By.ID, "rows").text
    browser.get(f"{tiny}/batch?lang=de")
    wait(browser, lambda b: len(table(b)) == 2)
    assert table(browser) == [("notes.jpg", "Das ist kein Foto"), ("huge.jpg", "Dieses Foto ist zu groß")]
    details = browser.find_element(By.ID, "rows").text.replace("\N{NO-BREAK SPACE}", " ")
    assert "the content is text" not in details
    assert "12 MB" in details


def test_a_row_on_a_small_phone_has_room_for_its_name(open_list: Open, picture: Any, tmp_path: Path) -> None:
    names = ["an-ordinary-name-of-a-photo.jpg", "long-" * 30 + ".jpg"]
    for name in names:
        (tmp_path / name).write_bytes(picture())
    browser = open_list(width=320)
    choose(browser, *(tmp_path / name for name in names))
    answered(browser, 2)
    rows = browser.find_elements(By.CSS_SELECTOR, "#rows tr")
    assert all(row.rect["height"] < 150 for row in rows)
    assert all(row.find_element(By.TAG_NAME, "bdi").rect["width"] > 150 for row in rows)
    assert all(row.find_element(By.TAG_NAME, "select").rect["x"] + 100 < 320 for row in rows)
    assert browser.execute_script("return document.documentElement.scrollWidth") == 320


def test_a_server_that_dies_and_comes_back(
    browse: Open, launch: Any, tiny_model: Path, picture: Any, colours: Any, tmp_path: Path
) -> None:
    paths = [tmp_path / f"{number}.png" for number in range(4)]
    for number, path in enumerate(paths):
        path.write_bytes(picture(300, 300, colour=colours["dog"], seed=number, format="PNG"))  # 100 kB each
    browser = browse()
    process, address = launch(model=tiny_model)
    with process:
        browser.get(f"{address}/batch")
        browser.execute_cdp_cmd("Network.enable", {})
        slow = {"offline": False, "latency": 0, "downloadThroughput": -1, "uploadThroughput": 50_000}
        browser.execute_cdp_cmd("Network.emulateNetworkConditions", slow)
        choose(browser, *paths)
        wait(browser, lambda _: any(words.startswith("Sending") for _, words in table(browser)))
        process.kill()
    wait(browser, lambda _: any(words.startswith("Server away") for _, words in table(browser)))
    browser.execute_cdp_cmd("Network.emulateNetworkConditions", slow | {"uploadThroughput": -1})
    process, _ = launch(int(address.rpartition(":")[2]), model=tiny_model)
    with process:
        answered(browser, 4)
        assert [words for _, words in table(browser)] == ["dog"] * 4
        process.terminate()


def test_a_busy_server_is_asked_again_when_it_says(browse: Open, make_app: Any, classifier: Any, photos: Path) -> None:
    app: Flask = make_app(classifier)
    refusals = [429, 503]

    @app.before_request
    def refuse() -> Response | None:
        busy = request.path == "/api/v1/predictions" and refusals
        return Response("{}", refusals.pop(), {"Retry-After": "1"}) if busy else None

    server = make_server("127.0.0.1", 0, app, threaded=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        browser = browse()
        browser.get(f"http://127.0.0.1:{server.port}/batch")
        choose(browser, *photos.iterdir())
        wait(browser, lambda _: any(words.startswith("Server busy, again in") for _, words in table(browser)))
        answered(browser, 5)
        assert "failed" not in {words for _, words in table(browser)}
        assert refusals == []
    finally:
        server.shutdown()


def test_the_grid_shows_the_same(open_list: Open, pets: Path) -> None:
    browser = open_list(width=390, dark=True)
    choose(browser, pets)
    answered(browser, 8)
    browser.execute_script("document.getElementById('view-grid').click()")
    tiles = browser.find_elements(By.CSS_SELECTOR, "#tiles li")
    assert len(tiles) == 8
    assert not browser.find_elements(By.CSS_SELECTOR, "#rows tr")
    assert browser.execute_script("return document.documentElement.scrollWidth") == 390
    pictures = browser.find_elements(By.CSS_SELECTOR, "#tiles img[src]")
    assert len(pictures) == 7  # all but the one that is cut off
    tiles[0].find_element(By.CSS_SELECTOR, "button").send_keys(Keys.ARROW_RIGHT, "")
    assert browser.switch_to.active_element.text == table_name(tiles[1])


def table_name(tile: Any) -> str:
    return str(tile.find_element(By.CSS_SELECTOR, "[data-part=name]").text)


def test_without_javascript(open_list: Open, photos: Path) -> None:
    browser = open_list(javascript=False)
    choose(browser, photos / "cat.jpg", photos / "dog.jpg")
    browser.find_element(By.CSS_SELECTOR, "[type=submit]").click()
    wait(browser, lambda b: b.find_elements(By.CSS_SELECTOR, ".photos tbody tr"))
    shown = [row.text.split()[:2] for row in browser.find_elements(By.CSS_SELECTOR, ".photos tbody tr")]
    assert shown == [["cat.jpg", "cat"], ["dog.jpg", "dog"]]


FILL = """
const [count, done] = arguments;
import(document.querySelector("[data-words]").src.replace("batch.js", "keeping.js")).then(async ({ keep, kept }) => {
  const [item] = await kept();
  await keep(Array.from({ length: count }, (_, place) => ({ ...item, key: place + 1, name: `${place}.jpg` })));
}).then(done);
"""
ORDER = """
const done = arguments[0];
const order = document.getElementsByName("order")[0];
order.value = "name";
order.dispatchEvent(new Event("change", { bubbles: true }));
requestAnimationFrame(() => setTimeout(done));
"""


def test_a_list_of_three_hundred_is_light(open_list: Open, photos: Path) -> None:
    browser = open_list()
    choose(browser, photos / "cat.jpg")
    answered(browser, 1)
    wait(browser, lambda b: b.find_elements(By.CSS_SELECTOR, "#rows img[src]"))
    browser.execute_async_script(FILL, 300)
    browser.refresh()
    answered(browser, 300)
    assert len(table(browser)) == 300
    assert browser.execute_script("return document.querySelectorAll('#list *').length") < 300 * 25
    browser.execute_async_script(ORDER)
    assert [name for name, _ in table(browser)][:3] == ["0.jpg", "1.jpg", "2.jpg"]
