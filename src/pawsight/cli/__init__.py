"""The command line: one file a command group, loaded only when that command is asked for.

Exit codes: 0 done; 1 done, but some inputs failed; 2 could not run.
"""

from __future__ import annotations

import importlib
import sys
import warnings

import click
from click.exceptions import NoArgsIsHelpError

from pawsight import __version__
from pawsight.errors import PawsightError

COMMANDS = {
    "serve": "pawsight.cli.serve",
    "predict": "pawsight.cli.predict",
    "sort": "pawsight.cli.sort",
    "undo": "pawsight.cli.undo",
    "audit": "pawsight.cli.audit",
    "models": "pawsight.cli.models",
    "data": "pawsight.cli.data",
    "learn": "pawsight.cli.learn",
    "train": "pawsight.cli.train",
    "evaluate": "pawsight.cli.evaluate",
    "export": "pawsight.cli.export",
    "archive": "pawsight.cli.archive",
    "doctor": "pawsight.cli.doctor",
    "admin": "pawsight.cli.admin",
}


class LazyGroup(click.Group):
    """A group that imports a command's module when it is needed: `pawsight predict` never loads Keras."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = importlib.import_module(COMMANDS[cmd_name]).command
        return command


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__)
def group() -> None:
    """Pawsight tells cats from dogs in photos.

    \b
    Examples:
      pawsight serve
      pawsight predict photos/ --format csv > answers.csv
    """


def main() -> None:
    """Run the command line; the one place where errors become one line and an exit code."""
    warnings.filterwarnings("ignore", module="PIL")  # its remarks about odd metadata help nobody here
    try:
        group(prog_name="pawsight", standalone_mode=False)
    except PawsightError as error:
        _fail(f"Error: {error}")
    except NoArgsIsHelpError as error:
        error.show()
        sys.exit(2)
    except click.ClickException as error:
        context = getattr(error, "ctx", None)
        _fail(f"Error: {error.format_message()}" + (f" See `{context.command_path} --help`." if context else ""))
    except (click.Abort, KeyboardInterrupt):
        _fail("Stopped.")


def _fail(line: str) -> None:
    click.echo(line, err=True)
    sys.exit(2)
