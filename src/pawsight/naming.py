"""What a class may be called."""

from __future__ import annotations

import re

from pawsight.classifier import BOTH, UNSURE
from pawsight.errors import BadData

_NO_FOLDER = re.compile(r'[<>:"/\\|?*\x00-\x1f]|^\.|[. ]$')


def check_name(name: str) -> None:
    """Refuse a class that could not be told from a verdict, or could not be a folder on some system.

    Raises:
        BadData: such a name.
    """
    if name in {BOTH, UNSURE}:
        raise BadData(
            f"Expected the name of a class, but {name!r} is what Pawsight answers when it sees "
            f"{'several classes' if name == BOTH else 'none clearly'}.",
            "Rename the folder.",
        )
    if _NO_FOLDER.search(name):
        raise BadData(
            f"Expected a class name that can be a folder on every system, but received {name!r}.", "Rename it."
        )
