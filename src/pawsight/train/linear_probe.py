"""The linear head, trained on cached features: minutes of computing, and most of the accuracy."""

from __future__ import annotations

import sys
from pathlib import Path

import keras
import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss

from pawsight.data import Dataset
from pawsight.parallel import in_order
from pawsight.recipes import Recipe
from pawsight.storage.atomic import replacing
from pawsight.train.balance import loss_weights
from pawsight.train.frozen_trunk import FrozenTrunk
from pawsight.train.loader import Indices, PhotoLoader
from pawsight.train.networks import Network
from pawsight.train.phase_model import sample_photos
from pawsight.train.preflight import training_indices
from pawsight.types import Floats

STRENGTHS = (0.01, 0.03, 0.1, 0.3)


def train_head(network: Network, data: Dataset, recipe: Recipe, folder: Path) -> None:
    """Fit one logistic regression a class on the trunk's pooled features, and set the head to them.

    The strength of the regularisation is chosen by log loss on validation. Features are kept in `folder`, so that a
    killed run does not compute them again.
    """
    sample = sample_photos(data, recipe, recipe.size)
    tensors = {"features": network.features}
    frozen = FrozenTrunk(network.trunk, tensors, sample, folder / "features.onnx", recipe.quantise)
    chosen = training_indices(data, recipe)
    feeds = [PhotoLoader(data, chosen, recipe, epoch) for epoch in (None, *range(recipe.views - 1))]
    views = [_features(frozen, feed, folder / f"features-train-{number}.npy") for number, feed in enumerate(feeds)]
    train = np.concatenate([features for features, _ in views])
    targets = np.concatenate([labels for _, labels in views])
    weights = _weights(data, chosen, recipe, feeds)
    held_out = PhotoLoader(data, data.indices("validation"), recipe)
    validation, wanted = _features(frozen, held_out, folder / "features-validation.npy")
    fits = [
        _best_fit(train, targets[:, number], weights, validation, wanted[:, number])
        for number in range(targets.shape[1])
    ]
    kernel = np.stack([fit.coef_[0] for fit in fits], axis=-1)
    network.head.set_weights([kernel[None, None], np.concatenate([fit.intercept_ for fit in fits])])


def _features(frozen: FrozenTrunk, feed: PhotoLoader, path: Path) -> tuple[Floats, Floats]:
    """Pooled features and targets, in the feed's order."""
    targets = np.concatenate([feed.targets(number) for number in range(len(feed))])
    if not path.exists():
        batches = in_order(lambda number: frozen(feed.pixels(number))["features"], range(len(feed)), 2, 4)
        bar = keras.utils.Progbar(len(feed), verbose=int(sys.stdout.isatty()))
        features = []
        for number, batch in enumerate(batches, start=1):
            features.append(batch)
            bar.update(number)
        with replacing(path) as part:
            np.save(part, np.concatenate(features))
    return np.load(path), targets


def _weights(data: Dataset, chosen: Indices, recipe: Recipe, feeds: list[PhotoLoader]) -> Floats | None:
    """Weights of the photos, in the order in which the feeds show them."""
    places = np.concatenate([feed.places(number) for feed in feeds for number in range(len(feed))])
    weights = loss_weights(data, chosen, recipe)
    return None if weights is None else weights[places]


def _best_fit(
    train: Floats, target: Floats, weights: Floats | None, validation: Floats, wanted: Floats
) -> LogisticRegression:
    fits = [LogisticRegression(C=strength, max_iter=1000).fit(train, target, weights) for strength in STRENGTHS]
    losses = [log_loss(wanted, fit.predict_proba(validation)[:, 1], labels=[0, 1]) for fit in fits]
    return fits[int(np.argmin(losses))]
