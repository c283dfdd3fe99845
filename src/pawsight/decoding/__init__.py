"""Decode untrusted photos in processes that may crash.

Here: a pool of processes with limits on time, memory, files and network (`pool`), what runs in one of them (`worker`),
and how the two talk (`wire`). Not here: decoding itself, which is `images.decode` as everywhere.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pawsight.decoding.pool import DecoderPool
    from pawsight.decoding.wire import DecodedPhoto

__all__ = ["DecodedPhoto", "DecoderPool"]


def __getattr__(name: str) -> Any:
    """Import the pool when it is first used: a decoder is of this package, too, and has no use for it."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"pawsight.decoding.{'pool' if name == 'DecoderPool' else 'wire'}"), name)
