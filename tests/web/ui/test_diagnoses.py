"""Every diagnosis that the library gives to visitors and admins can be given in each language of the page."""

from __future__ import annotations

import ast
import html
import importlib
import re
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

import pawsight
from pawsight import errors, images
from pawsight.errors import ImageError
from pawsight.model import class_names
from pawsight.web.api.problems import KNOWN
from pawsight.web.ui import diagnoses

sniff = importlib.import_module("pawsight.images.sniff")  # the package has a function of that name

ROOT = Path(pawsight.__file__).parent
SEEN = [  # what says something to visitors or admins; the command line and local files speak English only
    *sorted((ROOT / "images").glob("*.py")),
    *sorted((ROOT / "decoding").glob("*.py")),
    *sorted(path for path in (ROOT / "web").rglob("*.py") if path.name not in ("site.py", "run.py")),
    *(ROOT / "archive" / name for name in ("queries.py", "mappers.py", "database_errors.py")),
    ROOT / "storage" / "private.py",
    ROOT / "model" / "class_names.py",
    ROOT / "errors.py",
]
NOT_VISITORS = {"bad_model"}  # of a model that the operator serves: pages say so in general, the log exactly


def _codes() -> dict[str, str]:
    """Class of error -> its code."""
    found = {name: one.code for name, one in vars(errors).items() if hasattr(one, "code")}
    for path in SEEN:
        name = ".".join(path.relative_to(ROOT.parent).with_suffix("").parts).removesuffix(".__init__")
        for key, value in vars(importlib.import_module(name)).items():
            if isinstance(value, type) and issubclass(value, errors.PawsightError):
                found[key] = value.code
    return found


def _said(node: ast.expr) -> str | None:
    """A text with `{}` for what is filled in; None where it is not written out here."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(_said(part) or "{}" for part in node.values)
    return None


def _texts(path: Path, codes: dict[str, str]) -> set[str]:
    """All that a module says in errors that visitors or admins see."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            code = codes.get(node.func.id)
            if code in {*KNOWN, errors.BadData.code} - NOT_VISITORS:
                found |= {text for one in node.args if (text := _said(one))}
    return found


def test_every_diagnosis_is_listed() -> None:
    codes = _codes()
    said = set().union(*(_texts(path, codes) for path in SEEN))
    assert len(said) > 60
    listed = {re.sub(r"\{\w+\}", "{}", text) for text in diagnoses.TEXTS}
    assert said <= listed, "list them in diagnoses/ (of photos) or in web/ui/diagnoses.py"


@pytest.mark.parametrize(
    "data", [*sniff._PICTURES, *sniff._OTHERS, *sniff._VIDEO, *sniff._RAW, b"text", b"\0", b"II*\0"]
)
def test_every_kind_of_file_is_named(app: Flask, data: bytes) -> None:
    with pytest.raises(ImageError) as english:
        images.decode(data + bytes(4) * (data != b"text"))
    with app.test_request_context("/?lang=de"):
        german = diagnoses.translate(str(english.value))
    assert re.match(r"Erkannt wurde: (ein|eine|das|Text)\b", german), english.value


@pytest.mark.parametrize(
    "name", ["", "a/b", "con", "both", "neither", "unsure", "=1+1", "\N{ZERO WIDTH SPACE}a", "x" * 300]
)
def test_every_reason_against_a_name(app: Flask, name: str) -> None:
    with pytest.raises(errors.BadData) as english:
        class_names.check_name(name)
    with app.test_request_context("/?lang=de"):
        german = diagnoses.exactly(english.value)
        assert german.startswith("Der Klassenname")
        reason = diagnoses.translate(class_names.problem(name))
        assert reason
        assert reason in german


def test_figures_are_written_in_the_language(app: Flask) -> None:
    english = "The picture has 12,000 x 9,000 pixels (108 megapixels); at most 50 megapixels are allowed."
    with app.test_request_context("/?lang=de"):
        assert diagnoses.translate(f"{english} Make the photo smaller.") == (
            "Das Bild hat 12.000 x 9.000 Pixel (108 Megapixel); erlaubt sind höchstens 50 Megapixel. "
            "Verkleinere das Foto."
        )
        assert diagnoses.translate("The file has 10.5 MB; at most 10 MB are allowed.").startswith(
            "Die Datei hat 10,5 MB"
        )
        assert diagnoses.translate(f"{english} And something that nobody has listed.") == ""
    assert diagnoses.translate(english) == english


def test_a_page_says_exactly_what_is_wrong(client: FlaskClient, send: Any) -> None:
    client.set_cookie("lang", "de")
    page = html.unescape(send(b"%PDF-1.7", to="/predict", name="a.jpg").text)
    assert "Erkannt wurde: ein PDF-Dokument. Das wird hier nicht geöffnet. Unterstützt werden JPEG, PNG," in page


def test_the_api_still_speaks_english(client: FlaskClient, send: Any) -> None:
    client.set_cookie("lang", "de")
    assert "a PDF document" in send(b"%PDF-1.7").json["detail"]
