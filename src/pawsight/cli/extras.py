"""Say which extra a command needs, instead of showing an ImportError."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from pawsight.errors import MissingExtra, install_hint


@contextmanager
def needs_extra(extra: str) -> Iterator[None]:
    """Turn a missing library into one line that says how to install it.

    Raises:
        MissingExtra: something imported inside is not installed.
    """
    try:
        yield
    except ModuleNotFoundError as error:
        raise MissingExtra(
            f"This command needs {error.name}, which the small installation does not have.", install_hint(extra)
        ) from error
