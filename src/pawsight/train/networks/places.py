"""Scores by place: a cat here and a dog there.

The mean over all places drowns a small animal next to a large one. So each class also has its best place, and where two
classes have a good place each, both are in the photo.
"""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
from keras import layers, ops

WINDOW = 2  # places a side that are averaged before the best is taken: one alone is noise
NEVER = 1e6


@keras.saving.register_keras_serializable("pawsight")
class Places(layers.Layer):
    """Scores of whole photos, and maps -> scores that also count what single places show.

    A class is in the photo if the whole photo says so, or if it and another class have a good place each: with
    probability sigmoid(slope * (evidence - middle)), where evidence is the smaller one of the class's best place and of
    the best place of any other class. Two cats are not both.

    Input shape:
        scores `(N, C)`, 0..1, and maps `(N, h, w, C)` logits, at least 2 of each
    Output shape:
        `(N, C)`, 0..1
    """

    def build(self, scores_shape: Any, maps_shape: Any) -> None:
        self.slope = self.add_weight(shape=(), initializer="ones", trainable=False, name="slope")
        far = keras.initializers.Constant(NEVER)
        self.middle = self.add_weight(shape=(), initializer=far, trainable=False, name="middle")

    @classmethod
    def of(cls, classes: int) -> Places | None:
        """Make the layer for so many classes, which changes no score yet; None for a single class."""
        if classes < 2:
            return None
        places = cls(name="places")
        places.build((None, classes), (None, None, None, classes))
        return places

    def set(self, slope: float, middle: float) -> None:
        """Set how steeply scores rise with the evidence, and where they are one half."""
        self.slope.assign(slope)
        self.middle.assign(middle)

    def evidence(self, maps: Any) -> Any:
        """Return the weaker of the best places of each class and of the best other class: `(N, C)`."""
        window = tuple(min(WINDOW, side) for side in maps.shape[1:3])  # small photos have maps of a single place
        smooth = ops.average_pool(maps, window, strides=1, padding="valid")
        best = ops.max(smooth, axis=(1, 2))
        own = np.where(np.eye(best.shape[-1]), -NEVER, 0.0).astype(np.float32)
        other = ops.max(ops.reshape(best, (-1, 1, best.shape[-1])) + own, axis=2)
        return ops.minimum(best, other)

    def call(self, scores: Any, maps: Any) -> Any:
        together = ops.sigmoid(self.slope * (self.evidence(maps) - self.middle))
        return scores + together - scores * together
