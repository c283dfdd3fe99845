"""`tools/fuzz.py`: damaged photos open or are refused, and a decoder that does anything else is noticed."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any

import pytest

from pawsight import images


@pytest.fixture(scope="module")
def fuzz() -> Any:
    path = Path(__file__).parents[1] / "tools" / "fuzz.py"
    spec = importlib.util.spec_from_file_location("fuzz", path)
    module = importlib.util.module_from_spec(spec)  # type: ignore[arg-type]
    spec.loader.exec_module(module)  # type: ignore[union-attr]
    return module


@pytest.mark.long
def test_damaged_photos_raise_nothing_else(fuzz: Any) -> None:
    """A part of the mutants that CI opens in full."""
    outcomes, faults = fuzz.run(1_000_000, 1500, None)
    assert not faults, "\n".join(faults)
    assert sum(outcomes.values()) == 1500
    assert outcomes["opened"] > 100
    assert outcomes["broken_image"] > 500


def test_a_mutant_can_be_made_again(fuzz: Any) -> None:
    assert fuzz.mutant(7, None) == fuzz.mutant(7, None) != fuzz.mutant(8, None)


@pytest.mark.parametrize("error", [ValueError("no"), MemoryError(), SyntaxError("no")])
def test_a_fault_is_noticed(fuzz: Any, monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    def break_down(*_: Any) -> None:
        raise error

    monkeypatch.setattr(images, "fit", break_down)
    outcomes, faults = fuzz.run(0, 100, None)
    assert outcomes["FAULT"] == len(faults) > 0
    assert type(error).__name__ in faults[0]
