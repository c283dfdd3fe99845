"""Write docs/cli.md from what `--help` says of every command: `python docs/make_cli.py`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click

from pawsight.cli import group

PAGE = Path(__file__).with_name("cli.md")
WIDTH = 100
HEAD = """# Command line

<!-- Made by docs/make_cli.py from the commands themselves; change the help there and run it again. -->

Every command ends with 0 (done), 1 (done, but some inputs failed) or 2 (could not run), and says in one line why.
Ctrl-C stops it and leaves no half-written files. `--help` shows the same as this page.
"""


def page() -> str:
    """The whole page."""
    return "\n".join([HEAD, *(_section(context) for context in _walk(group, "pawsight", None))])


def _walk(command: click.Command, name: str, parent: click.Context | None) -> Iterator[click.Context]:
    """A command and all below it, in the order of their help."""
    context = click.Context(command, parent, name, terminal_width=WIDTH, max_content_width=WIDTH)
    context.help_option_names = ["-h", "--help"]
    yield context
    if isinstance(command, click.Group):
        for below in command.list_commands(context):
            if found := command.get_command(context, below):
                yield from _walk(found, below, context)


def _section(context: click.Context) -> str:
    return f"## {context.command_path}\n\n```text\n{context.get_help()}\n```\n"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
