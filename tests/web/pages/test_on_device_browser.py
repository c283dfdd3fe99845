"""Classifying on the visitor's own device, in a real browser: same predictions, nothing sent, no network needed."""

from __future__ import annotations

import base64
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("playwright", reason="needs the package pytest-playwright")

from PIL import Image
from playwright.sync_api import expect

from pawsight.classifier import Classifier
from pawsight.web.pages.model import device_is_available

pytestmark = pytest.mark.skipif(not device_is_available(), reason="needs ONNX Runtime Web: python hatch_build.py")

SAMPLES = Path(__file__).parents[3] / "src" / "pawsight" / "web" / "static" / "examples"
KEPT = """
new Promise((done) => {
  indexedDB.open("pawsight").onsuccess = ({ target }) => {
    target.result.transaction("items").objectStore("items").getAll().onsuccess = ({ target }) => done(target.result);
  };
})
"""
READ = """
([files, module]) => import(module).then(({ readPhoto }) => Promise.all(files
  .map((file) => new Blob([Uint8Array.from(atob(file), (char) => char.charCodeAt(0))]))
  .map((file) => readPhoto(file, 224).then(() => "read", ({ name }) => name))))
"""
REACHED = "fetch('/livez').then(() => true, () => false)"


def test_the_same_predictions_without_a_network(
    open_batch: Callable[..., Any], server: str, shipped: Classifier
) -> None:
    batch = open_batch(server)
    page = batch.page
    posted: list[str] = []
    page.context.on("request", lambda asked: posted.append(asked.url) if asked.method == "POST" else None)
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    page.locator("#upload summary").click()
    page.locator("#on-device").check()
    expect(page.locator("#device-says")).to_have_text("The model is ready. It works without a network now.")
    page.context.set_offline(True)
    assert not page.evaluate(REACHED)
    page.reload()
    expect(page.locator("#upload.live")).to_be_visible()
    assert not page.evaluate(REACHED)
    names = ["cat", "dog", "both", "neither"]
    batch.choose(*(SAMPLES / f"{name}.jpg" for name in names))
    batch.expect_classified(4)
    assert posted == []
    items = {item["name"].partition(".")[0]: item["answer"] for item in page.evaluate(KEPT)}
    expected = shipped.predict([SAMPLES / f"{name}.jpg" for name in names])
    for name, said in zip(names, expected, strict=True):
        assert items[name]["verdict"] == said.verdict
        assert items[name]["model"] == said.model
        assert items[name]["scores"] == pytest.approx(said.scores, abs=0.02)  # a browser decodes JPEG in its own way
    batch.resize(110)
    batch.sort("added")
    batch.tile("cat.jpg").click()
    batch.press("2")  # corrections stay on this device, too
    batch.expect_corrected(1)
    assert posted == []


def test_what_is_wrong_with_a_photo_is_told_apart(open_page: Callable[..., Any], tiny: str) -> None:
    long = io.BytesIO()
    Image.new("RGB", (70_000, 1), "red").save(long, "PNG")  # wider than a canvas can be
    contents = (b"dear diary", long.getvalue(), SAMPLES.joinpath("cat-tile.webp").read_bytes())
    files = [base64.b64encode(data).decode() for data in contents]
    read = open_page(f"{tiny}/model").evaluate(READ, [files, f"{tiny}/static/device/photo.js"])
    assert read == ["UndecodableError", "TooLargeError", "read"]
