"""Own classes from the page: photos in, a model out, and whatever goes wrong in between."""

from __future__ import annotations

import io
import re
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from pawsight.classifier import Classifier
from pawsight.settings import Settings
from pawsight.web.admin import learning, project, upload

LEARN = "/admin/learn/"
COLOURS = {"rose": (200, 60, 50), "leaf": (60, 190, 70), "iris": (50, 60, 200)}
Post = Callable[..., TestResponse]


@pytest.fixture
def mosaic(picture: Callable[..., bytes]) -> Callable[..., bytes]:
    """`mosaic("rose", 3)` makes a picture of a class, like no other."""

    def make(name: str, seed: int, **how: Any) -> bytes:
        chance = np.random.default_rng((seed, *COLOURS[name]))
        light = chance.uniform(0.5, 1.2, (6, 8, 1)).repeat(8, axis=0).repeat(8, axis=1)
        return picture(pixels=np.clip(light * COLOURS[name], 0, 255).astype(np.uint8), **how)

    return make


@pytest.fixture
def begun(post: Post) -> str:
    """The address of a project that was begun."""
    return post(LEARN, name="my flowers").headers["Location"]


@pytest.fixture
def bring(post: Post, begun: str) -> Callable[..., TestResponse]:
    """`bring("rose", b"...", b"...")` brings photos of a class."""

    def bring(name: str, *photos: bytes) -> TestResponse:
        post(f"{begun}/classes", name=name)
        files = [(io.BytesIO(data), f"{number}.jpg") for number, data in enumerate(photos)]
        return post(f"{begun}/photos", **{"class": name, "image": files})

    return bring


def counts(boss: FlaskClient, begun: str) -> dict[str, int]:
    page = boss.get(begun).text
    found = re.findall(r'<h3 id="class-\d+">(.*?)</h3>\s*<p class="quiet">(\d+) photo', page)
    return {name: int(count) for name, count in found}


def test_beginning(boss: FlaskClient, begun: str) -> None:
    assert re.fullmatch(r"/admin/learn/[0-9a-f]{16}", begun)
    assert "<h1>my-flowers</h1>" in boss.get(begun).text
    assert f'href="{begun}"' in boss.get(LEARN).text
    assert "It takes two classes or more" in boss.get(begun).text


@pytest.mark.parametrize("name", ["", "../up", "a/b", ".hidden", "x" * 41, "\N{SNOWMAN}", "a\nb/"])
def test_names_that_no_model_can_have(boss: FlaskClient, post: Post, name: str) -> None:
    response = post(LEARN, name=name)
    assert response.status_code == 400
    assert "a name of at most 40 letters" in response.text
    assert "Started here" not in boss.get(LEARN).text


@pytest.mark.parametrize("name", ["", "both", "unsure", "../up", "a/b", ".x", "x" * 101, "\0"])
def test_names_that_no_class_can_have(boss: FlaskClient, post: Post, begun: str, name: str) -> None:
    assert post(f"{begun}/classes", name=name).status_code == 400
    assert counts(boss, begun) == {}


def test_names_keep_their_capitals(boss: FlaskClient, post: Post, begun: str, bring: Any, mosaic: Any) -> None:
    for name in ("Maine Coon", "maine coon", "MAINE  COON"):
        assert post(f"{begun}/classes", name=name).status_code == 303
    folder = io.BytesIO()
    with zipfile.ZipFile(folder, "w") as zip:
        zip.writestr("maine coon/1.jpg", mosaic("rose", 1))
        zip.writestr("Neither/2.jpg", mosaic("rose", 2))
    post(f"{begun}/photos", zip=(io.BytesIO(folder.getvalue()), "a.zip"))
    assert counts(boss, begun) == {"Maine Coon": 1, "neither": 1}


def test_too_many(post: Post, begun: str, monkeypatch: pytest.MonkeyPatch, bring: Any, mosaic: Any) -> None:
    monkeypatch.setattr(project, "MOST_PROJECTS", 1)
    assert post(LEARN, name="another").status_code == 400
    monkeypatch.setattr(project, "MOST_CLASSES", 1)
    monkeypatch.setattr(upload, "MOST_PHOTOS", 2)
    page = bring("rose", *(mosaic("rose", seed) for seed in range(3)))
    assert "1 file cannot be used" in page.text
    assert "Expected at most 2 photos of one class." in page.text
    assert post(f"{begun}/classes", name="iris").status_code == 400
    monkeypatch.setattr(upload, "MOST_PHOTOS", 9)
    monkeypatch.setattr(upload, "MOST_BYTES", 10)
    assert "GB of photos in all" in bring("rose", mosaic("rose", 7)).text


def test_photos_come_and_go(boss: FlaskClient, post: Post, bring: Any, begun: str, mosaic: Any) -> None:
    assert bring("rose", mosaic("rose", 1), mosaic("rose", 2), mosaic("rose", 1)).status_code == 303
    assert counts(boss, begun) == {"rose": 2}
    page = boss.get(f"{begun}/classes/rose").text
    chosen = re.findall(r'name="photo" value="([0-9a-f]{64})"', page)
    small = boss.get(f"{begun}/small/{chosen[0]}.jpg")
    assert (small.status_code, small.mimetype) == (200, "image/jpeg")
    post(f"{begun}/classes/rose/remove", photo=[chosen[0], "../../about", "0" * 64])
    assert counts(boss, begun) == {"rose": 1}
    post(f"{begun}/classes/rose/delete")
    assert counts(boss, begun) == {}


def test_a_bad_file_costs_the_others_nothing(boss: FlaskClient, bring: Any, begun: str, mosaic: Any) -> None:
    page = bring("rose", mosaic("rose", 1), b"dear diary", b"", mosaic("rose", 2)[:200], mosaic("rose", 3))
    assert page.status_code == 200
    assert "3 files cannot be used" in page.text
    assert "This format is not supported" in page.text
    assert counts(boss, begun) == {"rose": 2}


def test_what_a_photo_tells_is_not_kept(bring: Any, mosaic: Any, settings: Settings) -> None:
    bring("rose", mosaic("rose", 1, comment=b"taken by somebody"))
    [path] = settings.admin_folder.glob("albums/*/photos/rose/*")
    assert b"somebody" not in path.read_bytes()


def test_a_zip_with_a_folder_for_each_class(boss: FlaskClient, post: Post, begun: str, mosaic: Any) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as zip:
        for name in COLOURS:
            zip.writestr(f"flowers/{name.upper()}/1.jpg", mosaic(name, 1))
        zip.writestr("flowers/rose/../../../evil.jpg", mosaic("rose", 2))
        zip.writestr("flowers/rose/notes.txt", b"dear diary")
        zip.writestr("flowers/both/1.jpg", mosaic("rose", 3))
        zip.writestr("__MACOSX/rose/._1.jpg", b"clutter")
    page = post(f"{begun}/photos", zip=(io.BytesIO(buffer.getvalue()), "flowers.zip"))
    assert counts(boss, begun) == {"IRIS": 1, "LEAF": 1, "rose": 1}  # two spellings of one class
    assert "flowers/rose/notes.txt" in page.text
    assert "cannot be used" in page.text
    assert "clutter" not in page.text
    assert "__MACOSX" not in page.text


def test_what_is_no_zip(post: Post, begun: str) -> None:
    page = post(f"{begun}/photos", zip=(io.BytesIO(b"PK, or so"), "a.zip"))
    assert "This is no zip" in page.text


def test_the_script_gets_the_failures(boss: FlaskClient, begun: str, post: Post, mosaic: Any) -> None:
    post(f"{begun}/classes", name="rose")
    csrf = re.search(r'name="csrf" value="(.*?)"', boss.get(begun).text)
    assert csrf
    fields = {
        "csrf": csrf[1],
        "class": "rose",
        "image": [(io.BytesIO(b"x"), "a.jpg"), (io.BytesIO(mosaic("rose", 1)), "b")],
    }
    answer = boss.post(f"{begun}/photos", data=fields, headers={"Accept": "application/json"})
    assert answer.json == {"failed": [{"name": "a.jpg", "reason": "This format is not supported"}]}


@pytest.mark.long
@pytest.mark.parametrize("rest", ["", "/classes/rose", "/small/x.jpg", "/progress", "/model.zip"])
@pytest.mark.parametrize("id", ["0" * 16, "x", "..%2F.."])
def test_unknown_projects(boss: FlaskClient, id: str, rest: str) -> None:
    assert boss.get(f"{LEARN}{id}{rest}").status_code == 404


def test_unknown_parts_of_a_project(boss: FlaskClient, post: Post, begun: str) -> None:
    for rest in ("/classes/rose", f"/small/{'0' * 64}.jpg", "/small/..%2Fabout.jpg", "/model.zip"):
        assert boss.get(begun + rest).status_code == 404
    assert post(f"{begun}/classes/rose/delete").status_code == 404
    assert post(f"{begun}/classes/..%2F../delete").status_code == 404


def test_too_few_to_start(post: Post, begun: str, bring: Any, mosaic: Any) -> None:
    for name in ("rose", "neither"):
        bring(name, *(mosaic("rose", seed) for seed in range(10)))
    for task in ("learn", "forecast", "rm"):
        assert post(f"{begun}/start", task=task).status_code == 400


def test_missing_libraries_are_named(boss: FlaskClient, begun: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(project, "NEEDED", ("sklearn", "no_such_library"))
    for page in (boss.get(LEARN).text, boss.get(begun).text):
        assert "no_such_library" in page
        assert "pip install &#39;.[learn]&#39;" in page.replace("'", "&#39;")


def test_the_libraries_are_those_of_the_extra() -> None:
    assert {"sklearn", "onnx", "scipy", "matplotlib", "imagehash", "threadpoolctl"} == set(project.NEEDED)


def wait(boss: FlaskClient, begun: str) -> str:
    """What the page says once the job has ended."""
    for _ in range(1200):
        if 'data-state="running"' not in boss.get(f"{begun}/progress").text:
            return boss.get(begun).text
        time.sleep(0.1)
    raise AssertionError("still running")


@pytest.fixture
def flowers(bring: Any, mosaic: Any, tiny_model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Photos of three classes, and a base that answers at once."""
    pytest.importorskip("sklearn", reason="learning needs the extra learn")
    monkeypatch.setattr(learning, "_BASE", str(tiny_model))
    for name in COLOURS:
        bring(name, *(mosaic(name, seed) for seed in range(12)))


@pytest.mark.long
@pytest.mark.usefixtures("flowers")
def test_from_photos_to_a_model(
    boss: FlaskClient, post: Post, begun: str, mosaic: Any, settings: Settings, tmp_path: Path
) -> None:
    assert post(f"{begun}/start", task="forecast").status_code == 303
    assert post(f"{begun}/start", task="learn").status_code == 409
    assert post(f"{begun}/photos", zip=(io.BytesIO(b""), "a.zip")).status_code == 409
    assert post(f"{begun}/delete").status_code == 409
    page = wait(boss, begun)
    assert "of new photos like these to be predicted correctly" in page
    assert "3. The model" not in page
    post(f"{begun}/start", task="learn")
    page = wait(boss, begun)
    assert "3. The model" in page
    assert "n&nbsp;=&nbsp;36" in page
    assert "Where the two differ, these figures hold." in page
    said = post(f"{begun}/try", image=(io.BytesIO(mosaic("iris", 99)), "a.jpg")).text
    assert "Iris, " in said
    assert 'src="data:image/png;base64,' in said
    assert "This format is not supported" in post(f"{begun}/try", image=(io.BytesIO(b"x"), "a.jpg")).text
    with zipfile.ZipFile(io.BytesIO(boss.get(f"{begun}/model.zip").data)) as zip:
        zip.extractall(tmp_path / "out")
    assert Classifier.load(tmp_path / "out" / "my-flowers").card.classes == ["iris", "leaf", "rose"]
    post(f"{begun}/delete-photos")
    assert counts(boss, begun) == {}
    assert "3. The model" in boss.get(begun).text
    assert post(f"{begun}/delete").headers["Location"] == LEARN
    assert list(settings.admin_folder.glob("albums/*")) == []


@pytest.mark.long
@pytest.mark.usefixtures("flowers")
def test_stopping_leaves_nothing(boss: FlaskClient, post: Post, begun: str, settings: Settings) -> None:
    post(f"{begun}/start", task="learn")
    assert 'data-state="running"' in boss.get(begun).text
    post(f"{begun}/stop")
    assert "Stopped. Nothing half-done was left behind." in wait(boss, begun)
    [folder] = settings.admin_folder.glob("albums/*")
    assert not (folder / "model").exists()
    assert not (folder / "new").exists()


@pytest.mark.long
@pytest.mark.usefixtures("flowers")
def test_a_class_of_one_picture_is_left_out(boss: FlaskClient, post: Post, begun: str, mosaic: Any) -> None:
    folder = io.BytesIO()
    with zipfile.ZipFile(folder, "w") as zip:
        for seed in range(11):
            zip.writestr(f"twin/{seed}.png", mosaic("rose", 50, format="PNG", compress_level=seed % 10))
    post(f"{begun}/photos", zip=(io.BytesIO(folder.getvalue()), "a.zip"))
    post(f"{begun}/start", task="forecast")
    assert "Left out, because they have fewer than 3 different photos: twin." in wait(boss, begun)


def test_serving_it_loads_nothing_that_learning_needs(settings: Settings, tiny_model: Path) -> None:
    code = (
        "import sys; from pawsight.web import create_app; from pawsight.settings import Settings\n"
        "from pawsight.web.admin import password; settings = Settings(model=sys.argv[1], admin=sys.argv[2])\n"
        "password.store(settings, 'four words of mine'); client = create_app(settings).test_client()\n"
        "client.post('/admin/login', data={'password': 'four words of mine'})\n"
        "assert 'Name of a new model' in client.get('/admin/learn/').text\n"
        "print(sorted({'sklearn', 'scipy', 'onnx', 'matplotlib', 'imagehash'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code, tiny_model, settings.admin], capture_output=True, text=True)
    assert (done.stdout, done.stderr) == ("[]\n", "")
