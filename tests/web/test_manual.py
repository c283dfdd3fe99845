"""`docs/http-api.md` names every route and problem that there is."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from flask import Flask

from pawsight.web.api import problems
from pawsight.web.operations.metrics import server_metrics

DOCS = Path(__file__).parents[2] / "docs"
MANUAL = (DOCS / "http-api.md").read_text(encoding="utf-8")


def test_every_route(app: Flask) -> None:
    for rule in app.url_map.iter_rules():
        # The admin pages are forms for people; `/admin/` stands for all of them.
        if not rule.endpoint.endswith("static") and not (rule.rule.startswith("/admin/") and len(rule.rule) > 7):
            address = re.sub("<(.*?)>", r"{\1}", rule.rule)
            for method in rule.methods - {"HEAD", "OPTIONS"}:
                assert f"`{method} {address}" in MANUAL, f"{method} {address}"


@pytest.mark.parametrize(("code", "status"), [(code, status) for code, (status, _) in problems.KNOWN.items()])
def test_every_problem_of_ours(code: str, status: int) -> None:
    assert f"| `{code}` | {status} |" in MANUAL


@pytest.mark.parametrize(("status", "code"), [(status, words[0]) for status, words in problems._HTTP.items()])
def test_every_problem_of_http(code: str, status: int) -> None:
    assert f"| `{code}` | {status} |" in MANUAL


def test_every_test_that_the_page_about_the_pages_names() -> None:
    lines = [line for line in (DOCS / "page.md").read_text(encoding="utf-8").splitlines() if "test_" in line]
    assert len(lines) > 20
    for line in lines:
        names = re.findall(r"(test_\w+\.py)`", line)
        files = [file for name in names for file in (DOCS.parent / "tests").rglob(name)]
        code = "".join(file.read_text(encoding="utf-8") for file in files)
        for name in re.findall(r"`(test_\w+)`", line):
            assert f"def {name}(" in code, name


@pytest.mark.parametrize("page", sorted(DOCS.glob("*.md")), ids=lambda page: page.name)
def test_every_test_that_a_page_names(page: Path) -> None:
    tests = DOCS.parent / "tests"
    for name in set(re.findall(r"[\w/]*test_\w+\.py", page.read_text(encoding="utf-8"))):
        assert list(tests.rglob(name.rpartition("/")[2])), name


def test_every_metric_is_documented(app: Flask) -> None:
    page = (DOCS / "operating.md").read_text(encoding="utf-8")
    with app.app_context():
        names = {metric.name for metric in server_metrics().registry.collect()}
    assert names
    assert [name for name in sorted(names) if not re.search(rf"`{name}(_total)?`", page)] == []
