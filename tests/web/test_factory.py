"""`create_app` puts the parts together."""

from __future__ import annotations

from pathlib import Path

import pytest

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
