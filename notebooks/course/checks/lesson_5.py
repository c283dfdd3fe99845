"""Exercises of lesson 5: class activation maps, their place in the photo, and Grad-CAM."""

from __future__ import annotations

from typing import Any

import numpy as np

from course.exercises import NotYet
from pawsight.images import fitted_box


def check_1(given: dict[str, Any]) -> None:
    """The mean of the map is the logit, and each place is its own."""
    rng = np.random.default_rng(0)
    features, weights, bias = rng.random((7, 5, 16)), rng.normal(size=16), 0.3
    yours = np.asarray(given["class_map"](features, weights, bias))
    if yours.shape != (7, 5):
        raise NotYet(f"For features (7, 5, 16) the map should be (7, 5); yours is {yours.shape}.")
    logit = float(features.mean(axis=(0, 1)) @ weights + bias)
    if not np.isclose(yours.mean(), logit):
        raise NotYet(f"The mean of the map should be the logit, {logit:.3f}; yours is {yours.mean():.3f}.")
    if not np.allclose(yours, features @ weights + bias):
        raise NotYet("The mean is right, but not every place.")


def check_2(given: dict[str, Any]) -> None:
    """The places cover the middle square of the photo."""
    for height, width in ((300, 300), (300, 450), (640, 480)):
        left, top, right, bottom = fitted_box(height, width, "crop")
        yours = [given["box"](row, column, 7, height, width) for row, column in ((0, 0), (6, 6))]
        if not np.allclose([*yours[0][:2], *yours[1][2:]], [top, left, bottom, right], atol=1.0):
            raise NotYet(
                f"In a photo of {width} x {height}, the places should reach from {left:.0f}, {top:.0f} "
                f"to {right:.0f}, {bottom:.0f}; yours reach from {yours[0][1]:.0f}, {yours[0][0]:.0f} "
                f"to {yours[1][3]:.0f}, {yours[1][2]:.0f}."
            )


def check_3(given: dict[str, Any]) -> None:
    """Weighted by the mean gradient, cut at 0, scaled to 1."""
    rng = np.random.default_rng(0)
    features, gradient = rng.random((4, 6, 8)), rng.normal(0.5, 1.0, (4, 6, 8))
    expected = np.maximum(features @ gradient.mean(axis=(0, 1)), 0)
    yours = np.asarray(given["grad_cam"](features, gradient))
    if yours.shape != (4, 6) or not np.allclose(yours, expected / expected.max()):
        raise NotYet(f"The hottest place should be 1; yours reach from {yours.min():.3f} to {yours.max():.3f}.")
    nothing = np.asarray(given["grad_cam"](features, -np.ones_like(gradient)))
    if not np.array_equal(nothing, np.zeros((4, 6))):
        raise NotYet("Where no place speaks for the class, all should be 0.")
