"""What is wrong with this machine or this setup, and what to do about it: `pawsight doctor`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

State = Literal["ok", "warning", "wrong"]


@dataclass(frozen=True)
class Finding:
    """One line.

    Attributes:
        about: what was looked at.
        state: `ok`, `warning` (it works, but not as well as it could) or `wrong` (it will not work).
        says: what was found.
        hint: what to do; empty where nothing is to be done.
    """

    about: str
    state: State
    says: str
    hint: str = ""
