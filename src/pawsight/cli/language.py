"""`--language`, the same for all commands that write a page for people."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click

from pawsight.languages import CODES, of_environment

Command = TypeVar("Command", bound=Callable[..., Any])


def language_option(command: Command) -> Command:
    """Add the option, as the parameter `language`: a code; that of the environment where people do not choose."""
    return click.option(
        "--language",
        type=click.Choice(CODES),
        default=of_environment,
        help="Language of the page.  [default: that of LANG, if it is one of these, else en]",
    )(command)
