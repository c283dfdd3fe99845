"""A bar with the time left, for work that takes a while and a person who watches."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from typing import TypeVar

import click

Item = TypeVar("Item")
PATIENCE = 2.0  # seconds; shorter work needs no bar


def progress_bar(items: Iterable[Item], total: int, label: str) -> Iterator[Item]:
    """Pass items on; once that has taken two seconds, draw a bar on stderr, where that is a terminal."""
    if not sys.stderr.isatty():
        yield from items
        return
    start = time.time()
    with ExitStack() as stack:
        bar = None
        for count, item in enumerate(items, 1):
            yield item
            if bar is None and time.time() - start >= PATIENCE:
                bar = stack.enter_context(click.progressbar(length=total, label=label, show_pos=True, file=sys.stderr))
                bar.start = bar.last_eta = start  # so that the time left is known at once, from the work done so far
                bar.update(count)
            elif bar:
                bar.update(1)
