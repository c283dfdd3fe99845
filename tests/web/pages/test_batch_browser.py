"""Batch: photos in, classified, kept, and out again, in a real browser; reviewing them: test_gallery_browser.py."""

from __future__ import annotations

import csv
import io
import re
import threading
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("playwright", reason="needs the package pytest-playwright")

from flask import Flask, Response, request
from playwright.sync_api import Locator, expect
from werkzeug.serving import make_server

OpenBatch = Callable[..., Any]


def beginning(batch: Any, words: str) -> Locator:
    """The first tile whose headline begins like this."""
    return batch.words().filter(has_text=re.compile(f"^{words}")).first


def test_a_zip_becomes_a_table_and_sorted_folders(open_batch: OpenBatch, pets: Path) -> None:
    batch = open_batch()
    batch.choose(pets)
    batch.expect_classified(8)
    batch.resize(110)
    batch.sort("added")  # all of them in sight
    expect(batch.page.locator("#note")).to_contain_text("no photos: 2")
    batch.expect_shown(
        {
            **dict.fromkeys(["card0/cat.jpg", "card1/cat.jpg", "card0/=cmd|calc.jpg"], "Cat"),
            **{"card1/dog.jpg": "Dog", "card0/both.jpg": "Both", "card1/neither.jpg": "Neither"},
            **{"card0/unsure.jpg": "Please check", "cut-off.jpg": "This photo is broken"},
        }
    )
    batch.tile("card0/cat.jpg").click()
    batch.press("2")
    table = list(csv.DictReader(io.StringIO(batch.downloaded("save-table").decode())))
    assert list(table[0]) == [
        *("path", "label", "verdict", "cat", "dog", "model", "error_code", "error_message", "correction")
    ]
    by_path = {row["path"]: row for row in table}
    assert by_path["card0/cat.jpg"]["verdict"] == "cat"
    assert by_path["card0/cat.jpg"]["correction"] == "dog"
    assert 0.9 < float(by_path["card1/dog.jpg"]["dog"]) <= 1
    assert by_path["cut-off.jpg"]["error_code"] == "broken_image"
    with zipfile.ZipFile(io.BytesIO(batch.downloaded("save-sorted"))) as archive:
        assert archive.testzip() is None
        assert sorted(archive.namelist()) == [
            *("both/both.jpg", "cat/=cmd_calc.jpg", "cat/cat.jpg", "dog/cat.jpg", "dog/dog.jpg"),
            *("neither/neither.jpg", "please-check/unsure.jpg"),
        ]
        with zipfile.ZipFile(pets) as source:
            assert archive.read("dog/cat.jpg") == source.read("card0/cat.jpg")


@pytest.mark.weekly
def test_names_that_a_spreadsheet_would_run_are_made_harmless(
    open_batch: OpenBatch, picture: Any, tmp_path: Path
) -> None:
    path = tmp_path / '=HYPERLINK("x").jpg'
    path.write_bytes(picture())
    batch = open_batch()
    batch.choose(path)
    batch.expect_classified(1)
    row = next(csv.DictReader(io.StringIO(batch.downloaded("save-table").decode())))
    assert row["path"] == './=HYPERLINK("x").jpg'


def test_leaving_and_coming_back_loses_nothing(open_batch: OpenBatch, tiny: str, pets: Path) -> None:
    batch = open_batch()
    page = batch.page
    batch.emulate_network(latency=2000)
    batch.choose(pets)
    expect(batch.how_far).to_have_text(re.compile("^[3-7] of 8"))
    page.goto(f"{tiny}/model", wait_until="commit")
    batch.emulate_network()
    page.goto(f"{tiny}/batch")
    batch.expect_classified(8)
    before = batch.shown()
    page.reload()
    batch.expect_classified(8)
    batch.expect_shown(before)
    assert len(batch.downloaded("save-sorted")) > 1000  # the photos are still there
    page.locator(".more-actions summary").press("Enter")
    for id, key in (("clear", "Enter"), ("delete-too", "Space"), ("really", "Enter")):
        page.locator(f"#{id}").press(key)
    expect(page.locator("#status")).to_have_text("The list is empty.")
    page.goto(f"{tiny}/photos")
    # What was on its way when the page was left was sent again with its key, and so kept once.
    expect(page.locator("main")).to_contain_text("There are none")
    page.goto(f"{tiny}/batch")
    expect(page.locator("#upload.live")).to_be_visible()
    expect(page.locator("#list")).to_be_hidden()


@pytest.mark.weekly
@pytest.mark.usefixtures("zip_library")
def test_a_zip_that_would_fill_the_memory(open_batch: OpenBatch, picture: Any, colours: Any, tmp_path: Path) -> None:
    path, broken = tmp_path / "bomb.zip", tmp_path / "broken.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("bomb.jpg", bytes(70_000_000))
        archive.writestr("good.jpg", picture(colour=colours["dog"]))
    broken.write_bytes(path.read_bytes()[:-9000] if path.stat().st_size > 20_000 else b"PK\3\4")
    batch = open_batch()
    batch.choose(path, broken)
    batch.expect_classified(2)
    batch.expect_shown({"bomb.jpg": "This file cannot be read", "good.jpg": "Dog"})
    expect(batch.tile("bomb.jpg")).to_contain_text("more than 64 MB")
    expect(batch.page.locator("#note")).to_contain_text("broken.zip cannot be opened")


@pytest.mark.weekly
def test_the_gallery_speaks_the_language_that_the_page_has_now(
    open_batch: OpenBatch, tiny: str, tmp_path: Path
) -> None:
    (tmp_path / "notes.jpg").write_bytes(b"dear diary")
    (tmp_path / "huge.jpg").write_bytes(b"\xff\xd8\xff" + bytes(12_000_000))
    batch = open_batch()
    batch.choose(tmp_path / "notes.jpg", tmp_path / "huge.jpg")
    batch.expect_classified(2)
    expect(batch.tile("notes.jpg")).to_contain_text("is text")
    batch.page.goto(f"{tiny}/batch?lang=de")
    batch.expect_shown({"notes.jpg": "Dieses Format wird nicht unterstützt", "huge.jpg": "Dieses Foto ist zu groß"})
    expect(batch.tile("notes.jpg")).to_contain_text(
        "Erkannt wurde: Text. Das wird hier nicht geöffnet. Unterstützt werden"
    )
    expect(batch.tile("huge.jpg")).to_contain_text("12 MB")


def test_a_server_that_dies_and_comes_back(
    open_batch: OpenBatch, launch: Any, tiny_model: Path, picture: Any, colours: Any, tmp_path: Path
) -> None:
    paths = [tmp_path / f"{number}.png" for number in range(4)]
    for number, path in enumerate(paths):
        path.write_bytes(picture(300, 300, colour=colours["dog"], seed=number, format="PNG"))  # 100 kB each
    process, address = launch(model=tiny_model)
    with process:
        batch = open_batch(address)
        batch.emulate_network(uploadThroughput=20_000)
        batch.choose(*paths)
        expect(beginning(batch, "Sending")).to_be_visible()
        process.kill()
    expect(beginning(batch, "Server away")).to_be_visible()
    expect(batch.how_far).to_contain_text("server away, retrying")
    batch.emulate_network()
    process, _ = launch(int(address.rpartition(":")[2]), model=tiny_model)
    with process:
        batch.expect_classified(4)
        expect(batch.words()).to_have_text(["Dog"] * 4)
        process.terminate()


@pytest.mark.weekly
def test_a_busy_server_is_tried_again_when_it_says(
    open_batch: OpenBatch, make_app: Any, classifier: Any, photos: Path
) -> None:
    app: Flask = make_app(classifier)
    refusals = [429, 503]

    @app.before_request
    def refuse() -> Response | None:
        busy = request.path == "/api/v1/predictions" and refusals
        return Response("{}", refusals.pop(), {"Retry-After": "5"}) if busy else None

    server = make_server("127.0.0.1", 0, app, threaded=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        batch = open_batch(f"http://127.0.0.1:{server.port}")
        batch.choose(*photos.iterdir())
        expect(beginning(batch, "Server busy, again in")).to_be_visible()
        batch.expect_classified(5)
        assert refusals == []
    finally:
        server.shutdown()


def test_without_javascript(open_batch: OpenBatch, photos: Path) -> None:
    batch = open_batch(javascript=False)
    batch.choose(photos / "cat.jpg", photos / "dog.jpg")
    batch.page.locator("#upload [type=submit]").click()
    rows = batch.page.locator(".photos tbody tr")
    expect(rows).to_have_count(2)
    assert [row.split()[:2] for row in rows.all_inner_texts()] == [["cat.jpg", "cat"], ["dog.jpg", "dog"]]
