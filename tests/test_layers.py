"""Who may import whom: strictly downwards, and heavy libraries only through their doorway."""

from __future__ import annotations

import ast
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[1] / "src"
PACKAGE = SOURCE / "pawsight"
# The design's table. A module that stands in no layer fails the test: decide where it belongs.
LAYERS = [
    ["types", "errors", "text"],
    ["arguments", "estimates", "extras", "storage", "parallel", "languages", "library_log"],
    ["settings", "images", "model", "recipes", "diagnoses"],
    ["metrics"],
    ["runtime", "zoo", "displays", "archive", "explain", "photo_input"],
    ["cluster"],
    ["classifier", "data", "decoding", "jobs"],
    ["active_model", "sklearn", "evaluate", "batch", "train"],
    ["report", "export"],
    ["learn"],
    ["python_api"],
    ["web"],
    ["doctor"],
    ["cli"],
    ["__main__"],
]
LAYER = {name: number for number, names in enumerate(LAYERS) for name in names}
NEVER = {("web", "train"), ("web", "displays")}
# Heavy library -> the modules that may name it.
DOORWAYS = {
    "keras": ["train"],
    "tensorflow": ["train"],
    "tf2onnx": ["train"],
    "jax": ["train"],
    "onnx": ["train", "learn"],
    "sklearn": ["sklearn", "metrics", "displays", "data", "train", "learn"],
    "cleanlab": ["data"],
    "scipy": ["metrics", "data", "train"],
    "matplotlib": ["displays"],
    "imagehash": ["data"],
    "ray": ["cluster"],
    "pyarrow": ["batch"],
    "onnxruntime": ["runtime", "train"],
    "ai_edge_litert": ["runtime"],
    "flask": ["web"],
    "jinja2": ["report", "batch", "data"],
    "waitress": ["web", "cli"],
    "click": ["cli"],
    "sqlalchemy": ["archive"],
    "alembic": ["archive"],
    "pi_heif": ["images"],
    "imagecodecs": ["images"],
    "av": ["batch"],
}
HEAVY = [
    "keras",
    "tensorflow",
    "sklearn",
    "matplotlib",
    "ray",
    "scipy",
    "onnx",
    "imagehash",
    "torch",
    "pandas",
    "cleanlab",
]


def imports(path: Path) -> Iterator[str]:
    """Full names of everything that a file imports, wherever in it; relative imports resolved."""
    parts = ["pawsight", *path.relative_to(PACKAGE).with_suffix("").parts]
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = parts[: len(parts) - node.level] if node.level else []
            module = ".".join([*above, *([node.module] if node.module else [])])
            yield from (f"{module}.{alias.name}" for alias in node.names)


def edges() -> Iterator[tuple[Path, str, str]]:
    """(file, its module in the table, what it imports) of the whole package but its facade."""
    for path in sorted(PACKAGE.rglob("*.py")):
        inside = path.relative_to(PACKAGE)
        if inside != Path("__init__.py"):  # the facade names what is public, and loads it when it is used
            yield from ((inside, inside.with_suffix("").parts[0], name) for name in imports(path))


def own(name: str) -> str | None:
    """The module in the table that an import names; None for other packages and for the version."""
    top, _, rest = name.partition(".")
    return rest.partition(".")[0] if top == "pawsight" and rest not in ("", "__version__") else None


def test_every_module_has_its_layer() -> None:
    found = {path.relative_to(PACKAGE).with_suffix("").parts[0] for path in PACKAGE.rglob("*.py")} - {"__init__"}
    assert found <= LAYER.keys(), f"no layer for {sorted(found - LAYER.keys())}"


def test_imports_go_strictly_downwards() -> None:
    wrong = [
        f"{file} ({LAYER[module]}) imports {name} ({LAYER.get(target, 'unknown')})"
        for file, module, name in edges()
        if (target := own(name)) and target != module and LAYER.get(target, 99) >= LAYER[module]
    ]
    assert not wrong, "\n".join(wrong)


def test_the_web_never_trains_or_draws() -> None:
    assert not [(str(file), name) for file, module, name in edges() if (module, own(name)) in NEVER]


def test_heavy_libraries_have_one_doorway() -> None:
    wrong = [
        f"{file} imports {name}"
        for file, module, name in edges()
        if module not in DOORWAYS.get(name.partition(".")[0], [module])
    ]
    assert not wrong, "\n".join(wrong)


def test_the_walk_sees_all_kinds_of_import(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.modules[__name__], "PACKAGE", tmp_path)
    path = tmp_path / "web" / "pages.py"
    path.parent.mkdir()
    path.write_text(
        "import pawsight.train.fit as fit\nfrom pawsight import cli, __version__\nfrom .state import x\n"
        "def f():\n    from ..train import run\n"
    )
    assert [own(name) for name in imports(path)] == ["train", "cli", None, "web", "train"]


def run(code: str, *arguments: str) -> str:
    """Run code in a fresh process that finds this checkout; what it printed last."""
    environment = os.environ | {"PYTHONPATH": str(SOURCE)}
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments], env=environment, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()[-1]


LIST = f"import json, sys; print(json.dumps([name for name in {HEAVY} if name in sys.modules]))"
LIGHT = {
    "import": "import pawsight",
    "the command line": "import pawsight.cli",
    "predict": (
        "import sys; from pawsight.cli import group\n"
        "group(['predict', sys.argv[2], '--model', sys.argv[1], '--explain', sys.argv[3]], standalone_mode=False)"
    ),
    "sort": (
        "import sys; from pawsight.cli import group\n"
        "sort = ['sort', sys.argv[2], '--into', sys.argv[3], '--model', sys.argv[1], '--yes']\n"
        "try: group(sort, standalone_mode=False)\n"
        "except SystemExit: group(['undo', sys.argv[3]], standalone_mode=False)"
    ),
    "models": "from pawsight.cli import group; group(['models'], standalone_mode=False)",
    "web": (
        "import sys; from pawsight.web import create_app; from pawsight.settings import Settings\n"
        "create_app(Settings(model=sys.argv[1])).test_client().get('/')"
    ),
}


@pytest.mark.long
@pytest.mark.parametrize("way", LIGHT)
def test_serving_and_predicting_load_nothing_heavy(way: str, tiny_model: Path, photos: Path, tmp_path: Path) -> None:
    assert json.loads(run(f"{LIGHT[way]}\n{LIST}", str(tiny_model), str(photos), str(tmp_path / "maps"))) == []


@pytest.mark.parametrize("way", ["the command line", "predict", "models"])
def test_only_an_archive_loads_its_database(way: str, tiny_model: Path, photos: Path, tmp_path: Path) -> None:
    code = (
        f"{LIGHT[way]}\nimport json, sys; print(json.dumps([n for n in ('sqlalchemy', 'alembic') if n in sys.modules]))"
    )
    assert json.loads(run(code, str(tiny_model), str(photos), str(tmp_path / "maps"))) == []


def test_importing_pawsight_costs_little() -> None:
    # Processor time, so that a busy machine is not taken for a slow import.
    code = "import time; start = time.process_time(); import pawsight; print(time.process_time() - start)"
    assert min(float(run(code)) for _ in range(3)) < 0.15


def test_importing_pawsight_loads_no_library_at_all() -> None:
    code = "import json, sys, pawsight; print(json.dumps([n for n in ('numpy', 'PIL', 'flask') if n in sys.modules]))"
    assert json.loads(run(code)) == []
