"""Many photos of the archive at once: corrected, deleted, downloaded; listed for the gallery."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from pawsight.archive.store import Archive
from pawsight.web.admin import photos
from pawsight.web.state import state

PHOTOS = "/admin/photos/"
JSON = {"Accept": "application/json"}


@pytest.fixture
def archive(app: Flask) -> Archive:
    with app.app_context():
        return state().archive


@pytest.fixture
def bring(app: Flask, send: Any, picture: Any, colours: Any) -> Callable[..., str]:
    """`bring("dog", 3)` uploads the third photo of that answer; its id."""

    def bring(verdict: str = "cat", seed: int = 0) -> str:
        response = send(picture(colour=colours[verdict], seed=seed), via=app.test_client())
        return str(response.json["predictions"][0]["id"])

    return bring


@pytest.fixture
def ask(boss: FlaskClient) -> Callable[..., Any]:
    """`ask("delete", id=[...])` sends what the gallery's script sends; the JSON of the response."""

    def ask(action: str, **fields: Any) -> Any:
        token = boss.get(PHOTOS).text.partition('data-csrf="')[2].partition('"')[0]
        response = boss.post(PHOTOS + action, data={"csrf": token, **fields}, headers=JSON)
        assert response.status_code == 200, response.text
        return response.json

    return ask


def test_correct_many_and_take_it_back(archive: Archive, bring: Any, ask: Any) -> None:
    ids = [bring("cat", seed) for seed in range(3)]
    assert ask("correction", id=ids[:2], correction="dog") == {"failed": {}}
    assert [archive.get(id).correction for id in ids] == ["dog", "dog", None]
    assert ask("correction", id=[ids[0]], correction="") == {"failed": {}}
    assert [archive.get(id).correction for id in ids] == [None, "dog", None]
    assert [one.label for one in archive.history(ids[0])] == ["dog", None]


def test_those_that_cannot_be_corrected_are_named_and_the_others_are_corrected(
    archive: Archive, bring: Any, ask: Any
) -> None:
    id = bring()
    assert ask("correction", id=[id, "0" * 32, "nothing"], correction="both") == {
        "failed": {"0" * 32: "prediction_not_found", "nothing": "prediction_not_found"}
    }
    assert archive.get(id).correction == "both"
    assert ask("correction", id=[id], correction="zebra") == {"failed": {id: "unknown_class"}}
    assert archive.get(id).correction == "both"


def test_delete_many(archive: Archive, bring: Any, ask: Any) -> None:
    ids = [bring("cat", seed) for seed in range(3)]
    assert ask("delete", id=[*ids[:2], "0" * 32, "x\0"]) == {"deleted": 2}
    assert [entry.id for entry in archive.find().entries] == [ids[2]]
    assert ask("delete") == {"deleted": 0}


def test_without_a_script_the_page_comes_back(boss: FlaskClient, post: Any, archive: Archive, bring: Any) -> None:
    id = bring()
    response = post(PHOTOS + "correction", id=[id], correction="dog", label="cat", sort="oldest")
    assert (response.status_code, response.headers["Location"]) == (303, PHOTOS + "?label=cat&sort=oldest")
    assert archive.get(id).correction == "dog"


def test_download_in_folders(post: Any, archive: Archive, bring: Any) -> None:
    cat, dog, unsure = bring("cat", 1), bring("dog", 2), bring("unsure", 3)
    archive.correct(cat, "neither")
    response = post(PHOTOS + "download", id=[cat, dog, "0" * 32])
    with zipfile.ZipFile(io.BytesIO(response.data)) as zip:
        stored = {archive.get(id).stored for id in (cat, dog)}
        assert {name.partition("/")[0] for name in zip.namelist()} == {"neither", "dog"}
        assert {name.partition("/")[2].removesuffix(".jpg") for name in zip.namelist()} == stored
        assert zip.testzip() is None
    assert "unsure/" in str(zipfile.ZipFile(io.BytesIO(post(PHOTOS + "download", id=[unsure]).data)).namelist())
    assert post(PHOTOS + "download", id=["0" * 32]).status_code == 404


def test_the_list_for_the_gallery(boss: FlaskClient, bring: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(photos, "LISTED", 2)
    cats, dog = [bring("cat", seed) for seed in range(2)], bring("dog")
    found: Any = boss.get(PHOTOS, headers=JSON).json
    assert ([one["id"] for one in found["photos"]], found["pages"], found["total"]) == ([dog, cats[1]], 2, 3)
    assert found["photos"][0]["photo"] == f"/api/v1/predictions/{dog}/photo.jpg"
    assert [one["id"] for one in boss.get(f"{PHOTOS}?page=2", headers=JSON).json["photos"]] == [cats[0]]  # type: ignore[index]
    filtered: Any = boss.get(f"{PHOTOS}?verdict=cat&sort=oldest", headers=JSON).json
    assert [one["id"] for one in filtered["photos"]] == cats
    assert boss.get(f"{PHOTOS}?page=9", headers=JSON).json["photos"] == []  # type: ignore[index]
