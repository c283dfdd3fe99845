"""What a plain `pip install .` brings, from the project file and the imports."""

from __future__ import annotations

import ast
import re
import sys
from importlib.metadata import packages_distributions, requires
from pathlib import Path
from typing import Any

import msgspec
import pytest

import pawsight

ROOT = Path(__file__).parents[1]
SERVING = [
    "errors",
    "types",
    "settings",
    "model",
    "storage",
    "images",
    "estimates",
    "runtime",
    "zoo",
    "classifier",
    "explain",
    "decoding",
    "batch",
    "archive",
    "web",
    "active_model",
    "doctor",
]
OPTIONAL = {
    "ai_edge_litert",
    "fsspec",
    "psycopg",
    "ray",
    "watchdog",
}  # imported late, with a word on which extra has it
HEAVY = {"keras", "tensorflow", "tensorflow-cpu", "scikit-learn", "matplotlib", "scipy", "onnx", "ray", "torch"}


@pytest.fixture(scope="module")
def project() -> Any:
    return msgspec.toml.decode((ROOT / "pyproject.toml").read_bytes())


def bare(requirement: str) -> str:
    """`Flask>=3; python_version < "3.11"` -> `flask`."""
    return re.split(r"[^\w.-]", requirement, maxsplit=1)[0].lower().replace("_", "-")


def test_the_plain_install_is_light(project: Any) -> None:
    assert not {bare(one) for one in project["project"]["dependencies"]} & HEAVY


def test_the_plain_install_holds_all_that_serving_imports(project: Any) -> None:
    direct = {bare(one) for one in project["project"]["dependencies"]}
    allowed = direct | {bare(one) for one in requires("flask") or []}  # Flask's own parts, such as Werkzeug
    providers = packages_distributions()
    for name in SERVING:
        path = ROOT / "src" / "pawsight" / name
        for file in path.rglob("*.py") if path.is_dir() else [path.with_suffix(".py")]:
            for top in tops(file) - set(sys.stdlib_module_names) - {"pawsight"} - OPTIONAL:
                assert {bare(one) for one in providers.get(top, [top])} & allowed, f"{file} imports {top}"


def tops(file: Path) -> set[str]:
    """Top packages that a file imports when it is loaded, not inside functions."""
    names: set[str] = set()
    for node in ast.parse(file.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names.add(node.module)
    return {name.partition(".")[0] for name in names}


def test_the_version_stands_in_one_place(project: Any) -> None:
    assert "version" in project["project"]["dynamic"]
    assert re.fullmatch(r"\d+\.\d+\.\d+", pawsight.__version__)


def test_the_command_is_installed(project: Any) -> None:
    assert project["project"]["scripts"] == {"pawsight": "pawsight.cli:main"}


def test_every_folder_with_code_is_a_package() -> None:
    """A folder without `__init__.py` would be left out by some installers."""
    folders = {path.parent for path in (ROOT / "src" / "pawsight").rglob("*.py")}
    assert not [str(folder) for folder in folders if not (folder / "__init__.py").is_file()]
