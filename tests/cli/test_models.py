from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from pawsight import zoo
from pawsight.cli.models import _percent
from pawsight.estimates import Estimate
from pawsight.model.card import GRAPH, read_card


def test_a_table_of_what_is_shipped(pawsight: Callable[..., Any]) -> None:
    ran = pawsight("models")
    titles, *rows = ran.out.splitlines()
    card = read_card(zoo.find("default"))
    assert ran.code == 0
    assert titles.split()[:3] == ["name", "version", "classes"]
    assert len(rows) == len(zoo.names())
    assert rows[0].split()[:2] == [card.name, card.version]
    assert f"{card.metrics['accuracy'].value:.2%}" in rows[0]
    assert rows[0].endswith(f"{card.files[GRAPH].bytes / 1e6:.1f}")


def test_the_same_as_json(pawsight: Callable[..., Any]) -> None:
    described = json.loads(pawsight("models", "--format", "json").out)
    assert [one["name"] for one in described] == zoo.names()
    assert set(described[0]) == {"name", "version", "classes", "input", "accuracy", "bytes"}
    assert described[0]["classes"] == ["cat", "dog"]
    assert 0.9 < described[0]["accuracy"]["low"] < described[0]["accuracy"]["value"] <= 1


def test_accuracy_in_words() -> None:
    assert _percent(None) == "not measured"
    assert _percent(Estimate(value=0.98765, n=2000)) == "98.77% (2,000)"
    assert _percent(Estimate(value=0.98765, n=2000, low=0.981, high=0.99)) == "98.77% (98.10% to 99.00%, 2,000)"
