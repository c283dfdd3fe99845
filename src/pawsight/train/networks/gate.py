"""A gate that closes for photos of other things.

Two sigmoids that learned cats and dogs know nothing of cars, and take wolves for dogs. The ImageNet head of the same
trunk knows a thousand things, among them 5 kinds of cats and 118 of dogs: the share of its softmax that falls on the
classes wanted says whether the photo shows one of them at all (Hendrycks et al., arXiv 1911.11132, score unknown things
by such heads).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import keras
import numpy as np
from keras import layers, ops

TINY = 1e-9  # keeps the logarithm of no mass at all finite


@keras.saving.register_keras_serializable("pawsight")
class Gate(layers.Layer):
    """Features -> the probability that one of the wanted classes is there.

    sigmoid(slope * (evidence - middle)), where evidence is the log odds of the wanted ImageNet classes together.

    Args:
        wanted: numbers of the ImageNet classes wanted.
        units: how many classes the ImageNet head has.

    Input shape:
        `(N, D)`
    Output shape:
        `(N, 1)`, 0..1
    """

    def __init__(self, wanted: Sequence[int], units: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.wanted = list(wanted)
        self.imagenet = layers.Dense(units, activation="softmax", trainable=False, name="imagenet")

    @classmethod
    def of(cls, head: layers.Dense, ranges: dict[str, tuple[int, int]], classes: Sequence[str]) -> Gate | None:
        """A gate from an ImageNet head; None where a class is none that ImageNet knows.

        Args:
            head: features `(N, D)` -> logits `(N, 1000)`.
            ranges: class -> (first, past the last) of its ImageNet classes.
            classes: the model's.
        """
        if not set(classes) <= set(ranges):
            return None
        kernel, bias = head.get_weights()
        gate = cls([number for name in classes for number in range(*ranges[name])], len(bias), name="gate")
        gate.build((None, len(kernel)))
        gate.imagenet.set_weights([kernel, bias])
        return gate

    def build(self, input_shape: tuple[int | None, int]) -> None:
        self.imagenet.build(input_shape)
        self.slope = self.add_weight(shape=(), initializer="ones", trainable=False, name="slope")
        self.middle = self.add_weight(shape=(), initializer="zeros", trainable=False, name="middle")

    def set(self, slope: float, middle: float) -> None:
        """Say how steeply the gate opens, and at which evidence it is half open."""
        self.slope.assign(slope)
        self.middle.assign(middle)

    def evidence(self, features: Any) -> Any:
        """Log odds of the wanted classes against all others, `(N, 1)`."""
        chosen = np.isin(np.arange(self.imagenet.units), self.wanted).astype(np.float32)
        mass = ops.log(ops.matmul(self.imagenet(features), np.stack([chosen, 1 - chosen], axis=1)) + TINY)
        return mass[:, :1] - mass[:, 1:]

    def call(self, inputs: Any) -> Any:
        return ops.sigmoid(self.slope * (self.evidence(inputs) - self.middle))

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "wanted": self.wanted, "units": self.imagenet.units}
