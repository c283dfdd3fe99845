"""`docs/security.md` names tests that there are, for every requirement of the two chapters."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
NAMED = sorted(set(re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", PAGE)))
REQUIREMENTS = [
    *(f"3.4.{number}" for number in range(1, 9)),
    *("5.1.1", *(f"5.2.{number}" for number in range(1, 7))),
    *(f"5.{section}.{number}" for section in (3, 4) for number in (1, 2, 3)),
]


@pytest.mark.parametrize(("file", "name"), NAMED)
def test_a_named_test_exists(file: str, name: str) -> None:
    tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))
    assert name in [node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]


def test_every_requirement_has_its_line_and_every_line_a_test() -> None:
    lines = [line for line in PAGE.splitlines() if re.match(r"\| \d", line)]
    assert [line.split()[1] for line in lines] == REQUIREMENTS
    assert all(re.search(r"`tests/[\w/]+\.py::\w+`", line.split(" | ")[-1]) for line in lines)
