"""Modules that a test imports a second time."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def new_ones_forgotten() -> Iterator[None]:
    """Forget modules of Pawsight that are first imported in the block.

    Where others are imported a second time there, these would be made of the second ones, and stay: a later test would
    meet two classes of one name, which are never equal.
    """
    before = set(sys.modules)
    try:
        yield
    finally:
        for name in set(sys.modules) - before:
            if name.startswith("pawsight."):
                package, _, module = name.rpartition(".")
                del sys.modules[name]
                if hasattr(sys.modules.get(package), module):
                    delattr(sys.modules[package], module)
