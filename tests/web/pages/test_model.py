"""Pages about models, made from their folders."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
from flask import Flask
from flask.testing import FlaskClient

from pawsight import zoo
from pawsight.classifier import Classifier
from pawsight.estimates import Estimate
from pawsight.model.card import read_card
from pawsight.model.metrics import Metrics
from pawsight.model.seal import seal
from pawsight.settings import Settings
from pawsight.web import create_app
from pawsight.web.ui import model_text

MANY = ["cat", "dog", "golden_retriever", "owl & co", *(f"bird {number}" for number in range(20))]


@pytest.fixture
def show(tmp_path: Path, make_model: Callable[..., Path]) -> Callable[..., str]:
    """`show(metrics, classes=[...])` is the text of the page about a model with these numbers."""

    def page(metrics: Any = None, **fields: Any) -> str:
        classes = fields.get("classes", ["cat", "dog"])
        wide = {"weights": [[1.0] * len(classes)] * 3, "bias": [0.0] * len(classes)}
        folder = make_model(tmp_path / f"model-{len(list(tmp_path.iterdir()))}", **wide, **fields)
        if metrics is not None:
            (folder / "metrics.json").write_bytes(msgspec.json.encode(metrics))
            seal(read_card(folder), folder)
        response = create_app(Settings(model=str(folder))).test_client().get("/model")
        assert response.status_code == 200
        return words(response.text)

    return page


def words(page: str) -> str:
    """A page as text, no-break spaces and lines as plain spaces."""
    return " ".join(html.unescape(page).split())


def test_the_page_shows_what_the_card_and_the_files_say(client: FlaskClient) -> None:
    page = words(client.get("/model").text)
    card = read_card(zoo.find("default"))
    for part in (
        *(
            "<h1>lite0</h1>",
            "The active model of this server",
            card.version,
            card.origin,
            card.licence,
            "19,840 for training",
        ),
        *("99.33 %", "98.86 to 99.61", "n = 1,942", "about 99 of 100 photos", "6 of 945 photos of a cat"),
        *(
            "from a score of 64 % on",
            "up to 23 %",
            "Confusion matrix",
            "Loss in training",
            card.files["model.onnx"].sha256,
        ),
    ):
        assert part in page, part
    assert "ROC curves" in page


def test_a_shipped_model_by_name(client: FlaskClient, classifier: Classifier, make_app: Callable[..., Flask]) -> None:
    assert client.get("/models/lite0").text.count("The active model of this server") == 1
    other = make_app(classifier).test_client()
    assert "A model that comes with Pawsight" in other.get("/models/lite0").text
    assert "<h1>tiny</h1>" in other.get("/model").text
    assert "This model was not evaluated yet" in other.get("/model").text


@pytest.mark.parametrize("name", ["nope", "..", "%2e%2e%2flite0", "x" * 3000])
def test_an_unknown_model(client: FlaskClient, name: str) -> None:
    response = client.get(f"/models/{name}")
    assert (response.status_code, response.mimetype) == (404, "text/html")


def test_all_that_answer_here_are_compared(
    tmp_path: Path, make_model: Callable[..., Path], monkeypatch: pytest.MonkeyPatch, tiny_model: Path
) -> None:
    for name in ("lite0", "other"):
        make_model(tmp_path / name, name=name)
    monkeypatch.setattr(zoo, "FOLDER", tmp_path)
    client = create_app(Settings(model=str(tiny_model))).test_client()
    page = words(client.get("/model").text)
    assert re.findall(r'<a href="/models/(\w+)"', page) == ["tiny", "lite0", "other"] * 2
    assert 'href="/models/other" aria-current="true"' in words(client.get("/models/other").text)


def test_curves_are_drawn_where_there_are_points(show: Callable[..., str]) -> None:
    page = show(
        {
            "accuracy": {"value": 0.5, "n": 4, "low": 0.15, "high": 0.85},
            "roc": {"cat": [[0, 0], [0.5, 1], [1, 1]]},
            "reliability": [{"said": 0.2, "happened": {"value": 0.25, "n": 4, "low": 0.05, "high": 0.7}}],
        }
    )
    assert "M52.0 254.0L198.0 12.0L344.0 12.0" in page
    assert 'aria-label="Calibration"' in page
    assert "Class by class" not in page


def test_any_number_of_classes(show: Callable[..., str]) -> None:
    for count in (1, 3, len(MANY)):
        classes = MANY[:count]
        one = {"precision": {"value": None, "n": 0}, "support": 5}
        page = show(
            {
                "per_class": dict.fromkeys(classes, one),
                "confusion": [[5 if row == column else 1 for column in range(count)] for row in range(count)],
            },
            classes=classes,
        )
        assert page.count("<rect") == count * count
        assert "not measured" in page


def test_names_of_classes_are_text(client: FlaskClient, tmp_path: Path, make_model: Callable[..., Path]) -> None:
    folder = make_model(tmp_path / "m", classes=["a & b", "dog"])
    assert "a & b" not in create_app(Settings(model=str(folder))).test_client().get("/model").text


@pytest.mark.parametrize(
    ("value", "hits", "base"),
    [
        *((0.9937, "99", "100"), (0.0026, "3", "1,000"), (0.9995, "9,995", "10,000"), (0.996, "996", "1,000")),
        *((0.0, "0", "100"), (1.0, "100", "100"), (0.00001, "0", "10,000")),
    ],
)
def test_shares_as_photos(value: float, hits: str, base: str) -> None:
    assert model_text.count(value) == {"hits": hits, "base": base}


def test_sentences_are_made_from_the_numbers() -> None:
    measured = Metrics(
        accuracy=Estimate(0.75, 4, 0.3, 0.95),
        verdicts={"cat": 3, "unsure": 1},
        wrong_verdicts=Estimate(0.0, 3, 0, 0.56),
        false_accepts=Estimate(0.5, 10, 0.24, 0.76),
        calibration_error=Estimate(0.15, 4),
        log_loss=Estimate(0.693147, 4),
    )
    facts = {fact.name: fact for fact in model_text.facts(measured)}
    said = {name: words(fact.meaning) for name, fact in facts.items()}
    assert "about 75 of 100 photos" in said["Accuracy"]
    assert "the 3 verdicts" in said["Wrong predictions"]
    assert "none was wrong" in said["Wrong predictions"]
    assert "Of 4 photos that show a class, 1" in said["Not sure"]
    assert "Of 10 photos that show none of its classes, 5" in said["False accepts"]
    assert "75.0 % to 100.0 %" in said["Calibration error"]
    assert "50.0 % to the truth" in said["Log loss"]
    assert "ROC-AUC" not in said
    assert "kinds" not in said["False accepts"]
    more = {fact.name: words(fact.meaning) for fact in model_text.facts(measured, Estimate(0.055, 1579, 0.04, 0.07))}
    assert (
        "in its training, too; of 1,579 photos of kinds that no part of it saw, 5.5 % were taken"
        in more["False accepts"]
    )
    assert facts["Calibration error"].interval == ""


def test_the_worst_mistakes_come_first(measured: Metrics) -> None:
    assert [sentence.split()[:3] for sentence in model_text.mistakes(measured)] == [
        ["5", "of", "10"],
        ["3", "of", "10"],
        ["1", "of", "100"],
    ]


@pytest.fixture
def measured() -> Metrics:
    per_class: Any = {name: {} for name in ("cat", "dog", "owl")}
    return msgspec.convert({"per_class": per_class, "confusion": [[99, 1, 0], [5, 2, 3], [0, 0, 0]]}, Metrics)


@pytest.mark.long
@pytest.mark.parametrize("kind", ["onnx", "litert"])
def test_a_model_of_one_file(exported: dict[str, Path], tmp_path: Path, kind: str) -> None:
    """Every kind of model that can be served has its page."""
    client = create_app(Settings(model=str(exported[kind]), archive=str(tmp_path))).test_client()
    for address in ("/model", "/models/tiny", "/models/lite0"):
        assert client.get(address).status_code == 200, address
