"""More ways to ask, and more to do with an answer, in a real browser; the first ones: test_browser.py."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip("selenium", reason="needs the package selenium")

from PIL import Image
from selenium.common.exceptions import StaleElementReferenceException
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.select import Select
from selenium.webdriver.support.wait import WebDriverWait

from pawsight.classifier import Classifier

Open = Callable[..., Chrome]
DONE = ".answer:not(.answer-waiting)"


def wait(browser: Chrome, until: Callable[[Chrome], Any]) -> Any:
    # What was found may be gone with its page before it is read: look again.
    return WebDriverWait(browser, 60, 0.1, [StaleElementReferenceException]).until(until)


def press(browser: Chrome, id: str) -> None:
    browser.find_element(By.ID, id).send_keys(Keys.ENTER)


def card(browser: Chrome, count: int = 1) -> Any:
    """The newest card, once there are `count` of them."""
    wait(browser, lambda b: len(b.find_elements(By.CSS_SELECTOR, DONE)) == count)
    return browser.find_element(By.CSS_SELECTOR, DONE)


def test_the_example_is_a_cat(browse: Open) -> None:
    browser = browse()
    example = browser.find_element(By.ID, "example")
    assert "CC0" in example.text
    example.send_keys(Keys.ENTER)
    assert card(browser).find_element(By.TAG_NAME, "h2").text == "Cat, quite sure"


def test_the_heat_map_as_strong_and_for_the_class_that_one_wants(browse: Open) -> None:
    browser = browse()
    press(browser, "example")
    found = card(browser)
    heat, tuning = (found.find_element(By.CSS_SELECTOR, path) for path in (".heat", ".tuning"))
    assert not tuning.is_displayed()
    found.find_element(By.CSS_SELECTOR, ".look input").send_keys(Keys.SPACE)
    wait(browser, lambda _: heat.is_displayed() and heat.get_property("naturalWidth"))
    found.find_element(By.NAME, "strength").send_keys(*[Keys.ARROW_LEFT] * 30)
    assert float(heat.value_of_css_property("opacity")) == pytest.approx(0.7)
    Select(found.find_element(By.NAME, "class")).select_by_visible_text("dog")
    assert str(heat.get_attribute("src")).endswith("heatmap.png?class=dog")
    assert found.find_element(By.TAG_NAME, "figcaption").text == "Bright where it speaks for dog"
    wait(browser, lambda _: heat.get_property("complete") and heat.get_property("naturalWidth"))


def test_the_answer_as_json(browse: Open, tmp_path: Path) -> None:
    browser = browse()
    browser.execute_cdp_cmd("Browser.setDownloadBehavior", {"behavior": "allow", "downloadPath": str(tmp_path / "got")})
    rights = {"permissions": ["clipboardReadWrite", "clipboardSanitizedWrite"]}
    browser.execute_cdp_cmd("Browser.grantPermissions", rights)
    press(browser, "example")
    found = card(browser)
    found.find_element(By.CSS_SELECTOR, ".copy").send_keys(Keys.ENTER)
    wait(browser, lambda b: b.find_element(By.ID, "status").get_property("textContent") == "Copied")
    copied = json.loads(browser.execute_async_script("navigator.clipboard.readText().then(arguments[0])"))
    assert copied["verdict"] == "cat"
    found.find_element(By.CSS_SELECTOR, "a[download]").send_keys(Keys.ENTER)
    wait(browser, lambda _: list((tmp_path / "got").glob("*.json")))
    assert json.loads(next((tmp_path / "got").glob("*.json")).read_text()) == copied


def test_a_photo_with_the_camera(browse: Open) -> None:
    browser = browse()
    browser.execute_cdp_cmd("Browser.grantPermissions", {"permissions": ["videoCapture"]})
    press(browser, "camera")
    viewfinder = browser.find_element(By.ID, "viewfinder")
    shutter = viewfinder.find_element(By.CSS_SELECTOR, ".shutter")
    wait(browser, lambda _: shutter.is_enabled())
    assert browser.find_element(By.TAG_NAME, "video").get_property("videoWidth") > 0
    shutter.send_keys(Keys.ENTER)
    found = card(browser)
    assert found.find_elements(By.TAG_NAME, "meter")
    assert not viewfinder.is_displayed()
    assert browser.execute_script("return document.querySelector('video').srcObject") is None


def test_a_camera_that_may_not_be_used(browse: Open) -> None:
    browser = browse()
    browser.execute_cdp_cmd("Browser.setPermission", {"permission": {"name": "camera"}, "setting": "denied"})
    press(browser, "camera")
    reason = browser.find_element(By.CSS_SELECTOR, "#viewfinder .detail")
    wait(browser, lambda _: "may not use the camera" in reason.text)
    browser.switch_to.active_element.send_keys(Keys.ESCAPE)
    assert not browser.find_element(By.ID, "viewfinder").is_displayed()


def test_a_phone_offers_its_own_camera(browse: Open) -> None:
    browser = browse(width=390)
    browser.execute_cdp_cmd("Emulation.setTouchEmulationEnabled", {"enabled": True})
    touch = [{"name": "hover", "value": "none"}, {"name": "pointer", "value": "coarse"}]
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": touch})
    assert browser.find_element(By.CSS_SELECTOR, "label[for=capture]").is_displayed()
    assert not browser.find_element(By.ID, "camera").is_displayed()
    assert browser.find_element(By.ID, "capture").get_attribute("capture") == "environment"


def test_trying_again_when_the_server_is_back(browse: Open, tmp_path: Path, picture: Any) -> None:
    browser = browse()
    browser.execute_cdp_cmd("Network.enable", {})
    line = {"offline": True, "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1}
    browser.execute_cdp_cmd("Network.emulateNetworkConditions", line)
    (tmp_path / "a.jpg").write_bytes(picture())
    browser.find_element(By.ID, "image").send_keys(str(tmp_path / "a.jpg"))
    assert "cannot be reached" in card(browser).text
    browser.execute_cdp_cmd("Network.emulateNetworkConditions", line | {"offline": False})
    browser.find_element(By.CSS_SELECTOR, ".again").send_keys(Keys.ENTER)
    wait(browser, lambda b: b.find_elements(By.CSS_SELECTOR, f"{DONE} meter"))


def test_found_again_on_the_page_of_ones_own(browse: Open, server: str) -> None:
    browser = browse()
    press(browser, "example")
    card(browser)
    browser.get(f"{server}/photos")
    browser.find_element(By.CSS_SELECTOR, ".correct [value=dog]").send_keys(Keys.ENTER)
    assert wait(browser, lambda b: "Noted: a dog" in b.find_element(By.TAG_NAME, "main").text)
    browser.refresh()
    assert wait(browser, lambda b: "Noted: a dog" in b.find_element(By.TAG_NAME, "main").text)
    browser.find_element(By.CSS_SELECTOR, ".forget").send_keys(Keys.ENTER)
    assert wait(browser, lambda b: "There are none" in b.find_element(By.TAG_NAME, "main").text)


def test_models_side_by_side(browse: Open, server: str) -> None:
    browser = browse(width=320)
    models = Select(browser.find_element(By.ID, "model"))
    models.select_by_value("vgg16")
    press(browser, "example")
    found = card(browser)
    assert "by vgg16-" in found.text
    found.find_element(By.CSS_SELECTOR, ".compare").send_keys(Keys.ENTER)
    wait(browser, lambda _: len(found.find_elements(By.CSS_SELECTOR, ".comparison dl")) == len(models.options))
    asked = {one.text.split()[0]: one for one in found.find_elements(By.CSS_SELECTOR, ".comparison tbody tr")}
    assert set(asked) == {option.get_attribute("value") for option in models.options}
    for name, line in asked.items():
        assert "Cat, quite sure" in line.text or name in ("scratch", "tiny")  # the small ones need not be so sure
        assert "ms" in line.find_element(By.TAG_NAME, "th").text
        assert len(line.find_elements(By.TAG_NAME, "meter")) == 2
    said = str(browser.find_element(By.ID, "status").get_property("textContent"))
    assert said.split(":")[0] in asked
    assert browser.execute_script("return document.documentElement.scrollWidth") == 320
    found.find_element(By.CSS_SELECTOR, ".forget").send_keys(Keys.ENTER)
    wait(browser, lambda b: not b.find_elements(By.CSS_SELECTOR, DONE))
    browser.get(f"{server}/photos")
    assert "There are none" in browser.find_element(By.TAG_NAME, "main").text


KEEP = "addEventListener('change', (event) => { window.chosen = event.target.files[0]; }, true)"
SHRINK = """
const [done] = arguments;
(async () => {
  const { shrink } = await import(document.querySelector("[data-words]").src.replace("ask.js", "shrinking.js"));
  const score = async (photo) => {
    const body = new FormData();
    body.append("image", photo, "photo");
    const response = await fetch("/api/v1/predictions", { method: "POST", body });
    return (await response.json()).predictions[0].scores;
  };
  const photo = window.chosen;
  const small = await shrink(photo);
  return [photo.size, small.size, small === photo ? null : [await score(photo), await score(small)]];
})().then(done, (error) => done(String(error)));
"""


@pytest.fixture
def shrunk(browse: Open, tmp_path: Path) -> Callable[[bytes], Any]:
    """`shrunk(photo)` lets the browser shrink a photo: bytes before and after, and the scores of both."""
    browser = browse()
    # The page's own listener would take the file away.
    browser.execute_script(KEEP)

    def shrink(photo: bytes) -> Any:
        (tmp_path / "large").write_bytes(photo)
        browser.find_element(By.ID, "image").send_keys(str(tmp_path / "large"))
        return browser.execute_async_script(SHRINK)

    return shrink


def grown(image: Image.Image, side: int, **options: Any) -> bytes:
    """A photo as a camera would take it: `side` pixels wide, with grain."""
    large = image.convert("RGB").resize((side, round(side * image.height / image.width)), Image.Resampling.BICUBIC)
    grain = np.random.default_rng(1).integers(-12, 13, (large.height, large.width, 1), dtype=np.int16)
    noisy = np.clip(np.asarray(large, dtype=np.int16) + grain, 0, 255).astype(np.uint8)
    buffer = io.BytesIO()
    Image.fromarray(noisy).save(buffer, **({"format": "JPEG", "quality": 95} | options))
    return buffer.getvalue()


def difference(shrunk: Any, photo: bytes) -> float:
    """How much the greatest score changes by shrinking."""
    before, after, scores = shrunk(photo)
    assert before == len(photo)
    assert after < before / 3
    return max(abs(scores[0][name] - scores[1][name]) for name in scores[0])


def test_shrinking_does_not_change_the_answer(shrunk: Any, shipped: Classifier) -> None:
    data = pytest.importorskip("skimage.data", reason="needs the package scikit-image")
    tolerance = shipped.card.golden.tolerance
    cat, cup = (Image.fromarray(make()) for make in (data.chelsea, data.coffee))
    for photo in (grown(cat, 3000), grown(cup, 2600), grown(cat, 2000, format="PNG"), grown(cat, 2400, format="WEBP")):
        assert difference(shrunk, photo) < tolerance


def test_shrinking_turns_photos_upright(shrunk: Any, shipped: Classifier) -> None:
    data = pytest.importorskip("skimage.data", reason="needs the package scikit-image")
    exif = Image.Exif()
    exif[0x0112] = 6
    lying = Image.fromarray(data.chelsea()).rotate(90, expand=True)
    assert difference(shrunk, grown(lying, 2400, exif=exif.tobytes())) < shipped.card.golden.tolerance


CLEAR = """
const [done] = arguments;
const body = new FormData();
body.append("image", window.chosen, "photo");
fetch("/api/v1/predictions", { method: "POST", body })
  .then((response) => response.json()).then((said) => done(said.predictions[0].scores));
"""


@pytest.mark.parametrize(("number", "clear"), [(19, False), (31, True)])
def test_a_smaller_copy_counts_only_where_its_answer_is_clear(
    browse: Open, server: str, shared: Path, shipped: Classifier, tmp_path: Path, number: int, clear: bool
) -> None:
    with zipfile.ZipFile(shared / "data" / "kagglecatsanddogs_5340.zip") as archive:
        photo = Image.open(io.BytesIO(archive.read(f"PetImages/Cat/{number}.jpg")))
    (tmp_path / "large.jpg").write_bytes(grown(photo, 3000))
    browser = browse()
    browser.execute_script(KEEP)
    browser.find_element(By.ID, "image").send_keys(str(tmp_path / "large.jpg"))
    found = card(browser)
    assert ("Sent smaller" in found.text) == clear
    names = [one.text for one in found.find_elements(By.TAG_NAME, "dt")]
    shown = [float(one.get_attribute("value")) for one in found.find_elements(By.TAG_NAME, "meter")]
    whole = browser.execute_async_script(CLEAR)
    assert [whole[name] for name in names] == pytest.approx(shown, abs=shipped.card.golden.tolerance)
    browser.get(f"{server}/photos")
    assert len(browser.find_elements(By.CSS_SELECTOR, ".answer")) == 2  # the copy that did not count is forgotten


def test_what_only_the_server_can_judge_is_sent_as_it_is(shrunk: Any) -> None:
    grey = Image.effect_noise((2400, 1800), 60)
    cut_off = grown(grey, 2400)[:-200_000]
    inks = io.BytesIO()
    grey.convert("CMYK").save(inks, "JPEG", quality=95)
    for photo in (cut_off, inks.getvalue(), bytes(2_000_000)):
        assert len(photo) > 1_500_000
        before, after, scores = shrunk(photo)
        assert (before, scores) == (after, None)
