"""The command line: one file for each group of commands, loaded only when one of them is used.

Here: options, output and exit codes (0 done; 1 done, but some inputs failed; 2 could not run; 141 nobody reads on). Not
here: any work that a Python program or the server would need, too.
"""

from __future__ import annotations

import contextlib
import difflib
import errno
import importlib
import io
import logging
import os
import signal
import sys
import threading
import warnings
from collections.abc import Iterator
from typing import Any, NoReturn, TextIO

import click
from click.exceptions import NoArgsIsHelpError

from pawsight import __version__
from pawsight.errors import PawsightError
from pawsight.text import printable

COMMANDS = {
    "serve": "pawsight.cli.serve",
    "site": "pawsight.cli.site",
    "predict": "pawsight.cli.predict",
    "sort": "pawsight.cli.sort",
    "watch": "pawsight.cli.watch",
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


READER_LEFT = 141  # 128 + SIGPIPE: what shells report of a program whose reader has closed the pipe


class ReaderLeft(Exception):  # no error: the reader has seen enough
    """Whatever reads the output has closed the pipe."""


class LazyGroup(click.Group):
    """A group that imports a command's module when it is needed: `pawsight predict` never loads Keras."""

    def make_context(self, *words: Any, **options: Any) -> click.Context:
        with _noticing_readers():
            return super().make_context(*words, **options)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find a command; for a word that is none, name the one that was probably meant."""
        word = args[0]
        if word not in COMMANDS and not word.startswith("-"):
            alike = difflib.get_close_matches(word, COMMANDS, 1)
            meant = f"{ctx.command_path} {alike[0]}" if alike else ""
            if os.path.exists(word):
                meant = f"{ctx.command_path} predict {word}"
            if meant:
                ctx.fail(f"No such command {word!r}. Did you mean `{meant}`?")
        return super().resolve_command(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        with _noticing_readers():
            return super().invoke(ctx)

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = importlib.import_module(COMMANDS[cmd_name]).command
        return command


@contextlib.contextmanager
def _noticing_readers() -> Iterator[None]:
    """Let a closed pipe pass through Click, which would make code 1 of it: "some inputs failed"."""
    try:
        yield
    except BrokenPipeError as error:
        raise ReaderLeft from error


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
    # What Pillow has to say of an odd file helps nobody here: the file is named, with what to do, in Pawsight's words.
    warnings.filterwarnings("ignore", module="PIL")
    logging.getLogger("PIL").addHandler(logging.NullHandler())
    _open_standard_streams()
    _print_any_name()
    try:
        with _unwinding():
            group(prog_name="pawsight", standalone_mode=False)
        sys.stdout.flush()  # a full disk shows here, not when the interpreter ends
    except (ReaderLeft, BrokenPipeError):
        _end_quietly()
    except PawsightError as error:
        _fail(f"Error: {error}")
    except NoArgsIsHelpError as error:
        error.show()
        sys.exit(2)
    except click.ClickException as error:
        context = getattr(error, "ctx", None)
        _fail(f"Error: {_message(error)}" + (f" See `{context.command_path} --help`." if context else ""))
    except (click.Abort, KeyboardInterrupt):
        _fail("Stopped.")
    except OSError as error:
        _fail(f"Error: {_describe(error)}")
    except MemoryError:
        _fail("Error: The memory is full. Close other programs, or use fewer --workers.")


@contextlib.contextmanager
def _unwinding() -> Iterator[None]:
    """Let SIGTERM and SIGHUP end a command as Ctrl-C does, so that it removes what is half-written.

    Then the process ends as the sender of the signal expects; the second one ends it at once. Some libraries raise
    another error where they are interrupted while they are loaded: that is no fault.
    """
    usual: dict[int, Any] = {signal.SIGINT: signal.default_int_handler, signal.SIGTERM: signal.SIG_DFL}
    usual[getattr(signal, "SIGHUP", signal.SIGTERM)] = signal.SIG_DFL
    in_main = threading.current_thread() is threading.main_thread()
    taken = [number for number in usual if in_main and signal.getsignal(number) == usual[number]]
    ended: list[int] = []

    def end(number: int, _: object) -> None:
        signal.signal(number, usual[number])
        ended.append(number)
        raise KeyboardInterrupt

    for number in taken:
        signal.signal(number, end)
    try:
        yield
    except BaseException as error:
        if ended and ended[0] != signal.SIGINT:
            os.kill(os.getpid(), ended[0])
        if ended and isinstance(error, Exception):
            raise KeyboardInterrupt from error
        raise
    finally:
        for number in [one for one in taken if signal.getsignal(one) == end]:
            signal.signal(number, usual[number])


def _message(error: click.ClickException) -> str:
    """Return what Click says of wrong words; "'abc' is not a valid integer range" puzzles people."""
    message = " ".join(error.format_message().split())  # lists of choices come on several lines
    for kind, words in (("integer range", "whole number"), ("float range", "number"), ("integer", "whole number")):
        message = message.replace(f"is not a valid {kind}.", f"is not a {words}.")
    return message if message.endswith((".", "?")) else f"{message}."


def _open_standard_streams() -> None:
    """Open those standard streams that are closed (`2>&-`, some daemons): an archive's file would get their number."""
    while (number := os.open(os.devnull, os.O_RDWR)) <= 2:
        os.set_inheritable(number, True)
    os.close(number)
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: SIM115  # as long as the program


def _print_any_name() -> None:
    """Let every file name be printed: a letter that the console's encoding lacks is shown as `\\u732b`."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def _describe(error: OSError) -> str:
    """Say in one line what the system refused, and what to do."""
    reason = error.strerror or str(error) or type(error).__name__
    where = f"{os.fsdecode(error.filename)!r} cannot be used" if error.filename else "Reading or writing failed"
    hint = " Free some space." if error.errno in (errno.ENOSPC, errno.EDQUOT) else ""
    return f"{where} ({reason}).{hint}"


def _fail(line: str) -> None:
    """Print one line on standard error and exit with code 2, whatever is left of the output."""
    with contextlib.suppress(OSError):
        click.echo(printable(line), err=True)
    _drop_output(sys.stdout)
    sys.exit(2)


def _end_quietly() -> NoReturn:
    """End without a word where nobody reads any more (`| head`), with the code that a shell gives to such an end."""
    for stream in (sys.stdout, sys.stderr):
        _drop_output(stream)
    sys.exit(READER_LEFT)


def _drop_output(stream: TextIO) -> None:
    """Where a stream cannot be written, drop the rest of it: the interpreter would try again, and fail aloud."""
    try:
        stream.flush()
    except OSError:
        nothing = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nothing, stream.fileno())
        os.close(nothing)
