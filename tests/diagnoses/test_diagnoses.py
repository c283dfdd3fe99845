"""What is said of single files on one's own disk, in German."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.permissions import closed

import pawsight
from pawsight import images
from pawsight.diagnoses import LOCAL, PHOTO, of_local_file
from pawsight.errors import ImageError
from pawsight.types import LOCAL_LIMITS, Limits

ROOT = Path(pawsight.__file__).parent
ENGLISH = re.compile(r"\b(the|The|file|is|cannot|Copy|Save|Check|megapixels|allowed)\b")


def german(path: Path, limits: Limits = LOCAL_LIMITS) -> str:
    with pytest.raises(ImageError) as raised:
        images.decode(images.read(path, limits), limits=limits)
    return of_local_file(str(raised.value), "de")


def test_reasons_of_files(picture: Callable[..., bytes], tmp_path: Path) -> None:
    (tmp_path / "empty.jpg").touch()
    (tmp_path / "words.jpg").write_text("no photo")
    (tmp_path / "cut.jpg").write_bytes(picture(300, 300, seed=1)[:4000])
    (tmp_path / "large.png").write_bytes(picture(1200, 1000, format="PNG"))
    small = Limits(bytes=LOCAL_LIMITS.bytes, pixels=1_000_000, scans=LOCAL_LIMITS.scans, local=True)
    said = [german(tmp_path / f"{name}.jpg") for name in ("empty", "words", "cut", "gone")]
    said.append(german(tmp_path / "large.png", small))
    assert said[1].endswith("auf dem eigenen Datenträger auch TIFF, JPEG XL (Extra jxl) und RAW-Dateien von Kameras.")
    assert "lässt sich nicht lesen (Datei oder Ordner nicht gefunden). Prüfe den Pfad" in said[3]
    assert "1.200 x 1.000 Pixel" in said[4]
    assert "max_local_pixels" in said[4]
    assert not [text for text in said if ENGLISH.search(text.replace(str(tmp_path), ""))]


def test_a_closed_folder(tmp_path: Path) -> None:
    (folder := tmp_path / "closed").mkdir()
    with closed(folder):
        assert "(keine Berechtigung)" in german(folder / "a.jpg")


def test_what_nobody_has_listed_stays_as_it_is() -> None:
    assert of_local_file("The moon is full.", "de") == "The moon is full."


def test_english_stays_english() -> None:
    assert of_local_file("It is a link, and links stay.", "en") == "It is a link, and links stay."


@pytest.mark.parametrize("module", ["batch/make_plan.py", "batch/make_steps.py", "batch/video.py", "batch/run.py"])
def test_every_reason_of_a_sort_is_listed(module: str) -> None:
    """Whole sentences in errors and skipped files; what is said to developers is none."""
    known = {re.sub(r"\{\w+\}", "{}", text) for text in (*PHOTO, *LOCAL)}
    kinds = {"SkippedFile", "BrokenImage", "UnsupportedFormat", "PawsightError"}
    tree = ast.parse((ROOT / module).read_text(encoding="utf-8"))
    calls = [one for one in ast.walk(tree) if isinstance(one, ast.Call) and getattr(one.func, "id", "") in kinds]
    said = {text for call in calls for one in call.args if (text := _text(one)).endswith((".", "?"))}
    assert said <= known, f"list them in diagnoses/__init__.py: {said - known}"
    assert said


def _text(node: ast.expr) -> str:
    if isinstance(node, ast.Constant):
        return str(node.value)
    if isinstance(node, ast.JoinedStr):
        return re.sub(r"(\{\}[^{}]{0,2})+(?=\))", "{}", "".join(_text(part) or "{}" for part in node.values))
    return ""
