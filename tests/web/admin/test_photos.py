"""The archive on pages: found, corrected, deleted, exported; and what stands there when there is nothing."""

from __future__ import annotations

import html
import io
import re
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from pawsight.archive.entry import ArchiveEntry
from pawsight.archive.store import Archive
from pawsight.archive.tables import EntryRow
from pawsight.web.admin import photos
from pawsight.web.state import state

PHOTOS = "/admin/photos/"
Post = Callable[..., Any]
Bring = Callable[..., ArchiveEntry]


def archive_of(app: Flask) -> Archive:
    with app.app_context():
        return state().archive


@pytest.fixture
def bring(app: Flask, send: Any, picture: Any, colours: Any) -> Bring:
    """`bring("dog", 3)` uploads the third photo of that answer."""

    def bring(verdict: str = "cat", seed: int = 0, at: Flask = app) -> ArchiveEntry:
        response = send(picture(colour=colours[verdict], seed=seed), via=at.test_client())
        return archive_of(at).get(response.json["predictions"][0]["id"])

    return bring


def shown(page: str) -> list[str]:
    """Ids of the photos on a page, in their order."""
    return re.findall(r'class="photo-card" href="/admin/photos/([0-9a-f]{32})"', page)


def test_an_empty_archive(boss: FlaskClient) -> None:
    page = boss.get(PHOTOS)
    assert page.status_code == 200
    assert "The archive is empty." in page.text
    assert "Download the zip" not in page.text
    assert "No requests in this period." in boss.get("/admin/").text


def test_the_newest_come_first(boss: FlaskClient, bring: Bring) -> None:
    entries = [bring("cat", 1), bring("dog", 2), bring("unsure", 3)]
    page = boss.get(PHOTOS).text
    assert shown(page) == [entry.id for entry in reversed(entries)]
    assert "3 photos" in page


FILTERS: dict[str, tuple[dict[str, str], set[str]]] = {
    "verdict": ({"verdict": "dog"}, {"dog"}),
    "highest class": ({"label": "dog", "least": "80"}, {"dog"}),
    "model": ({"model": "tiny-1"}, {"cat", "dog", "unsure"}),
    "another model": ({"model": "other"}, set()),
    "corrected": ({"corrected": "yes"}, {"dog"}),
    "not corrected": ({"corrected": "no"}, {"cat", "unsure"}),
    "sure": ({"least": "80"}, {"cat", "dog"}),
    "not sure": ({"most": "80"}, {"unsure"}),
    "what is no number": ({"least": "many", "most": "nan%"}, {"cat", "dog", "unsure"}),
    "no such thing": ({"verdict": "zebra"}, set()),
    "a NUL": ({"verdict": "ca\0t"}, set()),
    "later": ({"since": "2999-01-01"}, set()),
    "the end of time": ({"until": "9999-12-31"}, {"cat", "dog", "unsure"}),
    "what is no day": ({"since": "yesterday", "sort": "by name", "corrected": "perhaps"}, {"cat", "dog", "unsure"}),
    "several": ({"verdict": "dog", "corrected": "no"}, set()),
}


def test_filters(app: Flask, boss: FlaskClient, bring: Bring) -> None:
    found = {verdict: bring(verdict).id for verdict in ("cat", "dog", "unsure")}
    archive_of(app).correct(found["dog"], "cat")
    for case, (asked, expected) in FILTERS.items():
        page = boss.get(PHOTOS, query_string=asked)
        assert page.status_code == 200, case
        assert set(shown(page.text)) == {found[verdict] for verdict in expected}, case
        assert ("No photo fits this filter." in page.text) == (not expected), case


def test_days_are_whole(app: Flask, boss: FlaskClient, bring: Bring) -> None:
    old, new = bring("cat", 1), bring("cat", 2)
    today = datetime.now(UTC).date()
    with archive_of(app).index.writing() as session:
        row = session.get(EntryRow, old.id)
        assert row
        row.created = datetime(2026, 1, 31, 23, 59, 59, tzinfo=UTC)
    ask: Callable[..., list[str]] = lambda **days: shown(boss.get(PHOTOS, query_string=days).text)  # noqa: E731
    assert ask(since="2026-01-31", until="2026-01-31") == [old.id]
    assert ask(until="2026-01-30") == ask(since="2026-02-01", until="2026-02-02") == []
    assert ask(since=str(today - timedelta(days=1)), until=str(today)) == [new.id]


def test_the_form_keeps_what_was_asked(boss: FlaskClient, bring: Bring) -> None:
    bring("dog")
    page = boss.get(PHOTOS, query_string={"verdict": "dog", "least": "60", "sort": "least sure"}).text
    assert '<option value="dog" selected>' in page
    assert 'name="least" min="0" max="100" step="any" value="60"' in page
    assert '<option value="least sure" selected>' in page


def test_pages(boss: FlaskClient, bring: Bring, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(photos, "SIZE", 2)
    entries = [bring("cat", seed).id for seed in range(5)][::-1]
    assert [shown(boss.get(PHOTOS, query_string={"page": page}).text) for page in (1, 2, 3)] == [
        entries[:2],
        entries[2:4],
        entries[4:],
    ]
    page = boss.get(PHOTOS, query_string={"page": 2, "verdict": "cat"}).text
    links = {html.unescape(link) for link in re.findall(r'href="(/admin/photos/\?page=.*?)"', page)}
    assert links == {f"/admin/photos/?page={number}&verdict=cat" for number in (1, 2, 3)}
    beyond = boss.get(PHOTOS, query_string={"page": 9999})
    assert beyond.status_code == 404
    assert "There is no page 9,999: the last one is 3." in beyond.text
    for odd in ("-1", "0", "x", "1e9"):
        assert shown(boss.get(PHOTOS, query_string={"page": odd}).text) == entries[:2]


def test_one_photo(boss: FlaskClient, bring: Bring) -> None:
    entry, again = bring("dog"), bring("dog")
    page = boss.get(PHOTOS + entry.id).text
    assert f"/api/v1/predictions/{entry.id}/photo.jpg" in page
    assert f"/api/v1/predictions/{entry.id}/heatmap.png?class=cat" in page
    assert page.count("<meter") == 2
    assert str(entry.stored) in page
    assert f'href="/admin/photos/{again.id}"' in page
    assert "64&nbsp;\N{MULTIPLICATION SIGN}&nbsp;48" in page


@pytest.mark.parametrize("id", ["0" * 32, "x", "..%2F..", "nothing"])
@pytest.mark.parametrize("rest", ["", "/alike"])
def test_an_unknown_photo(boss: FlaskClient, id: str, rest: str) -> None:
    page = boss.get(PHOTOS + id + rest)
    assert page.status_code == 404
    assert "<h1>" in page.text


def test_correcting_anybodys_photo(app: Flask, boss: FlaskClient, post: Post, bring: Bring) -> None:
    entry = bring("cat")
    response = post(f"{PHOTOS}{entry.id}/correction", label="dog")
    assert (response.status_code, response.headers["Location"]) == (303, PHOTOS + entry.id)
    assert archive_of(app).get(entry.id).correction == "dog"
    assert 'value="dog" class="btn btn-outline-secondary" aria-pressed="true"' in boss.get(PHOTOS + entry.id).text
    assert post(f"{PHOTOS}{entry.id}/correction", label="zebra").status_code == 400
    post(f"{PHOTOS}{entry.id}/correction", label="")
    assert archive_of(app).get(entry.id).correction is None
    assert "taken back" in boss.get(PHOTOS + entry.id).text


def test_deleting_takes_file_and_row(app: Flask, boss: FlaskClient, post: Post, bring: Bring, tmp_path: Path) -> None:
    kept, gone = bring("cat", 1), bring("cat", 2)
    assert post(f"{PHOTOS}{gone.id}/delete").status_code == 303
    files = [path.stem for path in (tmp_path / "archive" / "files").rglob("*.*")]
    assert files == [kept.stored]
    assert boss.get(PHOTOS + gone.id).status_code == 404
    assert post(f"{PHOTOS}{gone.id}/delete").status_code == 404


def test_deleting_several(boss: FlaskClient, post: Post, bring: Bring) -> None:
    entries = [bring("cat", seed).id for seed in range(4)]
    chosen = [entries[0], "0" * 32, entries[2]]
    response = post(PHOTOS + "delete", id=chosen, verdict="cat")
    assert response.headers["Location"] == PHOTOS + "?verdict=cat"
    assert shown(boss.get(PHOTOS).text) == [entries[3], entries[1]]


def test_photos_like_this(boss: FlaskClient, bring: Bring) -> None:
    one, near, far = bring("cat", 1), bring("cat", 2), bring("dog", 1)
    assert shown(boss.get(f"{PHOTOS}{one.id}/alike").text) == [one.id, near.id, far.id]


def test_nothing_like_this(boss: FlaskClient, bring: Bring) -> None:
    assert "This model has classified no other photo." in boss.get(f"{PHOTOS}{bring().id}/alike").text


def test_an_export_that_learn_and_prepare_take(app: Flask, boss: FlaskClient, post: Post, bring: Bring) -> None:
    assert "Nothing to export yet" in post(PHOTOS + "export").text
    entries = {seed: bring("cat", seed) for seed in range(3)}
    for seed, label in enumerate(["cat", "dog", "both"]):
        archive_of(app).correct(entries[seed].id, label)
    assert "3 photos have a correction" not in boss.get(PHOTOS).text
    assert "2 photos have a correction" in boss.get(PHOTOS).text
    response = post(PHOTOS + "export")
    assert response.mimetype == "application/zip"
    assert "attachment" in response.headers["Content-Disposition"]
    with zipfile.ZipFile(io.BytesIO(response.data)) as zip:
        assert zip.namelist() == [f"cat/{entries[0].stored}.jpg", f"dog/{entries[1].stored}.jpg"]
        assert zip.testzip() is None


def test_private_mode_says_so(make: Any, log_in: Any, bring: Bring, tmp_path: Path) -> None:
    app = make(archive_keep="nothing", archive=str(tmp_path / "private"))
    boss = log_in(app)
    entry = bring("cat", at=app)
    assert "This server keeps nothing" in boss.get("/admin/").text
    page = boss.get(PHOTOS).text
    assert "This server keeps nothing" in page
    assert shown(page) == [entry.id]
    assert "not kept" in boss.get(PHOTOS + entry.id).text
    assert not (tmp_path / "private").exists()


def test_an_answer_that_was_lost(app: Flask, boss: FlaskClient, bring: Bring) -> None:
    """As after `archive check --repair`: a row without an answer, and no details."""
    from pawsight.archive.mappers import new_row
    from pawsight.images.strip_metadata import StrippedPhoto

    stored = bring()
    with archive_of(app).index.writing() as session:
        row = new_row(StrippedPhoto(b"", "JPEG", "", ""), 64, 48)
        row.stored = stored.stored
        session.add(row)
        id = row.id
    page = boss.get(PHOTOS + id)
    assert page.status_code == 200
    assert "pawsight archive classify" in page.text
    assert boss.get(f"{PHOTOS}{id}/alike").status_code == 404
    assert boss.get(PHOTOS, query_string={"verdict": "unanswered"}).status_code == 200
