"""Average the weights of several trainings of one recipe, and calibrate, export and measure the result.

    python tools/average.py runs/lite0-a runs/lite0-b --data data/catsdogs --out runs/lite0

Runs that start from the same weights and head end in one valley; their mean is often better than each (Wortsman et al.,
Model soups, arXiv 2203.05482), and costs nothing to serve.
"""

from __future__ import annotations

import argparse
import shutil
from pathlib import Path
from typing import Any

import keras
import msgspec
import numpy as np

from pawsight.data import open_dataset
from pawsight.evaluate.write import evaluate_into
from pawsight.model.card import ModelCard, read_card
from pawsight.recipes import Recipe
from pawsight.report import summarise
from pawsight.train.fit import HISTORY
from pawsight.train.networks import Network, build
from pawsight.train.run import finish, publish

Weights = dict[str, list[Any]]


def layer_weights(model: keras.Model) -> Weights:
    """Weights by the name of their layer, whether or not its trunk is a layer of its own."""
    found: Weights = {}
    for layer in model.layers:
        if isinstance(layer, keras.Model):
            found |= layer_weights(layer)
        elif layer.weights:
            found[layer.name] = layer.get_weights()
    return found


def uncalibrated(run: Path, card: ModelCard) -> Weights:
    """Return weights as they were trained, without the calibration of the head."""
    weights = layer_weights(keras.models.load_model(run / "model.keras"))
    scaling = card.recipe.get("scaling", {"slope": 1 / card.temperature, "bias": 0.0})
    kernel, bias = weights["head"]
    slope, shift = np.asarray(scaling["slope"]), np.asarray(scaling["bias"])
    weights["head"] = [kernel / slope, (bias - shift) / slope]
    return weights


def average(network: Network, runs: list[Weights]) -> None:
    """Set trunk and head to the mean of the runs."""
    for layer in (*network.trunk.layers, network.head):
        if layer.weights:
            layer.set_weights(
                [np.mean(parts, axis=0) for parts in zip(*(run[layer.name] for run in runs), strict=True)]
            )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("runs", nargs="+", type=Path)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    given = parser.parse_args()
    cards = [read_card(run) for run in given.runs]
    recipe, data = msgspec.convert(cards[0].recipe, Recipe), open_dataset(given.data)
    network = build(recipe, data.classes)
    average(network, [uncalibrated(run, card) for run, card in zip(given.runs, cards, strict=True)])
    work = given.out.with_name(f"{given.out.name}.partial")
    work.mkdir(parents=True)
    shutil.copy(given.runs[-1] / HISTORY, work / HISTORY)
    folder = finish(network, data, recipe, work, {"average_of": [card.version for card in cards]})
    metrics = evaluate_into(folder, data)
    publish(given.out)
    print(summarise(metrics))


if __name__ == "__main__":
    main()
