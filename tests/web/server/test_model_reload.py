"""Another model without a restart: with requests in flight, with a bad one, and back."""

from __future__ import annotations

import io
import json
import shutil
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from pawsight import active_model
from pawsight.errors import BadModel
from pawsight.model.card import GRAPH, Input
from pawsight.settings import Settings
from pawsight.web import create_app
from pawsight.web.server.model_reload import ModelReloader, reloading
from pawsight.web.state import state

PREDICTIONS = "/api/v1/predictions"


@pytest.fixture
def folder(tmp_path: Path, make_model: Callable[..., Path]) -> Path:
    return make_model(tmp_path / "new", name="new", classes=["red", "blue"], input=Input(size=32, fit="crop"))


@pytest.fixture
def old(tmp_path: Path, tiny_model: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The tiny model is the one that was chosen before."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    active_model.use(Settings(), tiny_model)
    return tiny_model


@pytest.fixture
def app(old: Path, tmp_path: Path) -> Flask:
    return create_app(Settings(archive=str(tmp_path / "archive")))


@pytest.fixture
def swapper(app: Flask) -> ModelReloader:
    with app.app_context():
        return ModelReloader(state().settings, state().registry)


def ask(client: FlaskClient, photo: bytes) -> Any:
    response = client.post(PREDICTIONS, data={"image": (io.BytesIO(photo), "a.jpg")})
    assert response.status_code == 201
    assert response.json is not None
    return response.json["predictions"][0]


def test_the_chosen_one_answers_and_the_one_before_is_a_command_away(
    client: FlaskClient, swapper: ModelReloader, folder: Path, picture: Any
) -> None:
    before = ask(client, picture())
    active_model.use(Settings(), folder)
    assert ask(client, picture())["model"] == "tiny-1"
    swapper.check()
    assert ask(client, picture())["model"] == "new-1"
    assert client.get("/readyz").json == {"status": "ready", "model": "new-1", "refused": None}
    assert client.get("/api/v1/models").json["models"][0]["name"] == "new"  # type: ignore[index]
    assert "<h1>new</h1>" in client.get("/model").text
    assert client.get(before["heatmap"]).status_code == 200  # its model is retired, its card is not forgotten
    active_model.roll_back(Settings())
    swapper.check()
    assert ask(client, picture())["model"] == "tiny-1"


def test_a_bad_model_is_refused_and_the_old_one_goes_on(
    client: FlaskClient, swapper: ModelReloader, folder: Path, picture: Any, caplog: pytest.LogCaptureFixture
) -> None:
    active_model.use(Settings(), folder)
    (folder / GRAPH).write_bytes(b"damaged between the choice and the swap")
    for _ in range(3):
        swapper.check()
    assert len(caplog.records) == 1
    assert "Goes on with tiny-1" in caplog.text
    assert str(folder) in caplog.text
    assert client.get("/readyz").json == {"status": "ready", "model": "tiny-1", "refused": "bad_model"}
    assert ask(client, picture())["model"] == "tiny-1"
    active_model.roll_back(Settings())
    swapper.check()
    assert client.get("/readyz").json["refused"] is None  # type: ignore[index]


def test_a_choice_that_does_not_read_changes_nothing(client: FlaskClient, swapper: ModelReloader, picture: Any) -> None:
    Settings().choice_file.write_text("{")
    swapper.check()
    assert client.get("/readyz").json["refused"] == "bad_settings"  # type: ignore[index]
    assert ask(client, picture())["model"] == "tiny-1"


def test_no_request_fails_while_models_are_swapped(
    app: Flask, swapper: ModelReloader, folder: Path, old: Path, picture: Any
) -> None:
    photo, stop = picture(), threading.Event()
    answers: list[Any] = []
    failed: list[BaseException] = []

    def go_on() -> None:
        client = app.test_client()
        try:
            while not stop.is_set():
                entry = ask(client, photo)
                answers.append(entry)
                assert set(entry["scores"]) == ({"red", "blue"} if entry["model"] == "new-1" else {"cat", "dog"})
        except BaseException as error:
            failed.append(error)

    threads = [threading.Thread(target=go_on) for _ in range(3)]
    for thread in threads:
        thread.start()
    for model in (folder, old, folder, old, folder):
        active_model.use(Settings(), model)
        swapper.check()
        seen = len(answers)
        while len(answers) < seen + 6 and not failed:
            time.sleep(0.01)
    stop.set()
    for thread in threads:
        thread.join(30)
    assert not failed
    assert {entry["model"] for entry in answers} == {"tiny-1", "new-1"}


def test_a_server_that_names_its_model_follows_nobody(old: Path, tmp_path: Path, folder: Path) -> None:
    app = create_app(Settings(model="lite0", archive=str(tmp_path / "archive")))
    with app.app_context():
        shared = state()
    with reloading(shared.settings, shared.registry, every=0.01):
        assert "swapping" not in [thread.name for thread in threading.enumerate()]
    assert shared.registry.first.card.name == "lite0"


def test_a_server_does_not_start_with_a_bad_choice(folder: Path, old: Path, tmp_path: Path) -> None:
    active_model.use(Settings(), folder)
    shutil.rmtree(folder)
    shutil.copytree(old, folder)
    with pytest.raises(BadModel, match="pawsight models rollback"):
        create_app(Settings(archive=str(tmp_path / "archive")))


def test_the_commands_and_a_real_server(old: Path, folder: Path) -> None:
    pawsight = [sys.executable, "-m", "pawsight"]
    with subprocess.Popen([*pawsight, "serve", "--port", "0"], stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        address = process.stderr.readline().split()[3]
        try:
            assert model(address) == "tiny-1"
            done = subprocess.run([*pawsight, "models", "use", str(folder)], capture_output=True, text=True, check=True)
            assert done.stderr == f"Servers answer with {folder} now.\n"
            wait_for(address, "new-1")
            subprocess.run([*pawsight, "models", "rollback"], capture_output=True, check=True)
            wait_for(address, "tiny-1")
        finally:
            process.terminate()
        assert process.wait(60) == 0


def model(address: str) -> str:
    with urllib.request.urlopen(f"{address}/api/v1/models", timeout=20) as response:
        card = json.load(response)["models"][0]
        return f"{card['name']}-{card['version']}"


def wait_for(address: str, id: str) -> None:
    end = time.monotonic() + 60
    while model(address) != id:
        assert time.monotonic() < end
        time.sleep(0.1)
