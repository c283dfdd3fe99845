"""The report: one page, whole, that needs nothing else, for any number of classes."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest

from pawsight.classifier import Classifier
from pawsight.data import Dataset, open_dataset
from pawsight.data.prepare import prepare
from pawsight.evaluate.corrections import correct
from pawsight.evaluate.run import evaluate
from pawsight.report.html import listed, write_report
from pawsight.report.text import rate

HISTORY = "phase,epoch,accuracy,loss,val_accuracy,val_loss,seconds\nall,1,0.5,0.7,0.5,0.69,1\nall,2,0.8,0.4,0.7,0.5,1\n"


class Page(HTMLParser):
    """What stands on a page: addresses, ids, tags left open, words."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.addresses: list[str] = []
        self.ids: list[str] = []
        self.open: list[str] = []
        self.tags: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        if tag not in {"meta", "img", "br"}:
            self.open.append(tag)
        self.addresses += [value or "" for name, value in attrs if name in {"src", "href", "xlink:href", "action"}]
        self.ids += [value or "" for name, value in attrs if name == "id"]

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


@pytest.fixture
def written(tiny_model: Path, coloured: Dataset, tmp_path: Path) -> str:
    """A report on the tiny model, with a history and one corrected label."""
    folder = shutil.copytree(tiny_model, tmp_path / "tiny")
    (folder / "history.csv").write_text(HISTORY)
    classifier = Classifier.load(folder)
    result = evaluate(classifier, coloured, "train")
    wrong = next(path for path, right in zip(result.paths, result.right > ~result.single, strict=True) if not right)
    corrected = correct(result, {wrong: "neither"})
    write_report(tmp_path / "report.html", result, classifier, coloured, folder, corrected=corrected, sample=6)
    assert {path.name for path in tmp_path.iterdir()} == {"tiny", "report.html"}
    return (tmp_path / "report.html").read_text()


def test_the_page_is_whole_and_needs_nothing_else(written: str) -> None:
    page = Page(written)
    assert page.open == []
    assert page.tags.isdisjoint({"script", "link", "iframe", "object"})
    assert all(address.startswith(("#", "data:image/")) for address in page.addresses)
    assert not re.search(r"@import|url\((?!#)", written)
    assert len(page.ids) == len(set(page.ids))
    assert {address[1:] for address in page.addresses if address.startswith("#")} <= set(page.ids)
    assert {"model", "numbers", "verdicts", "slices", "robustness", "mistakes", "false-accepts"} <= set(page.ids)


def test_every_part_is_there(written: str, classifier: Classifier, coloured: Dataset) -> None:
    metrics = evaluate(classifier, coloured, "train").metrics
    for words in (
        rate(metrics.accuracy),
        "<span>(" + rate(metrics.wrong_verdicts).partition(" (")[2] + "</span>",
        "Learning curve",
        "1 label of this split changed",
        "shorter side below 180 pixels",
        "turned 15\N{DEGREE SIGN}",
        "Labeled dog,",
        "taken for cat",
        "look most alike",
        "prefers-color-scheme: dark",
    ):
        assert words in " ".join(written.split()), words
    assert written.count("<svg ") == 7
    assert "{{" not in written


def test_without_a_history_robustness_or_photos_of_neither(tiny_model: Path, coloured: Dataset, tmp_path: Path) -> None:
    classifier = Classifier.load(tiny_model)
    known = [place for place, row in enumerate(coloured.rows) if row.label != "neither"]
    data = replace(coloured, rows=tuple(coloured.rows[place] for place in known), pixels=coloured.pixels[known])
    result = evaluate(classifier, data, "train")
    write_report(tmp_path / "report.html", result, classifier, data, tiny_model, sample=0)
    page = (tmp_path / "report.html").read_text()
    assert page.count("<svg ") == 5
    assert Page(page).open == []
    for words in ("Learning curve", "Disturbed photos", "Photos of neither", "By corrected labels"):
        assert words not in page


def test_three_classes(make_model: Callable[..., Path], picture: Callable[..., bytes], tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    for number in range(20):
        for label, colour in (("cat", (210, 50, 40)), ("dog", (40, 50, 210)), ("panda & co", (40, 200, 40))):
            light = rng.uniform(0.7, 1.1, (6, 8, 1)).repeat(6, axis=0).repeat(6, axis=1)
            (tmp_path / "photos" / label).mkdir(parents=True, exist_ok=True)
            photo = np.clip(light * colour, 0, 255).astype(np.uint8)
            (tmp_path / "photos" / label / f"{number}.png").write_bytes(picture(pixels=photo, format="PNG"))
    data = open_dataset(prepare(tmp_path / "photos", tmp_path / "prepared", size=32).folder)
    weights, bias = ((0, 20, 0), (20, 0, 0), (0, 0, 20)), (-10, -10, -10)
    folder = make_model(tmp_path / "m", classes=["panda & co", "cat", "dog"], weights=weights, bias=bias)
    classifier = Classifier.load(folder)
    result = evaluate(classifier, data, "train")
    write_report(tmp_path / "report.html", result, classifier, data, folder, sample=4)
    page = (tmp_path / "report.html").read_text()
    assert Page(page).open == []
    assert "photos of panda &amp; co, cat or dog" in page
    assert "None: all " in page
    assert "panda & co" not in page


@pytest.mark.parametrize(
    ("things", "words"), [(["cat"], "cat"), (["cat", "dog"], "cat or dog"), (["a", "b", "c"], "a, b or c")]
)
def test_things_are_listed_in_words(things: list[str], words: str) -> None:
    assert listed(things, "or") == words
