"""Training in a real browser: 60 drawn pictures become a model folder that the command line takes."""

from __future__ import annotations

import json
import random
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("playwright", reason="needs the package pytest-playwright")
from PIL import Image, ImageDraw
from playwright.sync_api import Page, expect

from pawsight.classifier import Classifier
from pawsight.web.pages.model import device_is_available

pytestmark = pytest.mark.skipif(not device_is_available(), reason="needs ONNX Runtime Web: python hatch_build.py")

KINDS, EACH = ("disc", "stripes", "grid"), 20
TIMEOUT = 900_000  # milliseconds; training takes seconds on an idle machine


def draw(folder: Path, kind: str, number: int) -> Path:
    """A simple drawing whose place, size and colors depend on its number."""
    rng = random.Random(f"{kind} {number}")
    colors = [tuple(rng.randint(low, low + 85) for _ in range(3)) for low in (170, 20)]
    image = Image.new("RGB", (160, 120), colors[0])
    pen, x, y, half = ImageDraw.Draw(image), rng.randint(45, 115), rng.randint(40, 80), rng.randint(20, 38)
    if kind == "disc":
        pen.ellipse((x - half, y - half, x + half, y + half), fill=colors[1])
    elif kind == "stripes":
        for left in range(0, 190, rng.randint(10, 18)):
            pen.line((left, 0, left - 30, 120), fill=colors[1], width=5)
    else:
        for shift in (-half, 0, half):
            pen.rectangle((x + shift - 6, y - half, x + shift + 6, y + half), fill=colors[1])
            pen.rectangle((x - half, y + shift - 6, x + half, y + shift + 6), fill=colors[1])
    path = folder / f"{kind}-{number}.png"
    image.save(path)
    return path


@pytest.fixture
def training(open_page: Callable[..., Page], tmp_path: Path) -> Page:
    """The page with three classes of drawn pictures, which the model has looked at."""
    page = open_page("/train", width=390)
    page.locator("#add-class").click()
    for place, kind in enumerate(KINDS):
        card = page.locator(".class").nth(place)
        card.locator("input").first.fill(kind)
        card.locator("[type=file]").set_input_files([draw(tmp_path, kind, number) for number in range(EACH)])
    expect(page.locator("#begin button")).to_be_enabled(timeout=TIMEOUT)
    return page


@pytest.mark.long
@pytest.mark.weekly
def test_sixty_pictures_become_a_model_that_the_command_line_takes(
    training: Page, tmp_path: Path, pawsight: Callable[..., Any]
) -> None:
    sent: list[str] = []
    training.context.on("request", lambda asked: sent.append(asked.url) if asked.method != "GET" else None)
    expect(training.locator(".class .count").first).to_have_text(f"Photos: {EACH}")
    training.locator("#begin button").click()
    expect(training.locator("#headline")).to_contain_text("of 60 photos that it was not trained on", timeout=TIMEOUT)
    asked = draw(tmp_path, "disc", EACH)
    training.set_input_files("#try", asked)
    expect(training.locator("#tried h3")).to_have_text("disc")
    with training.expect_download(timeout=TIMEOUT) as saved:
        training.locator("#download").click()
    with zipfile.ZipFile(saved.value.path()) as archive:
        archive.extractall(tmp_path)
    model = Classifier.load(tmp_path / "my-model")
    shown = training.locator("#tried meter").evaluate_all("all => all.map((one) => [one.ariaLabel, one.value])")
    assert model.predict(asked).scores == pytest.approx(dict(shown), abs=0.02)
    ran = pawsight("predict", asked, "--model", tmp_path / "my-model")
    assert (ran.code, "disc" in ran.out) == (0, True), ran.err
    for kind in KINDS:
        (tmp_path / "unseen" / kind).mkdir(parents=True)
        for number in range(EACH + 1, EACH + 11):
            draw(tmp_path / "unseen" / kind, kind, number)
    ran = pawsight("evaluate", tmp_path / "my-model", tmp_path / "unseen", "--format", "json")
    assert ran.code == 0, ran.err
    assert json.loads(ran.out)["accuracy"]["n"] == 30
    assert sent == []
    assert training.evaluate("document.documentElement.scrollWidth <= innerWidth")
