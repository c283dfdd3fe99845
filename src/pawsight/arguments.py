"""Checks of what Python code passes to the public functions, before anything is read or written.

Each returns the argument in the form that is used, or raises an error that names the argument.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Collection
from numbers import Integral, Real
from pathlib import Path
from typing import TypeVar

from pawsight.errors import BadSettings
from pawsight.text import shortened

Choice = TypeVar("Choice", bound=str)
Checked = TypeVar("Checked")

EXPAND = "Python does not replace it by the home folder: pass Path(...).expanduser()."
LARGEST_SEED = 2**32 - 1  # of NumPy's older generators, which scikit-learn uses
_LONGEST_NAME = 255  # bytes; most file systems take no more
_ADDRESS = re.compile(r"[a-z][a-z0-9+.-]+:/|(data|blob):", re.IGNORECASE)  # one letter is a drive of Windows


def to_path(value: object, name: str) -> Path:
    """Return a path.

    Args:
        value: `str` or `Path`.
        name: of the argument.

    Raises:
        BadSettings: it is neither, or no path on this machine can be meant.
    """
    if not isinstance(value, (str, os.PathLike)) or not isinstance(text := os.fspath(value), str):
        raise BadSettings(f"{name} must be a path, but is of type {type(value).__name__}.", "Pass a str or a Path.")
    if not text:
        raise BadSettings(f"{name} is an empty path.", 'Pass "." for the current folder.')
    if is_address(text):
        raise BadSettings(f"{shortened(text)!r} is an address, not a path.", "Download it first, and pass its path.")
    if has_tilde(text):
        raise BadSettings(f"The path {shortened(text)!r} begins with ~.", EXPAND)
    _check_names(text)
    return Path(text)


def _check_names(text: str) -> None:
    try:
        names = os.fsencode(text).split(os.fsencode(os.sep))
    except UnicodeError:
        names = [b"\0"]
    if any(b"\0" in name for name in names):
        raise BadSettings(f"The path {shortened(text)!r} holds a character that no file's name can have.")
    if any(len(name) > _LONGEST_NAME for name in names):
        raise BadSettings(
            f"The path {shortened(text)!r} has a name of more than {_LONGEST_NAME} bytes.", "Choose a shorter one."
        )


def is_address(text: str) -> bool:
    """Return whether a text is an address such as `ftp://host/felix.jpg`, and no file on this machine."""
    return bool(_ADDRESS.match(text)) and not os.path.lexists(text)


def has_tilde(text: str) -> bool:
    """Return whether a path begins with a home folder's `~`, and is no file of that name."""
    return text.startswith("~") and not os.path.lexists(text)


def to_count(value: object, name: str, least: int = 1, most: int | None = None) -> int:
    """Return a whole number from `least` to `most`.

    Raises:
        BadSettings: it is none.
    """
    whole = isinstance(value, Integral) and not isinstance(value, bool)
    if not whole or int(value) < least or (most is not None and int(value) > most):  # type: ignore[call-overload]
        upper = "or more" if most is None else f"to {most:,}"
        raise BadSettings(f"{name} must be a whole number, {least:,} {upper}, but is {shortened(repr(value))}.")
    return int(value)  # type: ignore[call-overload,no-any-return]  # an Integral


def to_share(value: object, name: str) -> float:
    """Return a number from 0 to 1.

    Raises:
        BadSettings: it is none.
    """
    if not isinstance(value, Real) or not 0 <= float(value) <= 1:  # no comparison holds for NaN
        raise BadSettings(f"{name} must be a number from 0 to 1, but is {shortened(repr(value))}.")
    return float(value)


def to_seed(value: object, name: str = "seed") -> int:
    """Return a seed that all generators take.

    Raises:
        BadSettings: it is none.
    """
    return to_count(value, name, 0, LARGEST_SEED)


def to_choice(value: object, name: str, choices: Collection[Choice]) -> Choice:
    """Return one of several words.

    Raises:
        BadSettings: it is none of them.
    """
    for choice in choices:
        if isinstance(value, str) and value == choice:
            return choice
    raise BadSettings(f"{name} must be one of {', '.join(choices)}, but is {shortened(repr(value))}.")


def to_flag(value: object, name: str) -> bool:
    """Return True or False.

    Raises:
        BadSettings: it is something else, such as the text "no", which Python takes for true.
    """
    if not isinstance(value, bool):
        raise BadSettings(f"{name} must be True or False, but is {shortened(repr(value))}.")
    return value


def optional(check: Callable[[object, str], Checked], value: object, name: str) -> Checked | None:
    """Return None as it is, and everything else checked."""
    return None if value is None else check(value, name)
