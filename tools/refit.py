"""Fit calibration, gate and scores by place again behind a finished model's trunk, and measure the result.

    python tools/refit.py scratch --data data/catsdogs --out runs/scratch --seen other

A model that was trained before a gate was fitted for its network gets one in minutes, without training its trunk again.
"""

from __future__ import annotations

import argparse
import shutil
from pathlib import Path

import msgspec

from pawsight import zoo
from pawsight.data import Dataset, open_dataset
from pawsight.data.sources import NEITHER
from pawsight.evaluate.write import evaluate_into
from pawsight.model.card import ModelCard, read_card
from pawsight.recipes import Recipe
from pawsight.report import summarise
from pawsight.train.fit import HISTORY
from pawsight.train.networks import build
from pawsight.train.preflight import partial_folder
from pawsight.train.run import finish, publish


def recipe_of(card: ModelCard, model: str, data: Dataset, seen: set[str]) -> Recipe:
    """Return the model's recipe, beginning with the model itself, with the kinds that its trunk never saw.

    Args:
        card: the model's.
        model: its folder or name.
        data: the photos to fit on.
        seen: sources of photos of neither that the trunk was trained with.
    """
    kinds = {row.kind for row in data.rows if row.kind and row.kind != NEITHER}
    unseen = sorted(kind for kind in kinds if kind.split("/")[0] not in seen)
    return msgspec.structs.replace(msgspec.convert(card.recipe, Recipe), start=model, unseen=tuple(unseen))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("model", help="a model folder, or the name of a shipped model")
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--seen", nargs="*", default=[], help="sources of neither that the trunk was trained with")
    parser.add_argument("--split", default="validation", choices=["validation", "test"], help="what to measure on")
    given = parser.parse_args()
    source, data = zoo.find(given.model), open_dataset(given.data)
    card = read_card(source)
    recipe = recipe_of(card, given.model, data, set(given.seen))
    work = partial_folder(given.out)
    work.mkdir(parents=True)
    shutil.copy(source / HISTORY, work / HISTORY)
    folder = finish(build(recipe, data.classes), data, recipe, work, {"refit_of": card.version})
    metrics = evaluate_into(folder, data, given.split)
    publish(given.out)
    print(summarise(metrics))


if __name__ == "__main__":
    main()
