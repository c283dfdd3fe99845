"""Put a trained model into the package, and its figures into `results/models.csv`.

    python tools/ship.py runs/tiny --data data/catsdogs
    python tools/ship.py runs/lite0 --data data/catsdogs --outliers other.zip creatures.zip near.zip drawn.zip

It is measured on the test split, and the reference that `pawsight sort` compares folders with is made again. The Keras
file and the single predictions stay behind: they are large, and serving needs neither. The default model brings the
bank of other things that `pawsight learn` refuses by; its features belong to the trunk, so it is made again, too.
"""

from __future__ import annotations

import argparse
import csv
import shutil
import time
from pathlib import Path
from statistics import median

import msgspec
import numpy as np
from outlier_bank import write_bank

from pawsight import zoo
from pawsight.batch.distribution_shift import REFERENCE, add_reference
from pawsight.classifier import Classifier
from pawsight.data import Dataset, open_dataset
from pawsight.evaluate.write import evaluate_into
from pawsight.model.card import GRAPH, ModelCard, read_card
from pawsight.model.refusal import FILE
from pawsight.model.seal import seal

RESULTS = Path(__file__).parents[1] / "results" / "models.csv"
SHIPPED = (GRAPH, "metrics.json", "history.csv", "figures")
OPTIONAL = (FILE, REFERENCE)
NUMBERS = (
    *("accuracy", "macro_f1", "roc_auc", "log_loss", "calibration_error", "wrong_verdicts", "false_accepts"),
    *("false_accepts_new_kinds", "false_accepts_seen_kinds"),
)
RUNS = 200


def ship(run: Path) -> Path:
    """Copy what serving and reading need, and seal the copy."""
    card = read_card(run)
    card = msgspec.structs.replace(card, name=card.recipe["name"])  # a run is called like its folder
    target = zoo.FOLDER / card.name
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(parents=True)
    for name in [*SHIPPED, *(name for name in OPTIONAL if (run / name).exists())]:
        source = run / name
        (shutil.copytree if source.is_dir() else shutil.copy)(source, target / name)
    seal(card, target)
    return target


def measure(folder: Path, data: Dataset) -> None:
    """Put the figures of the test split into a shipped model, and its reference."""
    evaluate_into(folder, data, "test")
    (folder / "predictions.npz").unlink()
    add_reference(folder, data)


def milliseconds(model: Path) -> float:
    """Median time of the graph for one photo on one thread of this machine."""
    classifier = Classifier.load(model)
    size = classifier.card.input.size
    photo = np.random.default_rng(0).integers(0, 256, (1, size, size, 3), dtype=np.uint8)
    times = []
    for _ in range(RUNS):
        start = time.perf_counter()
        classifier.session.run(photo)
        times.append(time.perf_counter() - start)
    return median(times) * 1000


def row(card: ModelCard, model: Path) -> dict[str, object]:
    """One line of the results; the same columns for every model."""
    line: dict[str, object] = {"model": card.name, "version": card.version, "precision": card.precision}
    line |= {"split": "test", "data": card.data.fingerprint[:12] if card.data else ""}
    for name in NUMBERS:
        metric = card.metrics.get(name)
        for part in ("value", "low", "high", "n"):
            value = getattr(metric, part, None)
            line[name if part == "value" else f"{name}_{part}"] = "" if value is None else f"{value:.6g}"
    size = (model / GRAPH).stat().st_size
    return line | {"bytes": size, "milliseconds_one_thread": f"{milliseconds(model):.2f}"}


def record(line: dict[str, object]) -> None:
    """Write a model's line, in place of an older one of the same model."""
    old: list[dict[str, str]] = []
    if RESULTS.exists():
        with RESULTS.open(newline="") as file:
            old = [entry for entry in csv.DictReader(file) if entry["model"] != line["model"]]
    with RESULTS.open("w", newline="") as file:
        writer = csv.DictWriter(file, line, lineterminator="\n")
        writer.writeheader()
        writer.writerows([*old, line])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("run", type=Path, help="model folder that `pawsight train` wrote")
    parser.add_argument("--data", type=Path, required=True, help="what `pawsight data prepare` wrote")
    parser.add_argument("--outliers", type=Path, nargs="+", help="photos of other things, a folder a kind")
    given = parser.parse_args()
    card = read_card(given.run)
    if card.name == zoo.DEFAULT and not given.outliers:
        parser.error("The default model needs --outliers: `pawsight learn` refuses other things by them.")
    folder = ship(given.run)
    measure(folder, open_dataset(given.data))
    if given.outliers:
        print(write_bank(folder, given.outliers))
    record(row(read_card(folder), folder))
    print(f"shipped {folder.name}; see {RESULTS.name}")


if __name__ == "__main__":
    main()
