from __future__ import annotations

import csv
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from pawsight.batch.overlays import overlay_name

Pawsight = Callable[..., Any]
KEYS = ["path", "label", "verdict", "scores", "model", "error"]


@pytest.fixture
def mixed(photos: Path) -> Path:
    """Five good photos and a bad one."""
    (photos / "words.jpg").write_text("no photo")
    return photos


def test_a_table(pawsight: Pawsight, photos: Path, tiny_model: Path) -> None:
    ran = pawsight("predict", photos, "--model", tiny_model)
    header, *lines = ran.out.splitlines()
    assert ran.code == 0
    assert header.split() == ["photo", "verdict", "cat", "dog"]
    assert [line.split()[1] for line in lines] == ["both", "cat", "dog", "neither", "unsure"]
    assert ran.err.startswith("cat 1, dog 1, both 1, neither 1, unsure 1, failed 0\n5 photos, 0 failed, ")


def test_json_lines(pawsight: Pawsight, mixed: Path, tiny_model: Path) -> None:
    ran = pawsight("predict", mixed, "--model", tiny_model, "--format", "jsonl")
    lines = [json.loads(line) for line in ran.out.splitlines()]
    assert ran.code == 1
    assert [list(line) for line in lines] == [KEYS] * 6
    *good, bad = lines
    assert [line["verdict"] for line in good] == [Path(line["path"]).stem for line in good]
    assert {line["model"] for line in good} == {"tiny-1"}
    assert bad["error"]["code"] == "unsupported_format"
    assert bad["path"] == str(mixed / "words.jpg")
    assert [bad[key] for key in KEYS[1:5]] == [None] * 4
    assert ran.err.startswith(f"Failed:\n  {mixed / 'words.jpg'}: The file is text")
    assert "\n6 photos, 1 failed, " in ran.err


def test_csv(pawsight: Pawsight, mixed: Path, tiny_model: Path) -> None:
    ran = pawsight("predict", mixed, "--model", tiny_model, "--format", "csv")
    rows = list(csv.DictReader(ran.out.splitlines(), strict=True))
    assert ran.code == 1
    assert list(rows[0]) == ["path", "label", "verdict", "cat", "dog", "model", "error_code", "error_message"]
    assert float(rows[1]["cat"]) > 0.99
    assert [row["error_code"] for row in rows] == [""] * 5 + ["unsupported_format"]


def test_a_photo_on_standard_input(pawsight: Pawsight, picture: Any, tiny_model: Path) -> None:
    ran = pawsight("predict", "-", "--model", tiny_model, "--format", "jsonl", stdin=picture())
    assert ran.code == 0
    assert (json.loads(ran.out)["path"], json.loads(ran.out)["verdict"]) == ("-", "cat")


def test_too_much_or_nothing_on_standard_input(
    pawsight: Pawsight, tiny_model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PAWSIGHT_MAX_LOCAL_BYTES", "1000")
    ran = pawsight("predict", "-", "-", "--model", tiny_model, "--format", "jsonl", stdin=b"\0" * 1_100)
    codes = {json.loads(line)["error"]["code"] for line in ran.out.splitlines()}
    assert "payload_too_large" in codes
    assert ran.code == 1


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["predict"], "Missing argument 'PATH...'"),
        (["predict", "x.jpg", "--format", "xml"], "'xml' is not one of"),
        (["predict", "x.jpg", "--workers", "0"], "--workers"),
        (["predict", "file", "--model", "nobody"], "Expected a model folder or one of default"),
        (["predict", "."], "There are no photos in '.'"),
        (["predict", "file", "--explain", "file/maps"], "file is no folder). Choose another --explain."),
        (["predict", "x.jpg", "--explain", "maps", "--cache", "c.db"], "kept answers have no pictures"),
        (["predict", "file", "--cache", "file/c.db"], "file is no folder). Choose another --cache."),
        (["predict", "file", "missing.jpg", "*.gif"], "There is nothing at 'missing.jpg', '*.gif'. Check the path."),
        (["predict", "missing.jpg", "--engine", "ray"], "There is nothing at 'missing.jpg'. Check the path."),
    ],
)
def test_what_cannot_run_says_why(
    pawsight: Pawsight, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: list[str], said: str
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.chdir(tmp_path)
    ran = pawsight(*words)
    assert ran.code == 2
    assert said in ran.err
    assert "Traceback" not in ran.err
    assert ran.out == ""


def test_a_photo_that_leads_nowhere_is_a_failed_photo(pawsight: Pawsight, photos: Path, tiny_model: Path) -> None:
    (photos / "link.jpg").symlink_to("missing.jpg")
    ran = pawsight("predict", photos / "link.jpg", photos / "cat.jpg", "--model", tiny_model)
    assert ran.code == 1
    assert "link.jpg' cannot be read" in ran.out
    assert "2 photos, 1 failed" in ran.err


def test_pictures_of_where_the_model_looked(pawsight: Pawsight, mixed: Path, tiny_model: Path, tmp_path: Path) -> None:
    folder = tmp_path / "new" / "maps"
    ran = pawsight("predict", mixed, "--model", tiny_model, "--explain", folder)
    assert ran.code == 1
    expected = {overlay_name(str(mixed / f"{name}.jpg")) for name in ("both", "cat", "dog", "neither", "unsure")}
    assert {path.name for path in folder.iterdir()} == expected


def test_settings_name_the_model_and_the_limits(
    pawsight: Pawsight, photos: Path, tiny_model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PAWSIGHT_MODEL", str(tiny_model))
    monkeypatch.setenv("PAWSIGHT_MAX_LOCAL_PIXELS", "100")
    ran = pawsight("predict", photos / "cat.jpg", "--format", "jsonl")
    assert json.loads(ran.out)["error"]["code"] == "image_too_large"
    assert "max_local_pixels" in json.loads(ran.out)["error"]["message"]
    monkeypatch.setenv("PAWSIGHT_MAX_LOCAL_PIXELS", "many")
    ran = pawsight("predict", photos)
    assert (ran.code, ran.out) == (2, "")
    assert "max_local_pixels" in ran.err


@pytest.mark.skipif(sys.platform != "linux", reason="other systems do not allow names that are no Unicode")
@pytest.mark.parametrize("form", ["table", "jsonl", "csv"])
def test_names_that_are_no_unicode(
    pawsight: Pawsight, picture: Any, tiny_model: Path, tmp_path: Path, form: str
) -> None:
    path = os.fsencode(tmp_path) + b"/caf\xe9.jpg"
    with open(path, "wb") as file:
        file.write(picture())
    ran = pawsight("predict", os.fsdecode(path), "--model", tiny_model, "--format", form, "--explain", tmp_path / "x")
    assert ran.code == 0
    assert "caf\\" in ran.out


def start(*words: str | Path, **options: Any) -> subprocess.Popen[bytes]:
    """A process of its own, in which warnings are errors."""
    command = [sys.executable, "-W", "error", "-m", "pawsight", *map(str, words)]
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parents[2] / "src")}
    return subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, **options)


@pytest.fixture
def many(photos: Path, picture: Any) -> Path:
    """Enough photos to keep a process busy for many seconds; links, so that they are made at once."""
    (photos / "large.png").write_bytes(picture(3000, 2000, format="PNG"))
    for number in range(400):
        (photos / f"z{number}.png").symlink_to(photos / "large.png")
    return photos


def test_lines_come_while_the_work_goes_on_and_ctrl_c_ends_it(many: Path, tiny_model: Path, tmp_path: Path) -> None:
    maps = tmp_path / "maps"
    process = start("predict", many, "--model", tiny_model, "--explain", maps, stdout=subprocess.PIPE)
    assert process.stdout is not None
    first = [process.stdout.readline() for _ in range(4)]
    process.send_signal(signal.SIGINT)
    rest, said = process.communicate(timeout=60)
    assert first[0].split() == [b"photo", b"verdict", b"cat", b"dog"]
    assert len(rest.splitlines()) < 300
    assert process.returncode == 2
    assert said.splitlines()[-1] == b"Stopped."
    assert b" photos, 0 failed, " in said  # what was done until then
    assert b"".join([*first, rest]).endswith(b"\n")
    assert all(path.read_bytes().endswith(b"IEND\xaeB`\x82") for path in maps.iterdir())


def test_a_reader_that_has_seen_enough(many: Path, tiny_model: Path) -> None:
    with start("predict", many, "--model", tiny_model, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert process.stdout.readline().startswith(b"photo")
        process.stdout.close()
        assert process.stderr.read() == b""
    assert process.returncode == 141


def test_an_ordinary_run_warns_of_nothing(photos: Path, tiny_model: Path) -> None:
    process = start("predict", photos, "--model", tiny_model, "--format", "csv", stdout=subprocess.PIPE)
    out, said = process.communicate(timeout=60)
    assert process.returncode == 0
    assert len(out.splitlines()) == 6
    assert len(said.splitlines()) == 2


def test_the_default_model_answers(pawsight: Pawsight, shared: Path) -> None:
    cat = shared / "hostile" / "image-rs__images__jpg__progressive__cat.jpg"
    ran = pawsight("predict", cat, "--format", "jsonl")
    assert json.loads(ran.out)["verdict"] == "cat"


def test_a_second_run_answers_only_for_what_is_new(pawsight: Pawsight, mixed: Path, tiny_model: Path) -> None:
    words = ["predict", mixed, "--model", tiny_model, "--format", "jsonl", "--cache", mixed / "answers.db"]
    first = pawsight(*words)
    assert first.code == 1
    (mixed / "cat.jpg").rename(mixed / "gone.jpg")
    again = pawsight(*words)
    assert again.code == 1
    assert [json.loads(line)["path"] for line in again.out.splitlines() if "gone" in line] == [str(mixed / "gone.jpg")]
    assert {line for line in first.out.splitlines() if "cat.jpg" not in line} < set(again.out.splitlines())


@pytest.mark.parametrize("form", ["table", "jsonl", "csv"])
def test_what_a_photo_looks_like(pawsight: Pawsight, tmp_path: Path, form: str) -> None:
    """Chelsea, a tabby cat (CC0); only the default model guesses."""
    skimage = pytest.importorskip("skimage.data", reason="scikit-image brings the photo")
    Image.fromarray(skimage.chelsea()).save(tmp_path / "chelsea.jpg")
    plain = pawsight("predict", tmp_path / "chelsea.jpg", "--format", form)
    ran = pawsight("predict", tmp_path / "chelsea.jpg", "--looks-like", "--format", form)
    assert ran.code == plain.code == 0
    if form == "jsonl":
        assert list(json.loads(plain.out)) == KEYS
        guesses = json.loads(ran.out)["looks_like"]
        assert {"cat", "Mau"} & set(guesses[0]["name"].split())
        assert 0.15 <= guesses[0]["share"] <= 1
        assert guesses == sorted(guesses, key=lambda guess: -guess["share"])
    else:
        assert "looks" not in plain.out.splitlines()[0]
        assert "looks" in ran.out.splitlines()[0]
        assert "%)" in ran.out.splitlines()[1]


def test_guesses_are_not_kept(pawsight: Pawsight, tmp_path: Path) -> None:
    ran = pawsight("predict", "x.jpg", "--looks-like", "--cache", tmp_path / "c.db")
    assert ran.code == 2
    assert "--looks-like needs predictions made here and now" in ran.err


def test_nothing_is_said_of_a_damaged_tiff_but_one_line(tiny_model: Path, picture: Any, tmp_path: Path) -> None:
    tiff = picture(format="TIFF")
    samples = bytes.fromhex("1501 0300 01000000 0300")  # tag 277, SamplesPerPixel, 3
    assert samples in tiff
    (tmp_path / "odd.tif").write_bytes(tiff.replace(samples, samples[:-2] + b"\xff\xff"))
    with start("predict", tmp_path / "odd.tif", "--model", tiny_model, stdout=subprocess.PIPE) as process:
        _, err = process.communicate(timeout=120)
    assert process.returncode == 1
    assert "More samples" not in err.decode()
    assert "odd.tif: The TIFF file is damaged or cut off" in err.decode()
