"""The options that `pawsight sort` and `pawsight watch` share: where photos go, how, and by which model."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import click

from pawsight.cli.exclusive import exclusive_flags

FOLDER = click.Path(file_okay=False, path_type=Path)


class Share(click.ParamType[float]):
    """A share: `1%`, `0.01` or `1/100`."""

    name = "share"

    def convert(self, value: str | float, param: click.Parameter | None, ctx: click.Context | None) -> float:
        from pawsight.batch.budget import parse_share

        try:
            return value if isinstance(value, float) else parse_share(value)
        except ValueError:
            self.fail(f"{value!r} is not a share between 0 and 1, such as 1% or 0.01.", param, ctx)


_OPTIONS: Sequence[Callable[..., Any]] = (
    click.option("--into", required=True, type=FOLDER, metavar="DIR", help="Where the folders of photos are made."),
    exclusive_flags(
        "mode",
        {
            "--copy": ("copy", "Copy photos (the default)."),
            "--move": ("move", "Move photos."),
            "--link": ("link", "Give photos a second name, which needs no room (hard links)."),
        },
    ),
    click.option("--model", metavar="NAME", help="A shipped model (see `pawsight models`) or a model folder."),
    click.option(
        "--error-budget",
        type=Share(),
        metavar="SHARE",
        help="How many wrong ones you can live with, such as 1%; more photos then go to please-check, or fewer.",
    ),
    click.option("--workers", type=click.IntRange(1, 256), help="Photos at a time.  [default: four per processor]"),
)


def sort_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add `--into`, `--copy`, `--move`, `--link`, `--model`, `--error-budget` and `--workers` to a command."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command
