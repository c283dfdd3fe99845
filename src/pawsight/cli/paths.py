"""Paths that were typed: looked at before minutes of work, and before advice to install something."""

from __future__ import annotations

import os
from pathlib import Path

from pawsight.errors import BadData, BadSettings
from pawsight.storage.writable import why_not_writable


def check_inputs(*paths: Path | None) -> None:
    """Check that files or folders to read are there; None stands for one that was not named.

    Raises:
        BadData: one is missing.
    """
    for path in paths:
        if path and not os.path.lexists(path):
            raise BadData(f"There is nothing at {path}.", "Check the path.")


def check_outputs(**paths: Path | None) -> None:
    """Check that files or folders can be written.

    Args:
        paths: name of an option, without its dashes -> its value, maybe None.

    Raises:
        BadSettings: one cannot; the message says why, and names the option.
    """
    for option, path in paths.items():
        if path and (reason := why_not_writable(path)):
            raise BadSettings(
                f"{str(path)!r} cannot be written ({reason}).", f"Choose another --{option.replace('_', '-')}."
            )
