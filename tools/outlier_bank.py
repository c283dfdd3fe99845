"""Write the bank of other things that comes with a model, see `pawsight.learn.outliers`.

    python tools/outlier_bank.py src/pawsight/zoo/lite0 other.zip creatures.zip near.zip kagglecatsanddogs_5340.zip

Each folder of photos in the sources is a kind. The model may know some of them: its own classes are other things to
anyone who learns tulips.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np

from pawsight.classifier import Classifier
from pawsight.data.layout import SourceFile, list_files
from pawsight.data.sources import name_sources, open_source
from pawsight.learn.outliers import FILE, no_outliers, pack
from pawsight.learn.photos import read_photos
from pawsight.model.card import read_card
from pawsight.model.seal import seal
from pawsight.types import LOCAL_LIMITS, no_progress

OF_A_KIND = 12


def draw(files: list[SourceFile], count: int) -> list[SourceFile]:
    """Draw files of each kind, the same ones every time."""
    kinds: dict[str | None, list[SourceFile]] = {}
    for place in np.random.default_rng(0).permutation(len(files)):
        kinds.setdefault(files[place].label, []).append(files[place])
    return [file for name, found in kinds.items() if name for file in found[:count]]


def write_bank(model: Path, sources: list[Path], of_a_kind: int = OF_A_KIND) -> str:
    """Write the bank into a model's folder, seal it, and return what was done, in one line."""
    classifier = Classifier.load(model, limits=LOCAL_LIMITS)
    features, kinds = [], []
    for name, path in name_sources(sources).items():
        with open_source(path) as opened:
            usable = [file for file in list_files(opened, name) if not file.clutter]
            seen = read_photos(draw(usable, of_a_kind), classifier, no_outliers(1), no_progress)
        features.append(seen.features)
        kinds += seen.labels
    content = pack(np.concatenate(features), kinds)
    (model / FILE).write_bytes(content)
    seal(read_card(model), model)
    return f"{len(kinds)} photos of {len(set(kinds))} kinds: {len(content):,} bytes."


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("model", type=Path)
    parser.add_argument("sources", nargs="+", type=Path)
    parser.add_argument("--of-a-kind", type=int, default=OF_A_KIND)
    given = parser.parse_args()
    print(write_bank(given.model, given.sources, given.of_a_kind))


if __name__ == "__main__":
    main()
