"""The main journeys in Firefox, as it comes from the system; single parts are tested in Chromium."""

from __future__ import annotations

import base64
import io
import re
import shutil
import time
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("playwright", reason="needs the package pytest-playwright")

from playwright.sync_api import Browser, Page, Playwright, expect
from tests.web.pages import test_train_page_browser as training
from tests.web.test_journeys import DROP, cards

from pawsight.classifier import Classifier
from pawsight.web.pages.model import device_is_available

pytestmark = pytest.mark.long
needs_runtime = pytest.mark.skipif(not device_is_available(), reason="needs ONNX Runtime Web: python hatch_build.py")

Open = Callable[..., Page]
SAMPLES = Path(__file__).parents[3] / "src" / "pawsight" / "web" / "static" / "examples"
DRAWN = 100
TIMEOUT = 120_000  # milliseconds, on a busy machine
KEPT = """
new Promise((done) => {
  indexedDB.open("pawsight").onsuccess = ({ target }) => {
    target.result.transaction("items").objectStore("items").getAll().onsuccess = ({ target }) => done(target.result);
  };
})
"""

pictures = training.pictures  # a fixture: files of one color


@pytest.fixture(scope="session")
def browser_type_launch_args(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The system's Firefox, in place of Chromium."""
    firefox = next(filter(None, map(shutil.which, ("firefox-esr", "firefox"))), None)
    if not firefox:
        pytest.skip("needs firefox")
    expect.set_options(timeout=TIMEOUT)
    folder = tmp_path_factory.mktemp("downloads")
    return {"channel": "moz-firefox", "executable_path": firefox, "timeout": TIMEOUT, "downloads_path": folder}


@pytest.fixture(scope="module")
def browser(playwright: Playwright, browser_type_launch_args: dict[str, Any]) -> Iterator[Browser]:
    """Firefox for all tests of this module."""
    opened = playwright.firefox.launch(**browser_type_launch_args)
    yield opened
    opened.close()


@pytest.fixture
def downloaded(browser_type_launch_args: dict[str, Any]) -> Callable[[Page, str, str], bytes]:
    """`downloaded(page, "#button", "name.zip")` is the file that a button gives; Playwright does not see those that a
    script makes in Firefox."""

    def wait(page: Page, button: str, name: str) -> bytes:
        page.locator(button).click()
        path, end = browser_type_launch_args["downloads_path"] / name, time.monotonic() + TIMEOUT / 1000
        while not (path.is_file() and path.stat().st_size) or path.with_name(f"{name}.part").exists():
            assert time.monotonic() < end, f"{name} was not saved"
            page.wait_for_timeout(100)
        data: bytes = path.read_bytes()
        return data

    return wait


def test_a_sample_then_own_photos_one_corrected_and_undone(
    open_page: Open, tiny: str, picture: Any, colours: Any
) -> None:
    page = open_page(tiny)
    page.locator("#sample-cat").click()
    cards(page, 1)
    expect(page.locator(".answer .heat")).to_have_css("opacity", "1")
    with page.expect_file_chooser() as chooser:
        page.locator("label[for=image]").click()
    chooser.value.set_files({"name": "a.jpg", "mimeType": "image/jpeg", "buffer": picture(colour=colours["cat"])})
    cards(page, 2)
    page.evaluate(DROP, [base64.b64encode(picture(colour=colours["dog"], format="PNG")).decode()])
    newest = cards(page, 3).first
    expect(newest.locator("h2")).to_have_text(re.compile("^Dog"))
    newest.locator(".correct [value=cat]").click()
    expect(newest.locator("h2")).to_have_text("Cat")
    expect(page.locator("#status")).to_have_text("Cat")
    newest.locator(".correct [value='']").click()
    expect(newest.locator("h2")).to_have_text(re.compile("^Dog"))
    page.reload()
    cards(page, 3)


@pytest.fixture
def hundred(zip_library: None, tmp_path: Path, picture: Any, colours: Any) -> Path:
    """A ZIP of drawn photos: cats, dogs, and neither."""
    path = tmp_path / "hundred.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for number in range(DRAWN):
            name = ("cat", "dog", "neither")[number % 3]
            archive.writestr(f"{name}-{number:02}.jpg", picture(colour=colours[name], seed=number))
    return path


def test_a_hundred_photos_sorted(open_batch: Callable[..., Any], hundred: Path, downloaded: Any) -> None:
    batch = open_batch()
    batch.choose(hundred)
    batch.expect_classified(DRAWN)
    groups = {"All": 100, "Cat": 34, "Dog": 33, "Neither": 33}
    batch.expect_groups(groups)
    batch.pick("cat")
    batch.resize(110)
    batch.sort("name")
    batch.tile("cat-00.jpg").click()
    batch.tile("cat-09.jpg").click(modifiers=["Shift"])
    expect(batch.selected_tiles).to_have_count(4)
    batch.page.locator("#selected [data-label=dog]").click()
    batch.expect_corrected(4)
    batch.press("u")
    batch.expect_groups(groups)
    batch.tile("cat-00.jpg").click()
    batch.press("2")
    batch.expect_groups(groups | {"Cat": 33, "Dog": 34, "Corrected": 1})
    with zipfile.ZipFile(io.BytesIO(downloaded(batch.page, "#save-sorted", "pawsight.zip"))) as archive:
        assert Counter(name.split("/")[0] for name in archive.namelist()) == {"cat": 33, "dog": 34, "neither": 33}
        assert "dog/cat-00.jpg" in archive.namelist()
        assert archive.testzip() is None


@needs_runtime
def test_the_same_predictions_on_this_device(open_batch: Callable[..., Any], server: str, shipped: Classifier) -> None:
    batch = open_batch(server)
    posted: list[str] = []
    batch.page.context.on("request", lambda asked: posted.append(asked.url) if asked.method == "POST" else None)
    batch.page.locator("#upload summary").click()
    batch.page.locator("#on-device").check()
    expect(batch.page.locator("#device-says")).to_contain_text("The model is ready.")
    names = ["cat", "dog", "both", "neither"]
    batch.choose(*(SAMPLES / f"{name}.jpg" for name in names))
    batch.expect_classified(len(names))
    items = {item["name"].partition(".")[0]: item["answer"] for item in batch.page.evaluate(KEPT)}
    for name, said in zip(names, shipped.predict([SAMPLES / f"{name}.jpg" for name in names]), strict=True):
        assert items[name]["verdict"] == said.verdict
        assert items[name]["scores"] == pytest.approx(said.scores, abs=0.02)  # a browser decodes JPEG in its own way
    assert posted == []


@needs_runtime
def test_a_model_is_trained(open_page: Open, tiny: str, pictures: Any, downloaded: Any) -> None:
    page = open_page(f"{tiny}/train")
    training.fill(page, 0, "red", pictures("red"))
    training.fill(page, 1, "blue", pictures("blue"))
    training.train(page)
    page.set_input_files("#try", pictures("blue", 7)[-1])
    expect(page.locator("#tried h3")).to_have_text("blue")
    with zipfile.ZipFile(io.BytesIO(downloaded(page, "#download", "my-model.zip"))) as archive:
        assert {"my-model/model.onnx", "my-model/card.json"} <= set(archive.namelist())


def test_in_german_on_a_narrow_screen(open_page: Open, tiny: str, picture: Any) -> None:
    page = open_page(f"{tiny}/batch?lang=de", width=390)
    expect(page.locator("html")).to_have_attribute("lang", "de")
    photo: Any = {"name": "Katze.jpg", "mimeType": "image/jpeg", "buffer": picture()}
    page.locator("#image").set_input_files(
        [photo, {"name": "Notiz.jpg", "mimeType": "image/jpeg", "buffer": b"Liebes"}]
    )
    expect(page.locator("#how-far")).to_have_text("Alle 2 fertig · 1 fehlgeschlagen")
    expect(page.locator("#gallery")).to_contain_text("Dieses Format wird nicht unterstützt")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    for address in ("/", "/photos", "/train", "/model", "/docs"):
        page.goto(f"{tiny}{address}")
        expect(page.locator("html")).to_have_attribute("lang", "de")
        assert page.evaluate("document.documentElement.scrollWidth") <= 390, address


def test_without_javascript(
    playwright: Playwright, browser_type_launch_args: dict[str, Any], tiny: str, photos: Path
) -> None:
    off = playwright.firefox.launch(**browser_type_launch_args, firefox_user_prefs={"javascript.enabled": False})
    page = off.new_page()
    page.goto(tiny)
    page.locator("#image").set_input_files([photos / "cat.jpg", photos / "dog.jpg"])
    with page.expect_navigation():  # no clicks and no waiting for elements: Playwright does both with a script
        page.locator("#upload [type=submit]").press("Enter")
    assert page.locator(".answer").count() == 2
    with page.expect_navigation():
        page.locator(".answer .correct [value=neither]").first.press("Enter")
    assert page.locator(".answer h2").all_inner_texts() == ["Neither a cat nor a dog"]
    assert "You said so." in page.locator("main").inner_text()
    off.close()
