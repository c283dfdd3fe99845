"""Flags of which at most one may be given, such as --copy and --move."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, TypeVar

import click

Command = TypeVar("Command", bound=Callable[..., Any])


def exclusive_flags(parameter: str, flags: dict[str, tuple[Any, str]], default: Any = None) -> Callable[[Command], Any]:
    """Return a decorator that adds flags to a command; two different ones are refused, where Click takes the last.

    Args:
        parameter: of the command, which gets the value.
        flags: flag, as it is typed -> its value, and its help.
        default: the value where no flag is given.
    """

    def decorate(command: Command) -> Any:
        @functools.wraps(command)
        def checked(*words: Any, **options: Any) -> Any:
            given = [flag for flag in flags if options.pop(_name(flag))]
            if len(given) > 1:
                raise click.UsageError(f"{' and '.join(given)} contradict each other. Give one of them.")
            return command(*words, **options, **{parameter: flags[given[0]][0] if given else default})

        for flag, (_, text) in reversed(flags.items()):
            checked = click.option(flag, _name(flag), is_flag=True, help=text)(checked)
        return checked

    return decorate


def _name(flag: str) -> str:
    return "flag_" + flag.strip("-").replace("-", "_")
