"""`--format`, the same for all commands that print something that programs read, too."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click

Command = TypeVar("Command", bound=Callable[..., Any])


def form_option(*forms: str) -> Callable[[Command], Command]:
    """The option, as the parameter `form`; the first of the forms is what people see where they do not choose."""
    return click.option(
        "--format", "form", type=click.Choice(forms), default=forms[0], show_default=True, help="How it is printed."
    )
