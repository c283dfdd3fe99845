"""Write the pages of the docs that are made from the code: `python tools/reference.py` (or `make docs`).

`docs/cli.md` comes from what `--help` says of every command, `docs/settings.md` from the class `Settings`, and
`docs/troubleshooting.md` from the classes of errors and from the problems of the HTTP API.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import click
import msgspec

import pawsight.web.app  # noqa: F401  # loads all classes of errors
from pawsight import errors
from pawsight.cli import group
from pawsight.errors import PawsightError
from pawsight.settings import PREFIX, Settings
from pawsight.web.api import problems

DOCS = Path(__file__).parents[1] / "docs"
WIDTH = 100
MADE = "<!-- Made by tools/reference.py from the code; change it there, and run `make docs`. -->"

CLI = f"""# Command line

{MADE}

Every command ends with 0 (done), 1 (done, but some inputs failed) or 2 (could not run), and says in one line why.
Where whatever reads the output has seen enough (`| head -1`), it ends without a word, with 141 as other programs do.
Ctrl-C stops it and leaves no half-written files. `--help` shows the same as this page.

**File names.** Tables, and pages for people, show a line end, a tab or another control character as `\\n`, `\\t`,
`\\x1b`. JSON lines and CSV hold them as they are, in the quotes of JSON and of RFC 4180: read them with a parser, not
line by line. A byte that is not UTF-8 is `\\udce9` everywhere. In Python, this gives the name back as `open` takes it:
`re.sub(r"\\\\udc([89a-f][0-9a-f])", lambda found: chr(0xDC00 + int(found[1], 16)), path)`.
In CSV, a name that a spreadsheet would run begins with `./`, which is the same file.
"""

SETTINGS = f"""# Settings

{MADE}

Each setting can be written into `pawsight.toml` in the working folder (or into the file that the variable
`PAWSIGHT_CONFIG` names), set as an environment variable (`max_bytes` as `{PREFIX}MAX_BYTES`), or given as an option of
[the command](cli.md), in rising order of precedence. `pawsight doctor` shows which are set, and where.

    # pawsight.toml
    max_bytes = 20_000_000
    retention_days = 30
"""

# What a default is called that is computed on this machine.
COMPUTED = {"threads": "4 times the processor cores", "decoders": "processor cores"}

TROUBLESHOOTING = f"""# Troubleshooting

{MADE}

Every error has a stable code. The command line prints the message that belongs to it; `--format jsonl` writes the code,
too. The HTTP API sends the code in a [problem](http-api.md#problems) with the status given here.
"""


def pages() -> dict[str, Callable[[], str]]:
    """Return the name of each page, and what makes it."""
    return {"cli.md": cli, "settings.md": settings, "troubleshooting.md": troubleshooting}


def cli() -> str:
    """Return the page of all commands."""
    return "\n".join([CLI, *(_section(context) for context in _walk(group, "pawsight", None))])


def _walk(command: click.Command, name: str, parent: click.Context | None) -> Iterator[click.Context]:
    """Yield a command and all below it, in the order of their help."""
    context = click.Context(command, parent, name, terminal_width=WIDTH, max_content_width=WIDTH)
    context.help_option_names = ["-h", "--help"]
    yield context
    if isinstance(command, click.Group):
        for below in command.list_commands(context):
            if found := command.get_command(context, below):
                yield from _walk(found, below, context)


def _section(context: click.Context) -> str:
    return f"## {context.command_path}\n\n```text\n{context.get_help()}\n```\n"


def settings() -> str:
    """Return the page of all settings."""
    meanings = attributes(Settings)
    lines = [_setting(field, meanings[field.name]) for field in msgspec.structs.fields(Settings)]
    return "\n".join([SETTINGS, "| setting | default | values | meaning |", "|---|---|---|---|", *lines]) + "\n"


def attributes(kind: type) -> dict[str, str]:
    """Return what a class's docstring says of each of its attributes."""
    text = inspect.getdoc(kind) or ""
    entries = re.split(r"^    (\w+): ", text.partition("Attributes:\n")[2], flags=re.MULTILINE)[1:]
    return {name: " ".join(words.split()) for name, words in zip(entries[::2], entries[1::2], strict=True)}


def _setting(field: msgspec.structs.FieldInfo, meaning: str) -> str:
    default = COMPUTED.get(field.name) or _plain(field.default)
    return f"| `{field.name}` | {default} | {_values(field.type)} | {meaning} |"


def _plain(value: Any) -> str:
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value:,g}" if isinstance(value, float) else f"{value:,}" if isinstance(value, int) else f"`{value}`"


def _values(kind: Any) -> str:
    """Say in words what a setting may be."""
    found = msgspec.inspect.type_info(kind)
    options = found.types if isinstance(found, msgspec.inspect.UnionType) else (found,)
    return " or ".join(_value(one) for one in options if not isinstance(one, msgspec.inspect.NoneType))


def _value(kind: msgspec.inspect.Type) -> str:
    match kind:
        case msgspec.inspect.LiteralType(values):
            return ", ".join(f"`{value}`" for value in values)
        case msgspec.inspect.BoolType():
            return "true, false"
        case msgspec.inspect.IntType(ge=least, le=most):
            return f"{least:,} to {most:,}" if most is not None else f"{least:,} or more"
        case msgspec.inspect.FloatType(ge=least):
            return f"{least:g} or more seconds"
    return "text"


def troubleshooting() -> str:
    """Return the page with one entry for each code of an error."""
    statuses = {problem.code: problem for problem in problems.known()}
    ours = {kind.code: kind for kind in kinds() if kind.remedy and "code" in vars(kind)}
    http = {code: problem for code, problem in statuses.items() if code not in ours}
    entries = [_error(kind, statuses.get(code)) for code, kind in sorted(ours.items())]
    return "\n".join([TROUBLESHOOTING, *entries, "## Refused by the HTTP server\n", *map(_problem, http.values())])


def kinds() -> Iterator[type[PawsightError]]:
    """Yield every class of errors: the library's and those of the web."""
    waiting = [PawsightError]
    while waiting:
        kind = waiting.pop(0)
        waiting += kind.__subclasses__()
        yield kind


def _error(kind: type[PawsightError], problem: problems.Problem | None) -> str:
    cause = " ".join((inspect.getdoc(kind) or "").partition("\n\n")[0].split())
    status = f" HTTP status {problem.status}." if problem else ""
    where = "" if kind.__module__ == errors.__name__ else " Only the server raises it."
    return f"## `{kind.code}`\n\n{cause}{where}{status}\n\n**What to do:** {kind.remedy}\n"


def _problem(problem: problems.Problem) -> str:
    return f"- `{problem.code}` (status {problem.status}): {problem.title}. {problem.detail}"


if __name__ == "__main__":
    for name, page in pages().items():
        (DOCS / name).write_text(page(), encoding="utf-8")
