"""Exercises of lesson 2: loss, a training loop, and two planted bugs."""

from __future__ import annotations

from typing import Any

import numpy as np

from course.exercises import NotYet

GUESSING = float(np.log(2))


def check_1(given: dict[str, Any]) -> None:
    """The loss is right for small logits and finite for large ones."""
    z, truth = np.array([0.0, 2.0, -3.0]), np.array([1.0, 0.0, 1.0])
    expected = float(np.mean(-np.log([0.5, 1 - 1 / (1 + np.exp(-2.0)), 1 / (1 + np.exp(3.0))])))
    if not np.isclose(given["loss_from_logit"](z, truth), expected):
        raise NotYet(f"For z = {z.tolist()} and truth = {truth.tolist()} the loss should be {expected:.4f}.")
    with np.errstate(all="ignore"):
        large = given["loss_from_logit"](np.array([1000.0, -1000.0]), np.array([1.0, 1.0]))
    if not np.isclose(large, 500.0):
        raise NotYet(f"For z = [1000, -1000] and truth = [1, 1] the loss should be 500; yours is {large}.")


def _neuron(x: Any, truth: Any, rate: float, batch: int, epochs: int) -> tuple[float, float]:
    w = b = 0.0
    for _ in range(epochs):
        for start in range(0, len(x), batch):
            some, wanted = x[start : start + batch], truth[start : start + batch]
            error = 1 / (1 + np.exp(-(w * some + b))) - wanted
            w, b = w - rate * float(np.mean(error * some)), b - rate * float(np.mean(error))
    return w, b


def check_2(given: dict[str, Any]) -> None:
    """The loop ends where it should, also with a last batch that is smaller."""
    rng = np.random.default_rng(1)
    x = rng.normal(size=10)
    truth = (x + rng.normal(size=10) > 0).astype(float)
    for batch in (10, 5, 3):
        expected = _neuron(x, truth, 0.5, batch, 7)
        yours = given["train"](x, truth, 0.5, batch, 7)
        if not np.allclose(yours, expected):
            named = ", ".join(f"{value:.4f}" for value in yours)
            raise NotYet(
                f"With batches of {batch}, (w, b) should be ({expected[0]:.4f}, {expected[1]:.4f}), not ({named})."
            )


def check_3(given: dict[str, Any]) -> None:
    """Every photo keeps its label, and the order is random."""
    photos, labels = np.arange(200, dtype=float), (np.arange(200) >= 100).astype(float)
    mixed, theirs = given["shuffle"](photos, labels, 0)
    if not np.array_equal(np.sort(mixed), photos):
        raise NotYet("Every photo should be there exactly once.")
    if np.array_equal(mixed, photos):
        raise NotYet("The photos should come in another order.")
    if not np.array_equal(theirs, labels[mixed.astype(int)]):
        x = (mixed - 100) / 50
        w, b = _neuron(x, theirs, 0.5, 32, 20)
        right = np.mean((w * x + b > 0) == theirs)
        raise NotYet(f"A neuron trained on your shuffled examples is right for {right:.0%} of them; 100% is possible.")


def check_4(given: dict[str, Any]) -> None:
    """The loss before training is that of a network that knows nothing, and the layers are the same."""
    import keras

    keras.utils.set_random_seed(0)
    network = given["make"]()
    if [network.get_layer(name).count_params() for name in ("conv", "head")] != [448, 28802]:
        raise NotYet("The layers conv and head should stay as they were.")
    rng = np.random.default_rng(0)
    photos = rng.integers(0, 256, (64, 32, 32, 3)).astype(np.float32)
    logits, truth = np.asarray(network(photos)), rng.integers(0, 2, (64, 2))
    loss = float(np.mean(np.logaddexp(0, logits) - truth * logits))
    if abs(loss - GUESSING) > 0.15:
        raise NotYet(f"The loss before training is {loss:.2f}; it should be near {GUESSING:.3f}.")
