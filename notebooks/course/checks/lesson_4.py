"""Exercises of lesson 4: freezing, scaling, and the nearest mean."""

from __future__ import annotations

from typing import Any

import numpy as np

from course.exercises import NotYet

MEAN = (123.68, 116.779, 103.939)


def check_1(given: dict[str, Any]) -> None:
    """Only the head learns."""
    import keras
    from keras import layers

    network = keras.Sequential(
        [
            keras.Input((8, 8, 3)),
            layers.Conv2D(4, 3, name="block1_conv1"),
            layers.Conv2D(4, 3, name="block5_conv1"),
            layers.GlobalAveragePooling2D(name="pool"),
            layers.Dense(2, name="head"),
        ]
    )
    given["freeze_trunk"](network)
    learning = sorted({weight.path.split("/")[-2] for weight in network.trainable_weights})
    if learning != ["head"]:
        raise NotYet(f"Only head should learn; with you it is: {', '.join(learning) or 'nothing'}.")


def check_2(given: dict[str, Any]) -> None:
    """The mean is subtracted from pixels of 0 to 255."""
    photos = np.random.default_rng(0).integers(0, 256, (2, 3, 4, 3), dtype=np.uint8)
    yours = np.asarray(given["prepare"](photos.copy()))
    if yours.dtype != np.float32:
        raise NotYet(f"The result should be float32; yours is {yours.dtype}.")
    if not np.allclose(yours, photos.astype(np.float64) - MEAN, atol=1e-3):
        reach = f"from {yours.min():.2f} to {yours.max():.2f}"
        raise NotYet(f"White, 255, should become {255 - MEAN[0]:.2f} in red; your values reach {reach}.")


def check_3(given: dict[str, Any]) -> None:
    """Each new point gets the label of the nearest mean."""
    rng = np.random.default_rng(0)
    middles = rng.normal(size=(3, 20)) * 3
    labels = rng.integers(0, 3, 90)
    features, asked = middles[labels] + rng.normal(size=(90, 20)), rng.integers(0, 3, 60)
    yours = np.asarray(given["nearest_mean"](features, labels, middles[asked] + rng.normal(size=(60, 20))))
    if yours.shape != (60,):
        raise NotYet(f"The result should have one label for each new photo, (60,); yours has the shape {yours.shape}.")
    if np.mean(yours == asked) < 0.95:
        raise NotYet(f"Your labels are right for {np.mean(yours == asked):.0%} of the new photos; nearly all can be.")
