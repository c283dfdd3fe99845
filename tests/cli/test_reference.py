from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

from pawsight.cli import COMMANDS

DOCS = Path(__file__).parents[2] / "docs"


@pytest.fixture(scope="module")
def make_cli() -> ModuleType:
    spec = importlib.util.spec_from_file_location("make_cli", DOCS / "make_cli.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_page_is_up_to_date(make_cli: ModuleType) -> None:
    """Words are compared, not lines: versions of click wrap lines differently."""
    written = (DOCS / "cli.md").read_text(encoding="utf-8").split()
    assert written == make_cli.page().split(), "docs/cli.md is stale: run `python docs/make_cli.py`"


@pytest.mark.parametrize("name", COMMANDS)
def test_the_page_has_every_command(make_cli: ModuleType, name: str) -> None:
    assert f"\n## pawsight {name}\n" in make_cli.page()
    assert f"Usage: pawsight {name} " in make_cli.page()
