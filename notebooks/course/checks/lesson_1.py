"""Exercises of lesson 1: scaling, a leak, and resizing."""

from __future__ import annotations

from typing import Any

import numpy as np

from course.exercises import NotYet

MEAN = (123.68, 116.779, 103.939)


def check_1(given: dict[str, Any]) -> None:
    """The mean is subtracted without wrapping around."""
    photo = np.random.default_rng(0).integers(0, 256, (5, 4, 3), dtype=np.uint8)
    yours = np.asarray(given["subtract_mean"](photo.copy()))
    if yours.dtype != np.float32:
        raise NotYet(f"The result should be float32; yours is {yours.dtype}.")
    expected = photo.astype(np.float64) - MEAN
    if not np.allclose(yours, expected, atol=1e-3):
        place = np.unravel_index(np.abs(yours - expected).argmax(), photo.shape)
        raise NotYet(f"A pixel of {photo[place]} should become {expected[place]:.3f}; yours is {yours[place]:.3f}.")


def check_2(given: dict[str, Any]) -> None:
    """Twins are on one side, and about a fifth of the photos is for the test."""
    groups = np.random.default_rng(3).integers(0, 1000, 2000)
    test = np.asarray(given["split"](groups.copy(), 0))
    if test.shape != groups.shape or test.dtype != bool:
        raise NotYet("The result should be one True or False for each photo.")
    torn = len(set(groups[test].tolist()) & set(groups[~test].tolist()))
    if torn:
        raise NotYet(f"{torn} groups of twins have photos on both sides.")
    if not 0.15 < test.mean() < 0.25:
        raise NotYet(f"{test.mean():.0%} of the photos are for the test; it should be about a fifth.")


def check_3(given: dict[str, Any]) -> None:
    """Each new pixel is the mean of a block."""
    photo = np.random.default_rng(1).integers(0, 256, (12, 8, 3), dtype=np.uint8)
    for factor in (2, 4):
        yours = np.asarray(given["shrink"](photo.copy(), factor))
        blocks = photo.reshape(12 // factor, factor, 8 // factor, factor, 3)
        if yours.shape != (12 // factor, 8 // factor, 3) or yours.dtype != np.uint8:
            raise NotYet(
                f"A photo of 8 x 12 pixels, shrunk by {factor}, should be {8 // factor} x {12 // factor} uint8."
            )
        if np.abs(yours.astype(int) - np.rint(blocks.mean(axis=(1, 3))).astype(int)).max() > 0:
            raise NotYet(f"Shrunk by {factor}, the new pixels should be the means of the old ones, rounded.")
