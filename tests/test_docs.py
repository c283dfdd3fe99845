"""What the docs say can be done: links lead somewhere, and every command of ours exists with its options."""

from __future__ import annotations

import ast
import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from pawsight.cli import group

ROOT = Path(__file__).parents[1]
PAGES = sorted(
    path.relative_to(ROOT).as_posix()
    for path in [*ROOT.glob("*.md"), *ROOT.glob("*/*.md"), *ROOT.glob("examples/*/*.md"), *ROOT.glob(".github/**/*.md")]
    if not {".venv", "site"} & set(path.parts)
)
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
BY_NAME = re.compile(r"""pip install (?:-\S+ )*['"]?pawsight(?![\w/.-]*\.whl)""")
MANUALS = [name for name in PAGES if name not in ("docs/cli.md", "CHANGES.md", "results/LOG.md")]


def read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def anchor(heading: str) -> str:
    """What MkDocs and code hosts make of a heading."""
    return re.sub(r"[^\w\s-]", "", heading.strip().lower()).replace(" ", "-")


def anchors(path: Path) -> set[str]:
    return {anchor(line) for line in re.findall(r"^#+ (.*)$", path.read_text(encoding="utf-8"), re.MULTILINE)}


@pytest.mark.parametrize("name", PAGES)
def test_every_link_leads_somewhere(name: str) -> None:
    for link in LINK.findall(read(name)):
        if not link.startswith(("http://", "https://", "mailto:")):
            address, _, fragment = link.partition("#")
            target = (ROOT / name).parent / address if address else ROOT / name
            assert target.exists(), f"{link} in {name}"
            assert not fragment or target.suffix != ".md" or fragment in anchors(target), f"{link} in {name}"


def commands(name: str) -> Iterator[str]:
    """Lines of code blocks, and pieces of code in the text, that call `pawsight`."""
    text = re.sub(r"\\\n\s*", "", read(name))
    yield from re.findall(r"^ *(?:\$ )?(pawsight [a-z].*)$", "\n".join(_blocks(text)), re.MULTILINE)
    yield from re.findall(r"`(pawsight [a-z][^`]*)`", text)


def _blocks(text: str) -> Iterator[str]:
    yield from re.findall(r"^```.*?\n(.*?)^```", text, re.DOTALL | re.MULTILINE)
    yield from re.findall(r"(?:^    .*\n)+", text, re.MULTILINE)


def words(line: str) -> list[str]:
    """The arguments of a command, up to a comment, a pipe or the next command."""
    found = shlex.split(line.replace("\u2026", "..."), comments=True)[1:]
    ends = [number for number, word in enumerate(found) if word in ("|", "&&", ">", ";", "<", "&")]
    return found[: min(ends, default=len(found))]


def check(command: click.Command, given: list[str], line: str) -> None:
    """Fail where a command or an option does not exist."""
    if isinstance(command, click.Group):
        name = next((word for word in given if not word.startswith("-")), "")
        below = command.get_command(click.Context(command), name)
        if below is None:
            assert not name or not re.fullmatch(r"[a-z]+", name) or given[0] == "...", f"no command: {line}"
            return
        check(below, given[given.index(name) + 1 :], line)
        return
    known = {text for option in command.params for text in (*option.opts, *option.secondary_opts)} | {"--help", "-h"}
    for word in given:
        option = word.partition("=")[0]
        assert not re.fullmatch(r"--[a-z][a-z-]*", option) or option in known, f"{option} in: {line}"


@pytest.mark.parametrize("name", MANUALS)
def test_every_command_exists_with_its_options(name: str) -> None:
    for line in commands(name):
        check(group, words(line), line)


def test_the_docs_are_full_of_commands() -> None:
    """Or the test above would look at nothing."""
    assert sum(len(list(commands(name))) for name in MANUALS) > 100


def texts() -> list[Path]:
    """Everything that people read or run."""
    kinds = ("*.py", "*.md", "*.html", "*.js", "*.po", "*.ipynb", "*.toml", "*.txt")
    folders = [
        ROOT / name for name in ("src", "docs", "tools", "examples", "benchmarks", "notebooks", "deploy", "fuzz")
    ]
    found = [path for folder in folders for kind in kinds for path in folder.rglob(kind)]
    return [*found, *ROOT.glob("*.md"), *ROOT.glob("*.toml"), ROOT / "Makefile", ROOT / "Dockerfile"]


def test_no_text_says_to_install_a_package_of_our_name_from_an_index() -> None:
    """The name is not the project's on any index: what is there is someone else's."""
    found = [str(path) for path in texts() if BY_NAME.search(path.read_text(encoding="utf-8"))]
    assert found == []
    assert BY_NAME.search("pip install 'pawsight[train]'")
    assert not BY_NAME.search("pip install './pawsight-0.2.0-py3-none-any.whl[train]' or '.[train]'")


def test_the_map_names_every_module() -> None:
    design = read("docs/design.md")
    package = ROOT / "src" / "pawsight"
    modules = [*package.rglob("*.py"), *(package / "web" / "static").rglob("*.js")]
    found = [path for path in modules if path.name != "__init__.py" and not {"migrations", "vendor"} & set(path.parts)]
    assert [str(path.relative_to(ROOT)) for path in found if f"{path.name}`" not in design] == []


def test_the_map_names_nothing_that_is_gone() -> None:
    names = {path.name for path in (ROOT / "src" / "pawsight").rglob("*.*")} | {"test_layers.py", "test_waitress.py"}
    named = set(re.findall(r"`(?:[\w/]+/)?([\w-]+\.(?:py|js))`", read("docs/design.md")))
    assert named - names == set()


def test_the_map_has_the_layers_of_the_layer_test() -> None:
    found = re.findall(r"^\| \d+ \| ([^|(]+)", read("docs/design.md"), re.MULTILINE)
    code = read("tests/test_layers.py")
    layers = ast.literal_eval(code[code.index("LAYERS = ") + 9 : code.index("\nLAYER = ")])
    assert [re.findall(r"\w+", names) for names in found] == layers[:-1]


NO_MODULES = {"pawsight.toml", "pawsight.card"}  # the file of settings, and the card's key in an exported file


def test_every_name_of_ours_in_docs_and_docstrings_exists() -> None:
    source = ROOT / "src"
    for path in [*(ROOT / name for name in PAGES), *source.rglob("*.py")]:
        for name in set(re.findall(r"`(pawsight(?:\.\w+)+)`", path.read_text(encoding="utf-8"))) - NO_MODULES:
            module, inside = source, ""
            for part in name.split("."):
                if inside or not ((module / part).is_dir() or (module / f"{part}.py").is_file()):
                    inside = inside or part
                else:
                    module /= part
            code = (module / "__init__.py" if module.is_dir() else module.with_suffix(".py")).read_text("utf-8")
            assert re.search(rf"\b{inside}\b", code), f"{path}: {name}"
