"""Use by day, and whether answers drift away from those on the test photos."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import msgspec
import pytest
from flask import Flask
from flask.testing import FlaskClient

from pawsight.archive.statistics import Day
from pawsight.classifier import Classifier
from pawsight.model.card import read_card
from pawsight.model.seal import seal
from pawsight.web.admin import usage_chart
from pawsight.web.ui import charts


def today() -> date:
    return datetime.now(UTC).date()


def test_bars_stack_up_to_the_number_of_photos(app: Flask) -> None:
    used = [
        Day(today() - timedelta(days=4), 3, 0, 0, {"cat": 2, "dog": 1}),
        Day(today(), 10, 0, 0, {"dog": 4, "cat": 5, "unsure": 1}),
    ]
    with app.test_request_context():
        drawn = usage_chart.chart(used, 30)
    assert [line.name for line in drawn.lines] == ["cat", "dog", "not sure"]
    assert [bar.line for bar in drawn.bars] == [0, 1, 0, 1, 2]
    unit = (charts.BOTTOM - charts.TOP) / 10
    assert [round(bar.height / unit) for bar in drawn.bars] == [2, 1, 5, 4, 1]
    assert drawn.bars[0].y + drawn.bars[0].height == charts.BOTTOM
    assert drawn.bars[1].y + drawn.bars[1].height == pytest.approx(drawn.bars[0].y)
    assert max(bar.x + bar.width for bar in drawn.bars) <= charts.RIGHT
    assert [tick.text for tick in drawn.y_ticks][-1] == "10"
    assert drawn.x_ticks[0].text == f"{today():%m-%d}"


def test_many_verdicts_share_the_last_colour(app: Flask) -> None:
    used = [Day(today(), 45, 0, 0, {f"class {number}": number for number in range(1, 10)})]
    with app.test_request_context():
        drawn = usage_chart.chart(used, 30)
    assert len(drawn.lines) == usage_chart.COLOURS
    assert drawn.lines[-1].name == "others"
    assert sum(bar.height for bar in drawn.bars) == pytest.approx((charts.BOTTOM - charts.TOP) * 45 / 60, abs=0.1)


def test_one_photo_has_no_half_photos_on_its_axis(app: Flask) -> None:
    with app.test_request_context():
        drawn = usage_chart.chart([Day(today(), 1, 0, 0, {"cat": 1})], 30)
    assert [tick.text for tick in drawn.y_ticks] == ["0", "1"]


@pytest.fixture
def measured(make_model: Any, make: Any, settings: Any, tmp_path: Any) -> Flask:
    """An app whose model was tested on as many cats as dogs."""
    folder = make_model(tmp_path / "measured")
    verdicts = {"cat": 900, "dog": 900, "unsure": 100}
    (folder / "metrics.json").write_bytes(msgspec.json.encode({"verdicts": verdicts}))
    seal(read_card(folder), folder)
    app: Flask = make(model=str(folder))
    return app


@pytest.fixture
def ask(measured: Flask, send: Any, picture: Any, colours: Any) -> Callable[..., None]:
    def ask(verdict: str, number: int) -> None:
        for seed in range(number):
            send(picture(colour=colours[verdict], seed=seed), via=measured.test_client())

    return ask


def test_what_chance_explains(measured: Flask, ask: Callable[..., None], log_in: Any) -> None:
    ask("cat", 6)
    ask("dog", 5)
    page = log_in(measured).get("/admin/").text
    assert "distributed as on the test photos" in page
    assert "11 photos are few" in page
    assert "54.5\N{NO-BREAK SPACE}%" in page
    assert "47.4\N{NO-BREAK SPACE}%" in page


def test_what_chance_does_not_explain(measured: Flask, ask: Callable[..., None], log_in: Any) -> None:
    ask("unsure", 12)
    assert "by more than chance explains" in log_in(measured).get("/admin/").text


def test_nothing_to_compare(boss: FlaskClient, send: Any, picture: Any, classifier: Classifier) -> None:
    assert "There is nothing to compare" in boss.get("/admin/").text
    send(picture(), via=boss)
    assert "There is nothing to compare" in boss.get("/admin/").text
    assert "Photos a day" in boss.get("/admin/").text


ENGLISH = re.compile(r"\w{3,} \w{2,} \w{2,}")


def test_no_english_is_left_over(boss: FlaskClient, post: Any, send: Any, picture: Any) -> None:
    send(picture(), via=boss)
    project = post("/admin/learn/", name="flowers").headers["Location"]
    post(f"{project}/classes", name="rose")
    entry = re.findall(r"/admin/photos/[0-9a-f]{32}", boss.get("/admin/photos/").text)[0]
    for address in (
        "/admin/",
        "/admin/photos/",
        "/admin/learn/",
        project,
        f"{project}/classes/rose",
        entry,
        f"{entry}/alike",
    ):
        english, german = (visible(boss.get(address, query_string={"lang": code}).text) for code in ("en", "de"))
        assert not {text for text in english & german if ENGLISH.search(text)}, address
        assert german - english


def visible(page: str) -> set[str]:
    """Texts between tags, without code."""
    page = re.sub(r"<(pre|code)\b.*?</\1>", "", page[page.index("<body") :], flags=re.DOTALL)
    return {" ".join(text.split()) for text in re.findall(r">([^<>]+)<", page)}
