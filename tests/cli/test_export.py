"""`pawsight export` as a user types it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("tensorflow", reason="exporting needs the extra train")
pytest.importorskip("ai_edge_litert", reason="LiteRT needs the extra litert")

Pawsight = Callable[..., Any]


@pytest.mark.long
def test_export_then_predict(pawsight: Pawsight, tiny_model: Path, photos: Path, tmp_path: Path) -> None:
    out = tmp_path / "deep" / "x.tflite"
    done = pawsight("export", tiny_model, "--to", "litert", "--precision", "float16", "--out", out)
    assert done.code == 0, done.err
    title, row = done.out.splitlines()
    assert title.split()[:4] == ["format", "precision", "MB", "differs"]
    assert row.split()[:2] == ["litert", "float16"]
    assert "not measured" in row
    assert row.endswith(str(out))
    expected = pawsight("predict", photos, "--model", tiny_model, "--format", "csv")
    received = pawsight("predict", photos, "--model", out, "--format", "csv")
    assert received.code == 0, received.err
    verdicts = [[line.split(",")[:2] for line in ran.out.splitlines()] for ran in (expected, received)]
    assert verdicts[0] == verdicts[1]


@pytest.mark.long
@pytest.mark.parametrize("to", ["litert", "keras", "savedmodel"])
def test_libraries_write_nothing_next_to_the_table(tiny_model: Path, tmp_path: Path, to: str) -> None:
    words = ["export", str(tiny_model), "--to", to, "--out", str(tmp_path / f"x{'.keras' * (to == 'keras')}")]
    done = subprocess.run([sys.executable, "-m", "pawsight", *words], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.count("\n") == 2


def test_a_keras_file_has_the_ending_that_keras_wants(pawsight: Pawsight, tiny_model: Path, tmp_path: Path) -> None:
    done = pawsight("export", tiny_model, "--to", "keras", "--out", tmp_path / "x")
    assert done.code == 2
    assert done.err.splitlines()[-1].endswith("Write to x.keras instead.")
    assert not list(tmp_path.iterdir())


def test_the_name_is_the_models_where_none_is_given(
    pawsight: Pawsight, tiny_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert pawsight("export", tiny_model, "--to", "onnx").code == 0
    assert [path.name for path in tmp_path.iterdir()] == ["tiny-float32.onnx"]


def test_all_leaves_out_what_cannot_be_made(
    pawsight: Pawsight, tiny_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """ONNX in int8 needs photos; the other six do not. Writing two of them will do here."""
    monkeypatch.setattr("pawsight.export.FORMS", _some())
    done = pawsight("export", tiny_model, "--to", "all", "--out", tmp_path / "x")
    assert done.code == 0, done.err
    assert sorted(path.name for path in (tmp_path / "x").iterdir()) == ["tiny-float16.onnx"]


def test_all_goes_on_where_it_was_stopped(
    pawsight: Pawsight, tiny_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from pawsight.export import FORMS

    monkeypatch.setattr("pawsight.export.FORMS", FORMS[:2])
    assert pawsight("export", tiny_model, "--to", "all", "--out", tmp_path).code == 0
    (tmp_path / "tiny-float16.onnx").unlink()
    (tmp_path / "tiny-float16.part.onnx").write_bytes(b"what a stopped run left")
    done = pawsight("export", tiny_model, "--to", "all", "--out", tmp_path)
    assert (done.code, done.err.count("Skipped")) == (0, 1)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["tiny-float16.onnx", "tiny-float32.onnx"]
    (tmp_path / "tiny-float32.onnx").write_bytes(b"something else")
    assert "exists" in pawsight("export", tiny_model, "--to", "all", "--out", tmp_path).err


def test_every_format_knows_its_model(tiny_model: Path, exported: dict[str, Path], tmp_path: Path) -> None:
    from pawsight.export import Exporter

    exporter = Exporter(tiny_model)
    (tmp_path / "other").write_bytes(b"no model")
    assert {name: exporter.has_written(path) for name, path in exported.items()} == dict.fromkeys(exported, True)
    assert not exporter.has_written(tmp_path / "other")
    assert not exporter.has_written(tmp_path / "missing.onnx")


def _some() -> tuple[Any, ...]:
    from pawsight.export import FORMS

    return FORMS[1:3]


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (("default", "--to", "all", "--precision", "int8"), "Expected --to all or --precision"),
        (("default", "--to", "keras", "--precision", "int8"), "keras is not written in int8"),
        (
            ("default", "--to", "litert", "--precision", "int8"),
            "Choose float32 or float16, or another format",
        ),
        (("nobody", "--to", "onnx"), "received 'nobody'"),
        (("default", "--to", "onnx", "--data", "nowhere"), "There is nothing at nowhere. Check the path."),
        (("default", "--to", "onnx", "--photos", "5"), "--photos is for --data: give both, or neither."),
    ],
)
def test_mistakes_get_one_clear_line(pawsight: Pawsight, words: tuple[str, ...], line: str) -> None:
    done = pawsight("export", *words)
    assert done.code == 2
    assert line in done.err
    assert len(done.err.splitlines()) == 1
