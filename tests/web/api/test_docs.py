"""The page about the API, with examples that run as they are printed."""

from __future__ import annotations

import html
import os
import re
import shutil
import subprocess
import sys
import urllib.request
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from pawsight.web.api.docs import kind

SHELL = 'curl() { command curl --fail --silent --show-error "$@"; }\nset -e\n'


@pytest.fixture
def folder(tmp_path: Path, shared: Path) -> Path:
    """A folder with felix.jpg in it, as the examples want it."""
    shutil.copy(shared / "hostile" / "image-rs__images__jpg__progressive__cat.jpg", tmp_path / "felix.jpg")
    return tmp_path


@pytest.fixture(scope="module")
def page(server: str) -> str:
    """The page of the running server."""
    with urllib.request.urlopen(f"{server}/docs") as response:
        text: str = response.read().decode()
        return text


def code(page: str, language: str) -> list[str]:
    found = re.findall(rf'<code class="{language}">(.*?)</code>', page, re.DOTALL)
    return [html.unescape(one) for one in found]


def run(folder: Path, *words: str) -> str:
    done = subprocess.run(words, cwd=folder, env=os.environ | {"NO_PROXY": "*"}, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.skipif(not (shutil.which("curl") and shutil.which("bash")), reason="needs curl and bash")
def test_every_command_runs_as_printed(page: str, server: str, folder: Path) -> None:
    commands = code(page, "curl")
    assert len(commands) > 8
    assert all(server in command for command in commands)
    out = run(folder, "bash", "-c", SHELL + "\n".join(commands))
    assert '"verdict":"cat"' in out
    assert '"status":"alive"' in out
    for name, start in (("where.png", b"\x89PNG"), ("heatmap.png", b"\x89PNG"), ("photo.jpg", b"\xff\xd8")):
        assert (folder / name).read_bytes().startswith(start)


def test_the_python_example_runs_as_printed(page: str, folder: Path) -> None:
    pytest.importorskip("requests", reason="needs the package requests")
    (example,) = code(page, "python")
    assert run(folder, sys.executable, "-c", example).startswith("cat {'cat': 0.9")
    assert (folder / "where.png").read_bytes().startswith(b"\x89PNG")


@pytest.mark.skipif(not shutil.which("node"), reason="needs node")
def test_the_javascript_example_runs_as_printed(page: str, folder: Path) -> None:
    (example,) = code(page, "javascript")
    (folder / "ask.mjs").write_text(example)
    assert run(folder, "node", "ask.mjs").startswith("cat { cat: 0.9")
    assert (folder / "where.png").read_bytes().startswith(b"\x89PNG")


def test_every_operation_type_and_problem_is_on_the_page(client: FlaskClient) -> None:
    page, described = client.get("/docs").text, client.get("/api/openapi.json").json
    assert described is not None
    for path in described["paths"]:
        assert f"<code>{path}</code>" in page
    for name in described["components"]["schemas"]:
        assert f'id="type-{name}"' in page or name == "Problem"
    for anchor in re.findall(r'href="#(\w+)"', page):
        assert f'id="{anchor}"' in page


def test_what_forgets_comes_after_what_shows(client: FlaskClient) -> None:
    page = client.get("/docs").text
    assert page.index('id="heat"') < page.index('id="delete"')


def test_the_address_of_a_stranger_is_text(client: FlaskClient) -> None:
    page = client.get("/docs", headers={"Host": 'a"><script>x</script>'})
    assert "<script>x" not in page.text


@pytest.mark.parametrize(
    ("schema", "words"),
    [
        ({"type": "string"}, "string"),
        ({"$ref": "#/components/schemas/Model"}, "Model"),
        ({"type": "array", "items": {"anyOf": [{"$ref": "x/A"}, {"type": "null"}]}}, "list of A or null"),
        ({"type": "object", "additionalProperties": {"type": "number"}}, "object of number"),
        ({"type": "object", "properties": {"a": {"type": "string"}}}, "object with a (string)"),
        ({"enum": ["int8", 1]}, '"int8" or "1"'),
        ({}, "anything"),
    ],
)
def test_kinds_in_words(schema: dict[str, Any], words: str) -> None:
    assert kind(schema) == words
