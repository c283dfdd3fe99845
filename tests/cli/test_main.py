"""The command line as a whole: help, versions, exit codes."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
import pytest

import pawsight as package
from pawsight import cli
from pawsight.errors import BadSettings

Pawsight = Callable[..., Any]


def commands() -> list[tuple[str, ...]]:
    """Every command and subcommand, as words."""
    context = click.Context(cli.group)
    found: list[tuple[str, ...]] = [()]
    for name in cli.COMMANDS:
        command = cli.group.get_command(context, name)
        found += [(name,)]
        if isinstance(command, click.Group):
            found += [(name, sub) for sub in command.list_commands(context)]
    return found


@pytest.mark.parametrize("words", commands(), ids=" ".join)
def test_every_command_has_help(pawsight: Pawsight, words: tuple[str, ...]) -> None:
    ran = pawsight(*words, "--help")
    assert ran.code == 0
    assert ran.out.startswith("Usage: ")
    assert pawsight(*words, "-h").out == ran.out


@pytest.mark.parametrize("words", commands(), ids=" ".join)
def test_help_shows_an_example(pawsight: Pawsight, words: tuple[str, ...]) -> None:
    assert " ".join(["pawsight", *words]) in pawsight(*words, "--help").out.partition("Example")[2]


def test_the_version(pawsight: Pawsight) -> None:
    assert package.__version__ in pawsight("--version").out


@pytest.mark.parametrize("words", [["fly"], ["--fly"], ["predict", "--fly"]])
def test_unknown_words(pawsight: Pawsight, words: list[str]) -> None:
    ran = pawsight(*words)
    assert ran.code == 2
    assert "No such" in ran.err
    assert "Traceback" not in ran.err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["serve", "--port", "abc"], "Invalid value for '--port': 'abc' is not a whole number."),
        (["serve", "--port", "65536"], "65536 is not in the range 0<=x<=65535."),
        (["serve", "--port", "-1"], "-1 is not in the range"),
        (["serve", "--port", ""], "'' is not a whole number."),
        (["sort", ".", "--into", "x", "--workers", "0"], "0 is not in the range 1<=x<=256."),
        (["watch", ".", "--into", "x", "--gap", "soon"], "'soon' is not a number."),
        (["audit", ".", "--seed", "x"], "'x' is not a whole number."),
    ],
)
def test_numbers_that_are_none(pawsight: Pawsight, words: list[str], said: str) -> None:
    ran = pawsight(*words)
    assert (ran.code, said in ran.err, len(ran.err.splitlines())) == (2, True, 1)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["prdict", "x"], "No such command 'prdict'. Did you mean `pawsight predict`?"),
        (["photos"], "No such command 'photos'. Did you mean `pawsight predict photos`?"),
        (["export", "default"], "Missing option '--to'. Choose from: onnx, litert,"),
        (["doctor", "extra"], "Got unexpected extra argument (extra). See `pawsight doctor --help`."),
        (["xyzzy"], "No such command 'xyzzy'. See `pawsight --help`."),
    ],
)
def test_what_was_probably_meant(
    pawsight: Pawsight, photos: Path, words: list[str], said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(photos.parent)
    ran = pawsight(*words)
    assert (ran.code, said in ran.err, len(ran.err.splitlines())) == (2, True, 1)


@pytest.mark.parametrize(
    ("raised", "code", "said"),
    [
        (BadSettings("Expected this, but that came.", "Do so."), 2, "Error: Expected this, but that came. Do so.\n"),
        (KeyboardInterrupt(), 2, "Stopped.\n"),
        (SystemExit(1), 1, ""),
    ],
)
def test_errors_become_one_line_and_a_code(
    pawsight: Pawsight, monkeypatch: pytest.MonkeyPatch, raised: BaseException, code: int, said: str
) -> None:
    @click.command()
    def command() -> None:
        raise raised

    monkeypatch.setattr(cli.LazyGroup, "get_command", lambda *_: command)
    ran = pawsight("anything")
    assert (ran.code, ran.err.lstrip("\n"), ran.out) == (code, said, "")


def test_a_fault_of_ours_is_not_hidden(pawsight: Pawsight, monkeypatch: pytest.MonkeyPatch) -> None:
    @click.command()
    def command() -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(cli.LazyGroup, "get_command", lambda *_: command)
    with pytest.raises(ZeroDivisionError):
        pawsight("anything")


def test_as_a_module() -> None:
    done = subprocess.run([sys.executable, "-m", "pawsight", "--version"], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0
    assert package.__version__ in done.stdout


@pytest.mark.skipif(sys.platform == "win32", reason="Windows ends a process without asking it")
@pytest.mark.parametrize("number", ["SIGTERM", "SIGHUP"])
def test_who_ends_a_command_finds_nothing_half_written(tmp_path: Path, number: str) -> None:
    code = (
        "import sys, time; from pathlib import Path; import click; from pawsight import cli\n"
        "from pawsight.storage.atomic import new_folder\n"
        "@click.command()\n"
        "def command():\n"
        "    with new_folder(Path('backup')) as folder:\n"
        "        (folder / 'half').touch(); print('begun', flush=True); time.sleep(60)\n"
        "cli.LazyGroup.get_command = lambda *_: command; sys.argv = ['pawsight', 'backup']; cli.main()"
    )
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, cwd=tmp_path) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "begun\n"
        process.send_signal(signal.Signals[number])
        assert process.wait(60) == -signal.Signals[number]
    assert list(tmp_path.iterdir()) == []


def test_an_interrupt_that_becomes_another_error(pawsight: Pawsight, monkeypatch: pytest.MonkeyPatch) -> None:
    """As where a library is loaded that is not written in Python."""

    @click.command()
    def command() -> None:
        try:
            signal.raise_signal(signal.SIGINT)
        except KeyboardInterrupt:
            raise ImportError("initialization failed") from None

    handler = signal.signal(signal.SIGINT, signal.default_int_handler)
    monkeypatch.setattr(cli.LazyGroup, "get_command", lambda *_: command)
    ran = pawsight("anything")
    assert (ran.code, ran.err.strip()) == (2, "Stopped.")
    assert signal.signal(signal.SIGINT, handler) == signal.default_int_handler
