"""Train in bfloat16 where the hardware computes faster in it; weights and the finished model stay float32.

Micikevicius et al., arXiv 1710.03740, with bfloat16 in place of float16 (Kalamkar et al., arXiv 1905.12322): it has the
range of float32, so that no loss has to be scaled.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import keras

MIXED = "mixed_bfloat16"
_SINCE = (8, 0)  # NVIDIA's compute capability from which on there are units for bfloat16


def is_faster() -> bool:
    """Return whether the first accelerator that Keras trains on has units for bfloat16; False without one."""
    found = {"tensorflow": _on_tensorflow, "torch": _on_torch, "jax": _on_jax}.get(keras.backend.backend())
    return bool(found and found())


@contextmanager
def mixed_precision(trunk: keras.Model, wanted: bool) -> Iterator[None]:
    """Let the layers of a trunk compute in bfloat16 inside the block; the head behind it stays in float32.

    Args:
        trunk: whose weights are and stay float32.
        wanted: else nothing changes.
    """
    layers: list[Any] = [one for one in trunk.layers if not isinstance(one, keras.layers.InputLayer)] if wanted else []
    before = [layer.dtype_policy for layer in layers]
    for layer in layers:
        layer.dtype_policy = MIXED
    try:
        yield
    finally:
        for layer, policy in zip(layers, before, strict=True):
            layer.dtype_policy = policy


def _on_tensorflow() -> bool:
    import tensorflow

    cards = tensorflow.config.list_physical_devices("GPU")
    details = tensorflow.config.experimental.get_device_details(cards[0]) if cards else {}
    return tuple(details.get("compute_capability", (0, 0))) >= _SINCE


def _on_torch() -> bool:
    import torch

    return bool(torch.cuda.is_available() and torch.cuda.is_bf16_supported())


def _on_jax() -> bool:
    import jax

    return jax.default_backend() in ("gpu", "tpu")
