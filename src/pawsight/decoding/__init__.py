"""Decode untrusted photos in processes that may crash.

Here: a pool of processes with limits on time, memory, files and network (`pool`), what runs in one of them (`worker`),
and how the two talk (`wire`). Not here: decoding itself, which is `images.decode` as everywhere.
"""

from pawsight.decoding.pool import DecoderPool
from pawsight.decoding.wire import DecodedPhoto

__all__ = ["DecodedPhoto", "DecoderPool"]
