"""What the small installation leaves out, and what to type to add it."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import metadata
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import url2pathname

from pawsight.errors import MissingExtra

PINS = "constraints.txt"


@contextmanager
def needs_extra(extra: str) -> Iterator[None]:
    """Turn a missing library into one line that says how to install it, instead of an ImportError.

    Raises:
        MissingExtra: something imported inside is not installed.
    """
    try:
        yield
    except ModuleNotFoundError as error:
        chosen = "jax" if error.name == "jax" else extra  # as Keras' backend, where KERAS_BACKEND says so
        raise MissingExtra(
            f"This needs {error.name}, which the small installation does not have.", install_hint(chosen)
        ) from error


def install_hint(extra: str) -> str:
    """Return what to type to install an extra: for the Python that runs now, from the source that it was installed
    from, in the versions pinned there. Not by name: no public index has this project."""
    source, editable = _installed_from()
    if source is None:  # another folder than this one: no path is from here
        python = _quoted(os.path.abspath(sys.executable))
        return f'In the folder of Pawsight\'s source, type: {python} -m pip install --constraint {PINS} ".[{extra}]"'
    pip = f"{_quoted(_from_here(sys.executable))} -m pip install --constraint"
    pins, mode = _quoted(_from_here(source / PINS)), "--editable " if editable else ""
    return f'Type: {pip} {pins} {mode}"{_from_here(source)}[{extra}]"'


def _installed_from() -> tuple[Path | None, bool]:
    """Return the folder of the source, where it is still there, and whether its files are used where they are (PEP
    610)."""
    try:
        recorded = json.loads(metadata.distribution("pawsight").read_text("direct_url.json") or "")
        source = Path(url2pathname(urlsplit(recorded["url"]).path))
        editable = bool(recorded.get("dir_info", {}).get("editable"))
    except (metadata.PackageNotFoundError, OSError, ValueError, KeyError):
        return None, False
    return (source, editable) if (source / PINS).is_file() else (None, False)


def _from_here(path: str | Path) -> str:
    """Return a path as people type it: from the working folder where it is below that."""
    try:
        return str(Path(path).relative_to(Path.cwd()))
    except (ValueError, OSError):
        return os.fspath(path)


def _quoted(word: str) -> str:
    return f'"{word}"' if " " in word else word
