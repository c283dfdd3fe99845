"""Checks of this machine and this setup, for `pawsight doctor`.

Here: what is checked, and what to do where a check fails. Not here: repairs, and anything that writes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

State = Literal["ok", "warning", "wrong"]


@dataclass(frozen=True)
class Diagnosis:
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
