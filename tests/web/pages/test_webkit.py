"""The main journeys in WebKit, the engine of Safari, in the small browser that comes with WebKitGTK."""

from __future__ import annotations

import base64
import io
import os
import shutil
import subprocess
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("selenium", reason="needs the package selenium")
pytest.importorskip("playwright", reason="needs the package pytest-playwright")

from selenium import webdriver
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webdriver import WebDriver
from selenium.webdriver.support.wait import WebDriverWait
from tests.web.pages import test_train_page_browser as training

from pawsight.classifier import Classifier
from pawsight.web.pages.model import device_is_available

pytestmark = [
    pytest.mark.long,
    # Selenium 4.51 does itself what it warns of.
    pytest.mark.filterwarnings("ignore:setting remote_server_addr:DeprecationWarning"),
]
needs_runtime = pytest.mark.skipif(not device_is_available(), reason="needs ONNX Runtime Web: python hatch_build.py")

SAMPLES = Path(__file__).parents[3] / "src" / "pawsight" / "web" / "static" / "examples"
BROWSERS = sorted(Path("/usr").glob("lib/*/webkit2gtk-4.?/MiniBrowser"))
TIMEOUT = 120  # seconds, on a busy machine
WATCH_DOWNLOADS = """
const make = URL.createObjectURL;
URL.createObjectURL = (blob) => {
  if (blob.type === "application/zip") window.saved = blob;
  return make.call(URL, blob);
};
"""
SAVED = """
const done = arguments[0], reader = new FileReader();
reader.onload = () => done(reader.result.split(",")[1]);
reader.readAsDataURL(window.saved);
"""
KEPT = """
const done = arguments[0];
indexedDB.open("pawsight").onsuccess = ({ target }) => {
  target.result.transaction("items").objectStore("items").getAll().onsuccess = ({ target }) => done(target.result);
};
"""

pictures = training.pictures  # a fixture: files of one color


class WebKit:
    """A page in WebKit; what is looked for is waited for."""

    def __init__(self, driver: WebDriver) -> None:
        self.driver = driver

    def wait(self, ready: Callable[[], Any]) -> Any:
        return WebDriverWait(self.driver, TIMEOUT).until(lambda _: ready())

    def find(self, selector: str) -> Any:
        return self.driver.find_element(By.CSS_SELECTOR, selector)

    def texts(self, selector: str) -> list[str]:
        script = "return [...document.querySelectorAll(arguments[0])].map((one) => one.textContent.trim())"
        return list(self.driver.execute_script(script, selector))

    def click(self, selector: str) -> None:
        self.wait(lambda: self.find(selector).is_displayed())
        self.find(selector).click()

    def choose(self, selector: str, *paths: Path) -> None:
        """Choose files in a field, which may be hidden behind its label."""
        self.find(selector).send_keys("\n".join(map(str, paths)))

    def press(self, *keys: str) -> None:
        ActionChains(self.driver).send_keys(*keys).perform()

    def downloaded(self, button: str) -> zipfile.ZipFile:
        """The ZIP that a button gives: what the page makes, for this browser tells nobody where it saves."""
        self.driver.execute_script(WATCH_DOWNLOADS)
        self.driver.execute_script("document.querySelector(arguments[0]).click()", button)
        self.wait(lambda: self.driver.execute_script("return Boolean(window.saved)"))
        return zipfile.ZipFile(io.BytesIO(base64.b64decode(self.driver.execute_async_script(SAVED))))


@pytest.fixture(scope="module")
def screen() -> Iterator[str]:
    """The name of a screen that nobody sees: this browser has no headless mode."""
    if not shutil.which("Xvfb"):
        pytest.skip("needs Xvfb")
    command = ["Xvfb", "-displayfd", "1", "-screen", "0", "1400x1000x24", "-nolisten", "tcp"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as server:
        assert server.stdout
        yield f":{server.stdout.readline().strip()}"
        server.terminate()


@pytest.fixture
def webkit(screen: str) -> Iterator[WebKit]:
    """A visitor of its own, in WebKitGTK's MiniBrowser."""
    program = shutil.which("WebKitWebDriver")
    if not (program and BROWSERS):
        pytest.skip("needs WebKitWebDriver (webkit2gtk-driver)")
    options = webdriver.WebKitGTKOptions()
    options.binary_location = str(BROWSERS[-1])
    options.add_argument("--automation")
    service = webdriver.WebKitGTKService(program, env=os.environ | {"DISPLAY": screen})
    driver = webdriver.WebKitGTK(options=options, service=service)
    driver.set_window_size(1200, 900)
    driver.set_script_timeout(TIMEOUT)
    yield WebKit(driver)
    driver.quit()


def test_a_sample_then_own_photos_one_corrected_and_undone(webkit: WebKit, tiny: str, photos: Path) -> None:
    webkit.driver.get(tiny)
    webkit.click("#sample-cat")
    webkit.wait(lambda: webkit.find(".answer .heat").value_of_css_property("opacity") == "1")
    webkit.choose("#image", photos / "dog.jpg")
    headline = ".answer:first-child h2"
    webkit.wait(lambda: webkit.texts(headline)[0].startswith("Dog"))
    webkit.click(".answer:first-child .correct [value=cat]")
    webkit.wait(lambda: webkit.texts(headline) == ["Cat"])
    webkit.click(".answer:first-child .correct [value='']")
    webkit.wait(lambda: webkit.texts(headline)[0].startswith("Dog"))
    webkit.driver.refresh()
    webkit.wait(lambda: len(webkit.texts(".answer h2")) == 2)
    assert webkit.texts(headline)[0].startswith("Dog")  # the card of the own photo, after the correction was undone


def test_thirty_photos_sorted_in_german(
    webkit: WebKit, zip_library: None, tiny: str, picture: Any, colours: Any, tmp_path: Path
) -> None:
    with zipfile.ZipFile(tmp_path / "thirty.zip", "w") as archive:
        for number in range(30):
            name = ("cat", "dog", "neither")[number % 3]
            archive.writestr(f"{name}-{number:02}.jpg", picture(colour=colours[name], seed=number))
    webkit.driver.get(f"{tiny}/batch?lang=de")
    webkit.choose("#image", tmp_path / "thirty.zip")
    webkit.wait(lambda: webkit.texts("#how-far") == ["Alle 30 fertig"])
    webkit.wait(lambda: webkit.texts("[data-group=cat]") == ["Katze 10"])
    webkit.click("[data-group=cat]")
    webkit.click('.tile[aria-label^="cat-00"]')
    ActionChains(webkit.driver).key_down(Keys.SHIFT).send_keys(Keys.ARROW_RIGHT).key_up(Keys.SHIFT).perform()
    webkit.wait(lambda: webkit.texts("#selected-count") == ["2"])
    webkit.press("2")
    webkit.wait(lambda: webkit.texts("[data-group=corrected]") == ["Korrigiert 2"])
    webkit.click("#undo")
    webkit.wait(lambda: webkit.texts("[data-group=cat]") == ["Katze 10"])
    webkit.click('.tile[aria-label^="cat-00"]')
    webkit.click("#selected [data-label=dog]")
    webkit.wait(lambda: webkit.texts("[data-group=corrected]") == ["Korrigiert 1"])
    with webkit.downloaded("#save-sorted") as archive:
        assert Counter(name.split("/")[0] for name in archive.namelist()) == {"cat": 9, "dog": 11, "neither": 10}
        assert archive.testzip() is None
    webkit.driver.refresh()  # of a private window, which keeps no files: answers and corrections are there again
    webkit.wait(lambda: webkit.texts("[data-group=cat]") == ["Katze 9"])
    webkit.wait(lambda: webkit.driver.execute_script("return document.querySelector('.tile img').naturalWidth > 0"))


@needs_runtime
def test_the_same_predictions_on_this_device(webkit: WebKit, server: str, shipped: Classifier) -> None:
    webkit.driver.get(f"{server}/batch")
    webkit.click("#upload summary")
    webkit.click("#on-device")
    webkit.wait(lambda: "The model is ready." in webkit.texts("#device-says")[0])
    names = ["cat", "dog", "both", "neither"]
    webkit.choose("#image", *(SAMPLES / f"{name}.jpg" for name in names))
    webkit.wait(lambda: webkit.texts("#how-far") == ["All 4 done"])
    webkit.wait(lambda: all(item["answer"] for item in webkit.driver.execute_async_script(KEPT)))  # kept a little later
    items = {item["name"].partition(".")[0]: item["answer"] for item in webkit.driver.execute_async_script(KEPT)}
    for name, said in zip(names, shipped.predict([SAMPLES / f"{name}.jpg" for name in names]), strict=True):
        assert items[name]["verdict"] == said.verdict
        assert items[name]["scores"] == pytest.approx(said.scores, abs=0.02)  # a browser decodes JPEG in its own way


@needs_runtime
def test_a_model_is_trained(webkit: WebKit, zip_library: None, tiny: str, pictures: Any) -> None:
    webkit.driver.get(f"{tiny}/train")
    for place, name in enumerate(("red", "blue"), start=1):
        webkit.choose(f".class:nth-child({place}) [type=file]", *pictures(name))
    webkit.wait(lambda: webkit.find("#begin button").is_enabled())
    webkit.click("#begin button")
    webkit.wait(lambda: "photos that it was not trained on" in webkit.texts("#headline")[0])
    webkit.choose("#try", pictures("blue", 7)[-1])
    webkit.wait(lambda: webkit.texts("#tried h3") == ["Class 2"])
    with webkit.downloaded("#download") as archive:
        assert {"my-model/model.onnx", "my-model/card.json"} <= set(archive.namelist())
