"""The script for small computers answers like Pawsight, without Pawsight."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest
from PIL import Image

from pawsight.batch.run import classify_one
from pawsight.classifier import Classifier
from pawsight.model.card import LITERT, Input, read_card, read_file
from pawsight.model.seal import seal_file

SCRIPT = Path(__file__).parents[2] / "examples" / "raspberry.py"


def run(*words: str | Path) -> subprocess.CompletedProcess[str]:
    command = [
        sys.executable,
        "-I",
        SCRIPT,
        *words,
    ]  # isolated: no PYTHONPATH, so that Pawsight is not found by accident
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)


def test_it_imports_numpy_pillow_and_litert_alone() -> None:
    lines = [line.strip() for line in SCRIPT.read_text().splitlines()]
    names = {line.split()[1].partition(".")[0] for line in lines if re.match(r"(from [\w.]+ import|import) \w", line)}
    assert names - set(sys.stdlib_module_names) == {"numpy", "PIL", "ai_edge_litert"}


def test_the_same_answers_as_the_command_line(
    exported: dict[str, Path], photos: Path, picture: Callable[..., bytes]
) -> None:
    (photos / "turned.jpg").write_bytes(picture(300, 200, seed=1, orientation=6))
    (photos / "large.jpg").write_bytes(picture(1600, 900, seed=2))
    (photos / "clear.png").write_bytes(picture(format="PNG", mode="RGBA"))
    deep = (np.random.default_rng(0).integers(0, 65536, (48, 64))).astype(np.uint16)
    Image.fromarray(deep).save(photos / "deep.png")
    Image.fromarray(np.full_like(deep, 30_000)).save(photos / "deep-clear.png", transparency=30_000)
    for name in ("large-grey.png", "large-palette.png"):
        Image.open(photos / "large.jpg").convert("P" if "palette" in name else "L").save(photos / name)
    paths = sorted(map(str, photos.iterdir()))
    done = run(exported["litert"], *paths)
    assert done.returncode == 0, done.stderr
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    expected = Classifier.load(exported["litert"]).predict(paths)
    assert [line["path"] for line in lines] == paths
    for line, answer in zip(lines, expected, strict=True):
        shown: dict[str, Any] = answer.to_dict()
        assert {name: line[name] for name in ("label", "verdict", "model")} == {
            name: shown[name] for name in ("label", "verdict", "model")
        }
        assert line["scores"] == pytest.approx(shown["scores"], abs=1e-4)


def test_what_is_no_photo_gets_a_line_and_the_next_one_is_answered(
    exported: dict[str, Path], tmp_path: Path, photos: Path, picture: Callable[..., bytes]
) -> None:
    (tmp_path / "notes.txt").write_text("no photo")
    (tmp_path / "empty.jpg").touch()
    (tmp_path / "cut.jpg").write_bytes(picture(400, 300, seed=0)[:3000])
    (tmp_path / "bomb.png").write_bytes(_bomb(30_000))
    (tmp_path / "head.png").write_bytes(picture(format="PNG")[:20])
    Image.new("RGB", (48, 48)).save(tmp_path / "icon.jpg", "ICO")  # which Pillow would open
    names = ["notes.txt", "empty.jpg", "cut.jpg", "bomb.png", "head.png", "icon.jpg", "missing.jpg", "."]
    done = run(exported["litert"], *(tmp_path / name for name in names), photos / "cat.jpg")
    assert (done.returncode, "Traceback" in done.stderr) == (1, False)
    *failed, last = (json.loads(line) for line in done.stdout.splitlines())
    codes = [line["error"]["code"] for line in failed]
    assert codes == [
        *("unsupported_format", "empty_file", "broken_image"),
        *("image_too_large", "broken_image", "unsupported_format", "unreadable_file", "unreadable_file"),
    ]
    classifier = Classifier.load(exported["litert"])
    expected = [classify_one(classifier, str(tmp_path / name)).to_dict()["error"]["code"] for name in names]
    assert codes == expected
    assert last["label"] == "cat"


def test_the_same_lines_as_the_command_for_files_that_break_decoders(exported: dict[str, Path], shared: Path) -> None:
    left_out = {"heic", "heif", "mpo"}  # what the script says that it lacks: HEIC, and profiles of wide gamut
    paths = [str(path) for path in sorted((shared / "hostile").iterdir()) if path.suffix[1:] not in left_out]
    done = run(exported["litert"], *paths)
    words = ["predict", *paths, "--model", str(exported["litert"]), "--format", "jsonl"]
    command = [sys.executable, "-m", "pawsight", *words]
    expected = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == expected.returncode == 1
    assert "Warning" not in done.stderr
    for own, other in zip(done.stdout.splitlines(), expected.stdout.splitlines(), strict=True):
        line, answer = json.loads(own), json.loads(other)
        assert [line["path"], _code(line)] == [answer["path"], _code(answer)]
        assert line["verdict"] == answer["verdict"]
        assert line["scores"] == (answer["scores"] and pytest.approx(answer["scores"], abs=1e-4)), line["path"]


def _code(line: dict[str, Any]) -> str | None:
    return line["error"] and line["error"]["code"]


def _bomb(side: int) -> bytes:
    """A PNG that says it is `side` x `side` pixels, in a few bytes."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return len(data).to_bytes(4) + kind + data + zlib.crc32(kind + data).to_bytes(4)

    header = side.to_bytes(4) * 2 + bytes([8, 2, 0, 0, 0])
    parts = (chunk(b"IHDR", header), chunk(b"IDAT", zlib.compress(b"")), chunk(b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def test_grey_that_is_not_a_number_is_refused(exported: dict[str, Path], tmp_path: Path) -> None:
    Image.fromarray(np.full((48, 48), np.nan, np.float32)).save(tmp_path / "nan.tif")
    (line,) = run(exported["litert"], tmp_path / "nan.tif").stdout.splitlines()
    assert json.loads(line)["error"]["code"] == "broken_image"


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_reader_that_leaves_and_a_full_disk(exported: dict[str, Path], photos: Path) -> None:
    command = [sys.executable, "-I", str(SCRIPT), str(exported["litert"]), *[str(photos / "cat.jpg")] * 2]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as running:
        assert running.stdout
        assert running.stderr
        running.stdout.close()
        said = running.stderr.read()
    assert (running.returncode, "Traceback" in said) == (141, False)
    with open("/dev/full", "w") as full:
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, timeout=120, check=False)
    assert done.returncode == 2
    assert "cannot be written (No space left on device)" in done.stderr
    assert "Traceback" not in done.stderr


def test_the_lines_are_those_of_the_command(exported: dict[str, Path], photos: Path) -> None:
    path = str(photos / "cat.jpg")
    expected = msgspec.json.encode(classify_one(Classifier.load(exported["litert"]), path).to_dict()).decode()
    (line,) = run(exported["litert"], path).stdout.splitlines()
    shape = re.compile(r"[0-9.e-]+(?=[,}])")
    assert shape.sub("0", line) == shape.sub("0", expected)


@pytest.mark.parametrize(
    ("words", "said"),
    [((), "Usage"), (("nowhere.tflite", "x.jpg"), "cannot be read"), ((SCRIPT, "x.jpg"), "is no model")],
)
def test_a_model_that_cannot_be_used_ends_in_one_line(words: tuple[str | Path, ...], said: str) -> None:
    done = run(*words)
    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr
    assert len([line for line in done.stderr.splitlines() if "XNNPACK" not in line]) == 1


def test_what_is_not_installed_is_said_in_one_line(tmp_path: Path) -> None:
    command = [sys.executable, "-I", "-S", str(SCRIPT), "x.tflite", "x.jpg"]  # without site-packages
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "Error: This script needs numpy. Run: pip install numpy pillow ai-edge-litert\n"


def test_a_name_that_is_no_text_is_shown_like_the_command_shows_it(
    exported: dict[str, Path], photos: Path, tmp_path: Path
) -> None:
    name = os.fsdecode(b"caf\xe9.jpg")
    try:
        (tmp_path / name).write_bytes((photos / "cat.jpg").read_bytes())
    except OSError:
        pytest.skip("needs a file system that takes any bytes as a name")
    done = run(exported["litert"], tmp_path / name)
    assert (
        json.loads(done.stdout)["path"]
        == classify_one(Classifier.load(exported["litert"]), str(tmp_path / name)).to_dict()["path"]
    )


def test_it_refuses_by_golden_pictures(exported: dict[str, Path], tmp_path: Path, photos: Path) -> None:
    card = read_card(exported["litert"])
    graph = read_file(exported["litert"], LITERT, card)
    for number, changes in enumerate([{"classes": card.classes[::-1]}, {"input": Input(size=32, fit="crop")}]):
        path = tmp_path / f"{number}.tflite"
        path.write_bytes(seal_file(msgspec.structs.replace(card, **changes), graph))  # type: ignore[arg-type]
        done = run(path, photos / "cat.jpg")
        assert done.returncode == 2
        assert "answers golden picture 0 with" in done.stderr
        assert done.stdout == ""


def test_it_refuses_a_damaged_file(exported: dict[str, Path], tmp_path: Path, photos: Path) -> None:
    whole = bytearray(exported["litert"].read_bytes())
    with zipfile.ZipFile(exported["litert"]) as archive:
        whole[archive.infolist()[0].header_offset // 2] ^= 1
    (tmp_path / "x.tflite").write_bytes(whole)
    assert "SHA-256" in run(tmp_path / "x.tflite", photos / "cat.jpg").stderr
