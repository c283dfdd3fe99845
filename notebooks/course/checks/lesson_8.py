"""Exercises of lesson 8: int8, a scale for each output, and the loss of a student."""

from __future__ import annotations

from typing import Any

import numpy as np

from course.exercises import NotYet


def check_1(given: dict[str, Any]) -> None:
    """The largest value becomes 127, and nothing is off by more than half a step."""
    values = np.random.default_rng(0).normal(0, 0.02, (8, 5))
    whole, scale = given["quantize"](values.copy())
    if np.asarray(whole).dtype != np.int8:
        raise NotYet(f"The first result should be int8; yours is {np.asarray(whole).dtype}.")
    error = float(np.abs(whole * float(scale) - values).max())
    if not np.isclose(scale, np.abs(values).max() / 127) or error > scale / 2 + 1e-9:
        raise NotYet(f"Values up to {np.abs(values).max():.4f} came back with errors up to {error:.4f}.")
    whole, scale = given["quantize"](np.zeros(3))
    if np.any(whole) or scale != 1:
        raise NotYet("Where all values are 0, all should stay 0, and the scale should be 1.")


def check_2(given: dict[str, Any]) -> None:
    """Small rows are as exact as large ones."""
    weights = np.random.default_rng(0).normal(size=(4, 50)) * np.array([[1.0], [0.1], [0.001], [0.0]])
    whole, scales = given["quantize_rows"](weights.copy())
    if np.asarray(scales).shape != (4, 1):
        raise NotYet(f"There should be one scale for each row, (4, 1); yours are {np.asarray(scales).shape}.")
    for row in range(3):
        largest = np.abs(weights[row]).max()
        error = np.abs(whole[row] * scales[row] - weights[row]).max() / largest
        if not error < 0.005:
            raise NotYet(f"Row {row}, with values up to {largest:.4f}, is off by up to {error:.0%} of that.")
    if np.any(whole[3]) or not np.all(np.isfinite(scales)):
        raise NotYet("A row of zeros should stay a row of zeros, with a finite scale.")


def check_3(given: dict[str, Any]) -> None:
    """The loss is lowest where the student agrees with the teacher."""
    scores = np.array([0.93, 0.6, 0.2])
    same = np.log(scores / (1 - scores))
    expected = float(-np.mean(scores * np.log(scores) + (1 - scores) * np.log(1 - scores)))
    yours = float(given["distillation_loss"](same, scores))
    if not np.isclose(yours, expected):
        raise NotYet(f"A student who agrees with {scores.tolist()} has a loss of {expected:.4f}; yours is {yours:.4f}.")
    if not given["distillation_loss"](same * 3, scores) > yours:
        raise NotYet("A student who is surer than the teacher should have a higher loss.")
