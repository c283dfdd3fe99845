"""Say, after Ctrl-C, what is kept and how to go on."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import click

GO_ON = "To go on, give the same command again."
NOTHING_WRITTEN = "Nothing is written. Give the same command again to start over."


@contextmanager
def on_ctrl_c(tell: Callable[[], str]) -> Iterator[None]:
    """Print what `tell` returns where Ctrl-C ends the block."""
    try:
        yield
    except KeyboardInterrupt:
        click.echo(tell(), err=True)
        raise
