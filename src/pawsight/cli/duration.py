"""An option that takes a length of time: `90s`, `20m`, `1h30m`."""

from __future__ import annotations

import re
from typing import Any

import click

_SECONDS = (3600, 60, 1)  # of an hour, a minute, a second
_FORM = re.compile(r"(?=\d)(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?")


class Duration(click.ParamType[float]):
    """Seconds, written in hours, minutes and seconds."""

    name = "time"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """Return the seconds that a text such as `1h30m` means."""
        if isinstance(value, (int, float)):
            return float(value)
        found = _FORM.fullmatch(value.strip())
        parts = found.groups() if found else (0, 0, 0)
        seconds = sum(int(part or 0) * unit for part, unit in zip(parts, _SECONDS, strict=True))
        if not seconds:
            self.fail(f"{value!r} is no length of time. Write 90s, 20m or 1h30m.", param, ctx)
        return float(seconds)
