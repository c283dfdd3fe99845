"""A gate that closes for photos of other things.

Sigmoids that learned cats and dogs know nothing of cars, and take cows for dogs. Two parts refuse what is neither:

- the ImageNet head of the same trunk, where there is one, knows a thousand things, among them 5 kinds of cats and
  118 of dogs: how much of its softmax falls on these tells far things apart (Hendrycks et al., arXiv 1911.11132);
- a linear layer that was shown photos of neither (outlier exposure, Hendrycks et al., arXiv 1812.04606) tells near
  things apart, such as cows and wolves.

A photo passes where both parts let it pass.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import keras
import numpy as np
from keras import layers, ops

from pawsight.types import Floats

TINY = 1e-9  # keeps the logarithm of no mass finite
MOST_EVIDENCE = 12.0  # log odds beyond which the ImageNet head is not believed
OPEN = 20.0  # the logit of a part that refuses nothing


@keras.saving.register_keras_serializable("pawsight")
class Gate(layers.Layer):
    """Features -> the probability that one of the wanted classes is in the photo, and what the ImageNet head says.

    Args:
        wanted: numbers of the ImageNet classes wanted.
        units: how many classes the ImageNet head has; 0 where there is none.

    Input shape:
        `(N, D)`
    Output shape:
        A list: `(N, 1)`, 0..1, and, where there is an ImageNet head, its softmax `(N, units)`
    """

    def __init__(self, wanted: Sequence[int] = (), units: int = 0, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.wanted = list(wanted)
        self.imagenet: Any = (
            layers.Dense(units, activation="softmax", trainable=False, name="imagenet_head") if units else None
        )

    @classmethod
    def of(cls, head: layers.Dense, ranges: dict[str, tuple[int, int]], classes: Sequence[str]) -> Gate | None:
        """Make a gate from an ImageNet head; None where a class is none that ImageNet knows.

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
        if self.imagenet:
            self.imagenet.build(input_shape)
        constants = {"slope": 0.0, "middle": -OPEN, "outlier_evidence": 0.0, "outlier_bias": OPEN}
        for name, value in constants.items():
            start = keras.initializers.Constant(value)
            setattr(self, name, self.add_weight(shape=(), initializer=start, trainable=False, name=name))
        shape = (input_shape[-1], 1)
        self.outlier_kernel = self.add_weight(shape=shape, initializer="zeros", trainable=False, name="outlier_kernel")

    def set_evidence(self, slope: float, middle: float) -> None:
        """Set how steeply the first part opens, and the evidence at which it is half open."""
        self.slope.assign(slope)
        self.middle.assign(middle)

    def set_outliers(self, kernel: Floats, evidence: float, bias: float) -> None:
        """Set the second part: logit = kernel * features / length of features + evidence * evidence + bias.

        Args:
            kernel: `(D,)`.
            evidence: weight of the ImageNet head's evidence; 0 where there is none.
            bias: added to the logit.
        """
        self.outlier_kernel.assign(kernel[:, None])
        self.outlier_evidence.assign(evidence)
        self.outlier_bias.assign(bias)

    def probabilities(self, features: Any) -> Any:
        """Return the ImageNet head's softmax, `(N, 1000)`."""
        return self.imagenet(features)

    def evidence(self, probabilities: Any) -> Any:
        """Return the log odds of the wanted ImageNet classes against all others, `(N, 1)`."""
        chosen = np.isin(np.arange(self.imagenet.units), self.wanted).astype(np.float32)
        mass = ops.log(ops.matmul(probabilities, np.stack([chosen, 1 - chosen], axis=1)) + TINY)
        return ops.clip(mass[:, :1] - mass[:, 1:], -MOST_EVIDENCE, MOST_EVIDENCE)

    def call(self, inputs: Any) -> list[Any]:
        length = ops.sqrt(ops.sum(ops.square(inputs), axis=-1, keepdims=True)) + TINY
        outliers = ops.matmul(inputs, self.outlier_kernel) / length + self.outlier_bias
        if not self.imagenet:
            return [ops.sigmoid(outliers)]
        probabilities = self.probabilities(inputs)
        evidence = self.evidence(probabilities)
        known = ops.sigmoid(self.slope * (evidence - self.middle))
        return [known * ops.sigmoid(outliers + self.outlier_evidence * evidence), probabilities]

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "wanted": self.wanted, "units": self.imagenet.units if self.imagenet else 0}
