"""The linear head, trained on cached features: minutes of computing, and most of the accuracy."""

from __future__ import annotations

from pathlib import Path

import keras
import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss

from pawsight.data import Dataset
from pawsight.parallel import in_order
from pawsight.recipes import Recipe
from pawsight.train.feed import Feed, training_indices
from pawsight.train.fit import verbosity
from pawsight.train.frozen import Frozen
from pawsight.train.networks import Network
from pawsight.train.student import sample_photos
from pawsight.types import Floats

STRENGTHS = (0.01, 0.03, 0.1, 0.3)


def train_head(network: Network, data: Dataset, recipe: Recipe, folder: Path) -> None:
    """Fit one logistic regression a class on the trunk's pooled features, and set the head to them.

    The strength of the regularisation is chosen by log loss on validation. Features are kept in `folder`, so that a
    killed run does not compute them again.
    """
    sample = sample_photos(data, recipe, recipe.size)
    tensors = {"features": network.features}
    frozen = Frozen(network.trunk, tensors, sample, folder / "features.onnx", recipe.quantise)
    chosen = training_indices(data, recipe)
    views = [
        _features(frozen, Feed(data, chosen, recipe, epoch), folder / f"features-train-{number}.npy")
        for number, epoch in enumerate((None, *range(recipe.views - 1)))
    ]
    train = np.concatenate([features for features, _ in views])
    targets = np.concatenate([labels for _, labels in views])
    held_out = Feed(data, data.indices("validation"), recipe)
    validation, wanted = _features(frozen, held_out, folder / "features-validation.npy")
    fits = [_best_fit(train, targets[:, number], validation, wanted[:, number]) for number in range(targets.shape[1])]
    kernel = np.stack([fit.coef_[0] for fit in fits], axis=-1)
    network.head.set_weights([kernel[None, None], np.concatenate([fit.intercept_ for fit in fits])])


def _features(frozen: Frozen, feed: Feed, path: Path) -> tuple[Floats, Floats]:
    """Pooled features and targets, in the feed's order."""
    targets = np.concatenate([feed.targets(number) for number in range(len(feed))])
    if not path.exists():
        batches = in_order(lambda number: frozen(feed.pixels(number))["features"], range(len(feed)), 2, 4)
        bar = keras.utils.Progbar(len(feed), verbose=verbosity())
        features = []
        for number, batch in enumerate(batches, start=1):
            features.append(batch)
            bar.update(number)
        part = path.with_suffix(".part")
        with part.open("wb") as file:
            np.save(file, np.concatenate(features))
        part.replace(path)
    return np.load(path), targets


def _best_fit(train: Floats, target: Floats, validation: Floats, wanted: Floats) -> LogisticRegression:
    fits = [LogisticRegression(C=strength, max_iter=1000).fit(train, target) for strength in STRENGTHS]
    losses = [log_loss(wanted, fit.predict_proba(validation)[:, 1], labels=[0, 1]) for fit in fits]
    return fits[int(np.argmin(losses))]
