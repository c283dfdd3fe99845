"""Whether an option was typed, or stands there by its default."""

from __future__ import annotations

import click
from click.core import ParameterSource


def is_given(parameter: str) -> bool:
    """Return whether a person gave this parameter of the command that runs."""
    return click.get_current_context().get_parameter_source(parameter) is not ParameterSource.DEFAULT
