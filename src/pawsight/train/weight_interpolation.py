"""WiSE-FT: average the weights before and after fine-tuning.

Fine-tuning gains on photos like the ones it saw and loses on others; part of the way keeps both (Wortsman et al.,
Robust fine-tuning of zero-shot models, arXiv 2109.01903).
"""

from __future__ import annotations

import keras

from pawsight.data import Dataset
from pawsight.recipes import Recipe
from pawsight.train.checkpoint import Checkpoint
from pawsight.train.fit import validation_loss
from pawsight.train.phase_model import PhaseModel


def interpolate(
    model: keras.Model, phase_model: PhaseModel, data: Dataset, recipe: Recipe, checkpoint: Checkpoint
) -> dict[float, float]:
    """Set `model` to the blend of `start` and `best` weights that has the lowest validation loss.

    Args:
        model: the whole network; the phase's model shares its weights.
        phase_model: predicts for validation.
        data, recipe, checkpoint: of the training.

    Returns:
        share of the way -> validation loss, for the record.
    """
    checkpoint.load("start", model)
    start = model.get_weights()
    checkpoint.load("best", model)
    tuned = model.get_weights()

    def go(share: float) -> None:
        model.set_weights([(1 - share) * a + share * b for a, b in zip(start, tuned, strict=True)])

    losses = {}
    for share in recipe.blends:
        go(share)
        losses[share] = validation_loss(phase_model, data, recipe)
    go(min(losses, key=losses.__getitem__))
    return losses
