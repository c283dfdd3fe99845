"""The page Train with the tiny model: several classes in a photo, camera, keyboard, publishing."""

from __future__ import annotations

import json
import re
import zipfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("playwright", reason="needs the package pytest-playwright")
from playwright.sync_api import Page, expect

from pawsight.web.admin import password
from pawsight.web.pages.model import device_is_available

pytestmark = pytest.mark.skipif(not device_is_available(), reason="needs ONNX Runtime Web: python hatch_build.py")

PASSWORD = "four words of mine"
# Twins are found by their brightness, and these differ in it.
COLORS = {"red": (190, 40, 40), "blue": (40, 40, 190), "green": (30, 150, 30)}
EACH = 6


@pytest.fixture
def address(
    start_server: Callable[..., AbstractContextManager[str]], tiny_model: Path, tmp_path: Path
) -> Iterator[str]:
    """A server with the tiny model and admin pages."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(password, "_COST", "scrypt:128:8:1")
        patch.setenv("PAWSIGHT_ADMIN_PASSWORD_HASH", password.make_hash(PASSWORD))
        patch.setenv("PAWSIGHT_ADMIN", str(tmp_path / "admin"))
        with start_server(model=tiny_model) as address:
            yield address


@pytest.fixture
def page(address: str, open_page: Callable[..., Page]) -> Page:
    page = open_page(f"{address}/train")
    page.context.grant_permissions(["camera"])
    return page


@pytest.fixture
def pictures(tmp_path: Path, picture: Callable[..., bytes]) -> Callable[..., list[Path]]:
    """`pictures("red", 6)` makes files of one color, each with stripes of its own."""
    import numpy as np

    def make(name: str, count: int = EACH) -> list[Path]:
        paths = []
        for number in range(count):
            light = np.random.default_rng((number, *COLORS[name])).uniform(0.4, 1.3, (6, 8, 1))
            pixels = np.clip(light.repeat(12, axis=0).repeat(12, axis=1) * COLORS[name], 0, 255).astype(np.uint8)
            paths.append(tmp_path / f"{name}-{number}.png")
            paths[-1].write_bytes(picture(pixels=pixels, format="PNG"))
        return paths

    return make


def card(page: Page, place: int) -> Any:
    return page.locator(".class").nth(place)


def fill(page: Page, place: int, name: str, files: list[Path]) -> None:
    """Name a class and choose its photos."""
    card(page, place).locator("input").first.fill(name)
    card(page, place).locator("[type=file]").set_input_files(files)
    expect(card(page, place).locator(".count")).to_contain_text(f"Photos: {len(files)}")


def train(page: Page) -> None:
    expect(page.locator("#begin button")).to_be_enabled()
    page.locator("#begin button").press("Enter")
    expect(page.locator("#headline")).to_contain_text("photos that it was not trained on")


def test_how_many_photos_to_add_and_too_few(page: Page, pictures: Any) -> None:
    fill(page, 0, "red", pictures("red"))
    fill(page, 1, "blue", pictures("blue", 2))
    expect(page.locator("#what-is-missing")).to_have_text("At least 3 different photos of each class are needed: blue.")
    expect(page.locator("#begin button")).to_be_disabled()
    card(page, 1).locator("[type=file]").set_input_files(pictures("blue", 4)[2:])
    forecast = page.locator(".class .forecast")
    expect(forecast).to_have_text([re.compile("^(To get 19 of 20 right, add: |19 of 20 should be right already)")] * 2)
    card(page, 0).locator(".shots button").first.click()
    expect(forecast.first).to_be_hidden()  # until it is computed again
    expect(forecast.first).to_be_visible()
    card(page, 0).locator("[type=file]").set_input_files(pictures("red", 1))
    expect(card(page, 0).locator(".count")).to_contain_text("Photos: 6")
    train(page)
    expect(page.locator("#remarks")).to_contain_text("Fewer than 10 photos: blue (4), red (6).")
    cells = page.locator("#per-class td:last-child")
    expect(cells).to_have_text([re.compile("none|about|at least|more photos alone")] * 2)


def test_copies_of_one_photo_are_too_few(page: Page, pictures: Any) -> None:
    fill(page, 0, "red", pictures("red"))
    fill(page, 1, "blue", pictures("blue", 1) * 3)
    page.locator("#begin button").click()
    expect(page.locator("#headline")).to_have_text("Too few photos")
    expect(page.locator("#remarks")).to_contain_text("a class needs at least 3 different photos: blue (1)")


def test_photos_of_several_classes(page: Page, pictures: Any) -> None:
    both = pictures("green")
    fill(page, 0, "red", [*pictures("red", 12), *both])
    fill(page, 1, "blue", [*pictures("blue", 12), *both])
    train(page)
    expect(page.locator("#remarks")).to_contain_text("6 pictures are in several classes")
    page.locator("#together").check()
    train(page)
    expect(page.locator("#remarks")).not_to_contain_text("in several classes")
    page.set_input_files("#try", pictures("green", 7)[-1])
    expect(page.locator("#tried h3")).to_have_text(re.compile("Several of the classes|Not sure"))
    scores = page.locator("#tried meter").evaluate_all("all => all.map((one) => one.value)")
    assert min(scores) > 0.5, "of exclusive classes, no two would have more than half"


def test_with_the_keyboard_and_the_camera(page: Page, pictures: Any) -> None:
    fill(page, 0, "red", pictures("red"))
    with page.expect_file_chooser() as chooser:
        card(page, 1).locator("[type=file]").focus()
        page.keyboard.press("Enter")
    chooser.value.set_files(pictures("blue"))
    page.locator("#use-camera").press("Space")
    expect(page.locator("#camera")).to_be_visible()
    page.locator("#add-class").press("Enter")
    expect(page.locator(":focus")).to_have_value("Class 3")  # ready to be named
    page.keyboard.type("seen by the camera")
    hold = card(page, 2).locator(".hold")
    hold.focus()
    page.keyboard.down("Space")
    expect(card(page, 2).locator(".shots button").nth(2)).to_be_attached()
    page.keyboard.up("Space")
    expect(card(page, 2).locator(".count")).not_to_contain_text("to read")
    taken = card(page, 2).locator(".shots button").count()
    card(page, 2).locator(".shots button").first.press("Enter")
    expect(card(page, 2).locator(".shots button")).to_have_count(taken - 1)
    expect(card(page, 2).locator(".shots :focus")).to_have_count(1)  # the next one
    card(page, 2).locator(".remove").press("Enter")
    expect(page.locator(".class")).to_have_count(2)
    expect(page.locator(":focus")).to_have_id("add-class")
    train(page)
    expect(page.locator(":focus")).to_have_id("result")
    shown = page.locator("#tried img")  # the camera is on: the model classifies what it sees
    expect(shown).to_have_attribute("src", re.compile("^blob:"))
    first = shown.get_attribute("src") or ""
    expect(shown).not_to_have_attribute("src", first)


def test_the_folder_that_evaluate_and_predict_take(
    page: Page, pictures: Any, tmp_path: Path, pawsight: Callable[..., Any]
) -> None:
    fill(page, 0, "red", pictures("red"))
    fill(page, 1, "blue", pictures("blue"))
    train(page)
    with page.expect_download() as saved:
        page.locator("#download").click()
    with zipfile.ZipFile(saved.value.path()) as archive:
        archive.extractall(tmp_path)
    for name in ("red", "blue"):
        (tmp_path / "unseen" / name).mkdir(parents=True)
        for path in pictures(name, EACH + 4)[EACH:]:
            path.rename(tmp_path / "unseen" / name / path.name)
    ran = pawsight("evaluate", tmp_path / "my-model", tmp_path / "unseen", "--format", "json")
    assert ran.code == 0, ran.err
    measured = json.loads(ran.out)
    assert (measured["accuracy"]["value"], measured["accuracy"]["n"]) == (1, 8)
    ran = pawsight("predict", tmp_path / "unseen" / "red", "--model", tmp_path / "my-model", "--format", "jsonl")
    assert [json.loads(line)["label"] for line in ran.out.splitlines()] == ["red"] * 4


def test_publish_with_the_password(page: Page, address: str, pictures: Any) -> None:
    fill(page, 0, "red", pictures("red"))
    fill(page, 1, "blue", pictures("blue"))
    page.locator("#model-name").fill("colors")
    train(page)
    publish, says = page.locator("#publish button"), page.locator("#publish-says")
    publish.press("Enter")
    expect(says).to_have_text("Log in to publish it.")
    for tried in ("a wrong one", PASSWORD):
        page.locator("#publish [type=password]").fill(tried)
        page.locator("#publish [type=password]").press("Enter")
        expect(says).to_have_text(re.compile("This is not the password|Published: visitors can choose colors"))
        expect(publish).to_be_enabled()
    expect(says).to_contain_text("Published: visitors can choose colors.")
    page.request.post(f"{address}/admin/logout")
    found = page.request.get(f"{address}/api/v1/models").json()["models"]
    assert page.request.get(f"{address}/models/colors").status == 200
    assert {"colors": ["blue", "red"]}.items() <= {one["name"]: one["classes"] for one in found}.items()
    photo: Any = {"name": "a.png", "mimeType": "image/png", "buffer": pictures("red", 7)[-1].read_bytes()}
    said = page.request.post(f"{address}/api/v1/predictions", multipart={"image": photo, "model": "colors"}).json()
    assert said["predictions"][0]["label"] == "red"
    page.locator("#model-name").fill("tiny")  # the name of the server's own
    train(page)
    expect(page.locator("#command")).to_have_text("pawsight predict PHOTO --model tiny")
    publish.click()
    expect(says).to_contain_text("Not published. tiny is the name of another model here.")
