"""`create_app` puts the parts together."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from pawsight.errors import ModelNotFound
from pawsight.settings import Settings
from pawsight.web import create_app
from pawsight.web.state import state


def test_by_default_it_serves_the_shipped_model_and_keeps_photos(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    app = create_app()
    with app.app_context():
        assert state().classifier.card.name == "lite0"
        assert state().settings == Settings()
    assert (tmp_path / "data" / "pawsight" / "archive" / "index.sqlite").is_file()


def test_settings_name_the_model_and_limit_its_photos(tiny_model: Path) -> None:
    app = create_app(Settings(model=str(tiny_model), max_pixels=100, archive_keep="nothing"))
    with app.app_context():
        assert state().classifier.card.name == "tiny"
        assert state().classifier.limits.pixels == 100


def test_an_unknown_model() -> None:
    with pytest.raises(ModelNotFound):
        create_app(Settings(model="nope"))


@pytest.mark.parametrize(
    ("address", "says", "way_on"),
    [
        ("/predictions/nonsense", "Prediction not found", "Go to the front page"),
        (f"/predictions/{'0' * 32}", "Prediction not found", "Go to the front page"),
        ("/models/nothing", "Model not found", "Go to the front page"),
        ("/nothing", "Page not found", "Go to the front page"),
        ("/photos?page=9999", "There are none", "Classify a photo"),
        ("/photos?page=abc", "There are none", "Classify a photo"),
        ("/admin/", "The admin pages are off", "pawsight admin password"),
    ],
)
def test_no_address_leads_to_an_error_dump(client: FlaskClient, address: str, says: str, way_on: str) -> None:
    main = client.get(address, follow_redirects=True).text.partition("<main")[2]
    assert says in main
    assert way_on in main


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("/", "Classify"),
        ("/batch", "Batch"),
        ("/train", "Train"),
        ("/photos", "My photos"),
        ("/model", "Model"),
        ("/models/tiny", "Model"),
        ("/docs", "API"),
    ],
)
def test_the_current_page_is_marked(client: FlaskClient, address: str, name: str) -> None:
    (marked,) = re.findall(r'aria-current="page".*?</a>', client.get(address).text, re.DOTALL)
    assert marked.endswith(f"<span>{name}</span></a>")
