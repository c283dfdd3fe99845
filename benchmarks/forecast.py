"""Does the forecast of `pawsight learn` hold? From few photos of each class, what all of them will give.

    python benchmarks/forecast.py ../shared/data/other.zip

For each size, photos are drawn several times; a forecast made from them alone says which share of each class will be
found once the model has learned from all photos, and that is then measured, by cross-validation over all.
"""

from __future__ import annotations

import argparse
from collections import Counter
from pathlib import Path

import numpy as np

from pawsight import zoo
from pawsight.classifier import Classifier
from pawsight.data.layout import list_files
from pawsight.data.sources import open_source
from pawsight.learn.curve import learning_curve
from pawsight.learn.forecast import Forecast, make_forecast
from pawsight.learn.head import Indices
from pawsight.learn.outliers import FILE, unpack
from pawsight.learn.photos import LabeledPhotos, read_photos, usable
from pawsight.model.card import read_file
from pawsight.types import no_progress

SIZES = (12, 25, 50)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("source", type=Path, help="zip or folder with a folder of photos per class")
    parser.add_argument("--draws", type=int, default=6, help="of photos, at each size")
    given = parser.parse_args()
    with open_source(given.source) as source:
        classifier, folder = Classifier.load(), zoo.find("default")
        bank = unpack(read_file(folder, FILE, classifier.card))
        whole = read_photos(usable(list_files(source, given.source.name)), classifier, bank, no_progress)
    curve = learning_curve(whole, 0, no_progress)
    found = {name: 1 - curve.missed[name][-1] / curve.seen[name] for name in whole.classes}
    for size in SIZES:
        made = [forecast_of(whole, choose(whole, size, seed), seed) for seed in range(given.draws)]
        ranges = [(one.classes[name].found, found[name]) for one in made for name in whole.classes]
        right = sum(one.low <= share <= one.high for one, share in ranges)
        width = np.median([one.high - one.low for one, _ in ranges])
        print(f"{size} photos a class: {right} of {len(ranges)} ranges hold, median width {100 * width:.1f} points")


def choose(whole: LabeledPhotos, size: int, seed: int) -> Indices:
    """So many photos of each class, drawn."""
    labels, rng = np.array(whole.labels), np.random.default_rng(seed)
    return np.concatenate([rng.permutation(np.flatnonzero(labels == name))[:size] for name in np.unique(labels)])


def forecast_of(whole: LabeledPhotos, places: Indices, seed: int) -> Forecast:
    """What these photos say of all."""
    photos = [whole.photos[place] for place in places]
    part = LabeledPhotos(photos, whole.features[places], [], whole.seconds, whole.outliers)
    return make_forecast(part, learning_curve(part, seed, no_progress), Counter(whole.labels), seed)


if __name__ == "__main__":
    main()
