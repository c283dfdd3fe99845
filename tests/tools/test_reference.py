"""The pages that are made from the code are up to date, and leave out nothing."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any

import pytest

from pawsight.cli import COMMANDS
from pawsight.settings import Settings
from pawsight.web.api import problems

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
PAGES = ("cli.md", "settings.md", "troubleshooting.md")


@pytest.fixture(scope="module")
def reference() -> Any:
    spec = importlib.util.spec_from_file_location("reference", ROOT / "tools" / "reference.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("name", PAGES)
def test_the_page_is_up_to_date(reference: Any, name: str) -> None:
    """Words are compared, not lines: versions of click wrap lines differently."""
    assert set(reference.pages()) == set(PAGES)
    written = (DOCS / name).read_text(encoding="utf-8").split()
    assert written == reference.pages()[name]().split(), f"docs/{name} is stale: run `make docs`"


@pytest.mark.parametrize("name", COMMANDS)
def test_the_page_has_every_command(reference: Any, name: str) -> None:
    assert f"\n## pawsight {name}\n" in reference.cli()
    assert f"Usage: pawsight {name} " in reference.cli()


@pytest.mark.parametrize("name", Settings.__struct_fields__)
def test_every_setting_says_what_it_means(reference: Any, name: str) -> None:
    assert reference.attributes(Settings)[name].endswith(".")
    assert f"| `{name}` |" in reference.settings()


def test_every_kind_of_error_says_what_to_do(reference: Any) -> None:
    page = reference.troubleshooting()
    for kind in reference.kinds():
        if kind.code != "error":
            assert f"\n## `{kind.code}`\n" in page
            assert any(one.remedy for one in reference.kinds() if one.code == kind.code), kind
    for code in problems.KNOWN.keys() | {problem.code for problem in problems.known()}:
        assert f"`{code}`" in page
