"""Reviewing photos in the gallery: select, correct, delete, undo, with mouse, keys and finger, in a real browser."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("playwright", reason="needs the package pytest-playwright")

from playwright.sync_api import expect

OpenBatch = Callable[..., Any]
THREE = ["card0/both.jpg", "card0/cat.jpg", "card1/dog.jpg"]
COLUMNS = "(tiles) => new Set(tiles.map((tile) => tile.getBoundingClientRect().x)).size"
HAS_PIXELS = "(image) => image.decode().then(() => image.naturalWidth > 0)"


@pytest.fixture
def batch(eight: Any) -> Any:
    """The page with eight photos, classified, as it was before the last test."""
    eight.reset()
    expect(eight.tiles).to_have_count(8)
    return eight


def test_groups_with_live_counts_filter(batch: Any) -> None:
    counts = {"All": 8, "Please check": 1, "Cat": 3, "Dog": 1, "Both": 1, "Neither": 1, "Failed": 1}
    batch.expect_groups(counts)
    heads = batch.page.locator(".gallery-head").all_inner_texts()
    expected = [f"{title} ({count})" for title, count in counts.items() if title != "All"]
    assert heads == expected[: len(heads)]  # those in sight
    assert len(heads) > 3
    batch.pick("failed")
    batch.expect_shown({"cut-off.jpg": "This photo is broken"})
    expect(batch.tile("cut-off.jpg")).to_contain_text("cut off")
    batch.pick("cat")
    expect(batch.words()).to_have_text(["Cat"] * 3)
    batch.tile("card1/cat.jpg").click()
    batch.press("2")
    batch.expect_groups(counts | {"Cat": 2, "Dog": 2, "Corrected": 1})


def test_order(batch: Any) -> None:
    batch.sort("unsure")
    assert next(iter(batch.shown())) == "card0/unsure.jpg"
    assert list(batch.shown())[-1] == "cut-off.jpg"
    batch.sort("name")
    assert list(batch.shown()) == sorted(batch.shown(), key=lambda name: name.replace("=", "!"))
    batch.sort("similar")
    assert len(batch.shown()) == 8


def test_many_at_once_and_undo_step_by_step(batch: Any) -> None:
    batch.sort("added")
    before = batch.shown()
    batch.tile("card0/cat.jpg").click()
    batch.tile("card0/both.jpg").click(modifiers=["Shift"])
    assert batch.selected() == THREE
    batch.page.locator("#selected [data-label=neither]").click()
    for name in THREE:
        expect(batch.words(name)).to_have_text("Neither")
    assert batch.selected() == []
    batch.press("Control+a")
    expect(batch.selected_tiles).to_have_count(8)
    batch.page.locator("#delete").click()
    batch.expect_shown({})
    batch.page.locator("#undo").click()
    expect(batch.tiles).to_have_count(8)
    batch.press("u")
    batch.expect_shown(before)
    expect(batch.page.locator("#undo")).to_be_disabled()


def test_dragging_a_frame_around_photos(batch: Any) -> None:
    batch.sort("added")
    first, last = batch.tile("card0/cat.jpg"), batch.tile("card0/both.jpg")
    first.hover()
    batch.page.mouse.down()
    last.hover()
    batch.page.mouse.up()
    assert batch.selected() == THREE


def test_the_model_is_right(batch: Any) -> None:
    batch.pick("cat")
    batch.press("Control+a")
    batch.page.locator("#confirm").click()
    batch.expect_corrected(3)
    expect(batch.page.locator("#chips [data-group=cat]")).to_have_text("Cat 3")


def test_with_the_keyboard_alone_right_after_loading(open_batch: OpenBatch, pets: Path, tiny: str) -> None:
    batch = open_batch()
    batch.choose(pets)
    batch.expect_classified(8)
    batch.sort("unsure")
    batch.resize(300)
    batch.press("ArrowRight")
    batch.expect_focused("card0/unsure.jpg")
    batch.press("2")
    expect(batch.words("card0/unsure.jpg")).to_have_text("Dog")
    second = batch.focused()
    assert second not in ("", "card0/unsure.jpg")
    batch.press("ArrowDown")
    order = list(batch.shown())
    columns = batch.tiles.evaluate_all(COLUMNS)
    batch.expect_focused(order[min(order.index(second) + columns, len(order) - 1)])
    batch.press("Home", "Enter")
    closer = batch.page.locator("#closer")
    expect(closer).to_be_visible()
    batch.press("3")
    expect(closer).to_contain_text(second)  # on to the next
    batch.press("ArrowLeft")
    expect(closer).to_contain_text("unsure.jpg")
    expect(closer.locator("h2")).to_have_text("Both")
    batch.press("Escape")
    expect(closer).to_be_hidden()
    expect(batch.words("card0/unsure.jpg")).to_have_text("Both")
    batch.expect_focused("card0/unsure.jpg")
    batch.page.goto(f"{tiny}/photos")
    batch.expect_corrected(1)  # the server knows it, too


def test_one_photo_large_with_heat_map_and_at_100_percent(batch: Any) -> None:
    batch.sort("added")
    batch.tile("card1/dog.jpg").dblclick()
    stage = batch.page.locator("#closer .stage")
    photo, heat = stage.locator(".photo"), stage.locator(".heat")
    expect(photo).to_have_attribute("src", re.compile("^blob:"))
    assert photo.evaluate(HAS_PIXELS)
    batch.press("h")
    expect(heat).to_have_class(re.compile("shown"))
    assert heat.evaluate(HAS_PIXELS)
    assert heat.bounding_box() == photo.bounding_box()
    expect(batch.page.locator("#closer .legend")).to_have_text("Bright where it speaks for a dog.")
    batch.press("Escape")
    batch.tile("card1/neither.jpg").dblclick()
    expect(batch.page.locator("#closer .legend")).to_have_text(re.compile("^Nothing here speaks for a (cat|dog).$"))
    batch.press("Escape")
    batch.tile("card1/dog.jpg").dblclick()
    expect(heat).to_have_class(re.compile("shown"))
    batch.press("z")
    expect(stage).to_have_class(re.compile("zoomed"))


def test_as_a_list(batch: Any) -> None:
    batch.page.locator("label[for=view-list]").click()
    expect(batch.tiles.first.locator("[data-score=dog]")).to_be_visible()
    assert batch.tiles.evaluate_all(COLUMNS) == 1
    expect(batch.tile("card1/dog.jpg").locator("[data-score=dog]")).to_contain_text("%")


def test_on_a_phone(open_batch: OpenBatch, pets: Path, wait_until: Callable[..., None]) -> None:
    batch = open_batch(width=390, dark=True)
    batch.choose(pets)
    batch.expect_classified(8)
    for width in (390, 320):
        batch.page.set_viewport_size({"width": width, "height": 640})
        wait_until(batch.page, f"document.documentElement.scrollWidth === {width}")  # the grid follows a frame later
        expect(batch.page.locator("#save-sorted")).to_be_in_viewport(ratio=1)


def test_photos_of_a_model_with_other_classes(
    open_page: Callable[..., Any], start_server: Any, tiny_model: Path, make_model: Any, tmp_path: Path, picture: Any
) -> None:
    """They have a group of their own, and can be looked at; a class that their model has not is not kept."""
    flowers = make_model(tmp_path / "flowers", name="flowers", classes=["red_rose", "iris"])
    with start_server(model=tiny_model, PAWSIGHT_MODELS=str(flowers)) as address:
        page = open_page(address)
        for model in ("tiny", "flowers"):
            data = {"image": {"name": "a.jpg", "mimeType": "image/jpeg", "buffer": picture()}, "model": model}
            assert page.request.post(f"{address}/api/v1/predictions", multipart=data).status == 201
        page.goto(f"{address}/photos")
        page.locator("[name=order]").select_option("group")
        expect(page.locator(".gallery-head")).to_have_text(["Cat (1)", "red rose (1)"])
        page.locator("[data-group=red_rose]").click()
        expect(page.locator("#gallery .tile strong")).to_have_text("red rose")
        page.locator("#gallery .tile").press("1")
        expect(page.locator("#toast")).to_contain_text("its model has no such class")
        page.locator("#gallery .tile").press("Enter")
        expect(page.locator("#closer dt")).to_have_text(["red rose", "iris"])


def test_a_photo_that_the_browser_cannot_draw(open_batch: OpenBatch, picture: Any, tmp_path: Path) -> None:
    """Its kind and name until it is classified, then the server's picture, also large."""
    pillow_heif = pytest.importorskip("pillow_heif", reason="needs the package pillow-heif")
    pillow_heif.register_heif_opener()
    (tmp_path / "a.heic").write_bytes(picture(format="HEIF"))
    batch = open_batch()
    batch.emulate_network(uploadThroughput=300)
    batch.choose(tmp_path / "a.heic")
    tile = batch.tile("a.heic")
    expect(tile).to_have_attribute("data-kind", "HEIC")
    shown = "(tile) => getComputedStyle(tile, '::before').content"
    assert tile.evaluate(shown) == '"HEIC"'
    batch.emulate_network()
    batch.expect_classified(1)
    expect(tile.locator("img")).to_have_attribute("src", re.compile("/photo.jpg$"))
    assert tile.locator("img").evaluate(HAS_PIXELS)
    assert tile.evaluate(shown) == "none"
    tile.dblclick()
    large = batch.page.locator("#closer .photo")
    expect(large).to_have_attribute("src", re.compile("/photo.jpg$"))
    assert large.evaluate(HAS_PIXELS)


def test_line_breaks_in_names(open_batch: OpenBatch, picture: Any) -> None:
    batch = open_batch(width=390)
    names = ["a\nb\x07c.jpg", "plain.jpg"]
    files = [{"name": name, "mimeType": "image/jpeg", "buffer": picture(seed=3)} for name in names]
    batch.page.locator("#image").set_input_files(files)
    batch.expect_classified(2)
    expect(batch.tile("a␊b␇c.jpg")).to_be_visible()
    heights = "(tiles) => tiles.map((tile) => tile.querySelector('.name').getBoundingClientRect().height)"
    first, second = batch.tiles.evaluate_all(heights)
    assert first == second


def test_all_groups_are_in_sight_on_a_phone(open_batch: OpenBatch, pets: Path) -> None:
    batch = open_batch(width=390)
    batch.choose(pets)
    batch.expect_classified(8)
    ends = "(chips) => chips.map((chip) => chip.getBoundingClientRect().right)"
    assert max(batch.page.locator("#chips .chip:not([hidden])").evaluate_all(ends)) <= 390


FILL = """
async (count) => {
  const { keep, kept } = await import(document.querySelector("[data-words]").src.replace("batch.js", "db.js"));
  const [item] = await kept();
  await keep(Array.from({ length: count }, (_, place) => ({ ...item, key: place + 1, name: `${place}.jpg` })));
}
"""
ELEMENTS = "document.querySelectorAll('*').length"


def test_five_thousand_photos_keep_few_elements_on_the_page(open_batch: OpenBatch, photos: Path) -> None:
    batch = open_batch()
    batch.choose(photos / "cat.jpg")
    batch.expect_classified(1)
    batch.page.evaluate(FILL, 5000)
    batch.page.reload()
    expect(batch.how_far).to_have_text("All 5,000 done")
    batch.sort("added")
    expect(batch.page.locator("#gallery img[src]")).not_to_have_count(0)
    assert batch.page.evaluate(ELEMENTS) < 3000
    batch.press("ArrowRight", "End")
    batch.expect_focused("4999.jpg")
    assert batch.page.evaluate(ELEMENTS) < 3000
    expect(batch.tile("4999.jpg")).to_be_in_viewport()
