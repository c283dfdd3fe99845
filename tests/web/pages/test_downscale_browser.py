"""What a browser makes smaller before it sends it: the answer stays, and only what is safe to shrink is shrunk."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip("playwright", reason="needs the package pytest-playwright")

from PIL import Image
from playwright.sync_api import Page, expect

from pawsight.classifier import Classifier

Open = Callable[..., Page]
# The page's own listener would take the file away.
KEEP = "addEventListener('change', (event) => { window.chosen = event.target.files[0]; }, true)"
SHRINK = """
async () => {
  const { shrink } = await import(document.querySelector("[data-words]").src.replace("classify.js", "downscale.js"));
  const score = async (photo) => {
    const body = new FormData();
    body.append("image", photo, "photo");
    const response = await fetch("/api/v1/predictions", { method: "POST", body });
    return (await response.json()).predictions[0].scores;
  };
  const photo = window.chosen;
  const small = await shrink(photo);
  return [photo.size, small.size, small === photo ? null : [await score(photo), await score(small)]];
}
"""
SCORES = """
async () => {
  const body = new FormData();
  body.append("image", window.chosen, "photo");
  const response = await fetch("/api/v1/predictions", { method: "POST", body });
  return (await response.json()).predictions[0].scores;
}
"""


@pytest.fixture
def shrunk(open_page: Open, tmp_path: Path) -> Callable[[bytes], Any]:
    """`shrunk(photo)` lets the browser shrink a photo: bytes before and after, and the scores of both."""
    page = open_page()
    page.evaluate(KEEP)

    def shrink(photo: bytes) -> Any:
        (tmp_path / "large").write_bytes(photo)
        page.locator("#image").set_input_files(tmp_path / "large")
        return page.evaluate(SHRINK)

    return shrink


def grown(image: Image.Image, side: int, **options: Any) -> bytes:
    """A photo as a camera would take it: `side` pixels wide, with grain."""
    large = image.convert("RGB").resize((side, round(side * image.height / image.width)), Image.Resampling.BICUBIC)
    grain = np.random.default_rng(1).integers(-12, 13, (large.height, large.width, 1), dtype=np.int16)
    noisy = np.clip(np.asarray(large, dtype=np.int16) + grain, 0, 255).astype(np.uint8)
    buffer = io.BytesIO()
    Image.fromarray(noisy).save(buffer, **({"format": "JPEG", "quality": 95} | options))  # type: ignore[arg-type]
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


@pytest.mark.weekly
@pytest.mark.parametrize(("number", "clear"), [(354, False), (31, True)])
def test_a_smaller_copy_counts_only_where_its_answer_is_clear(
    open_page: Open, shared: Path, shipped: Classifier, tmp_path: Path, number: int, clear: bool
) -> None:
    with zipfile.ZipFile(shared / "data" / "kagglecatsanddogs_5340.zip") as archive:
        photo = grown(Image.open(io.BytesIO(archive.read(f"PetImages/Cat/{number}.jpg"))), 3000)
    assert (shipped.predict(photo).verdict != "unsure") == clear, "another default model: choose another photo"
    (tmp_path / "large.jpg").write_bytes(photo)
    page = open_page()
    page.evaluate(KEEP)
    page.locator("#image").set_input_files(tmp_path / "large.jpg")
    card = page.locator(".answer:not(.answer-waiting)")
    expect(card).to_have_count(1)
    assert ("Sent smaller" in (card.text_content() or "")) == clear
    names = card.locator("dt").all_text_contents()
    shown = card.locator("meter").evaluate_all("(meters) => meters.map(({ value }) => value)")
    whole = page.evaluate(SCORES)
    assert [whole[name] for name in names] == pytest.approx(shown, abs=shipped.card.golden.tolerance)
    page.goto("/photos")
    expect(page.locator("#gallery .tile")).to_have_count(2)  # the copy that did not count is gone


@pytest.mark.weekly
def test_what_only_the_server_can_judge_is_sent_as_it_is(shrunk: Any) -> None:
    grey = Image.effect_noise((2400, 1800), 60)
    cut_off = grown(grey, 2400)[:-200_000]
    inks = io.BytesIO()
    grey.convert("CMYK").save(inks, "JPEG", quality=95)
    for photo in (cut_off, inks.getvalue(), bytes(2_000_000)):
        assert len(photo) > 1_500_000
        before, after, scores = shrunk(photo)
        assert (before, scores) == (after, None)
