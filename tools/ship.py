"""Put a trained model into the package, and its figures into `results/models.csv`.

    python tools/ship.py runs/lite0

The Keras file and the single predictions stay behind: they are large, and serving needs neither.
"""

from __future__ import annotations

import csv
import shutil
import sys
import time
from pathlib import Path
from statistics import median

import numpy as np

from pawsight import zoo
from pawsight.card import GRAPH, ModelCard, read_card, seal
from pawsight.classifier import Classifier

RESULTS = Path(__file__).parents[1] / "results" / "models.csv"
SHIPPED = (GRAPH, "metrics.json", "history.csv", "figures")
NUMBERS = ("accuracy", "macro_f1", "roc_auc", "log_loss", "calibration_error", "wrong_verdicts", "false_accepts")
RUNS = 200


def ship(run: Path) -> Path:
    """Copy what serving and reading need, and seal the copy."""
    card = read_card(run)
    target = zoo.FOLDER / card.name
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(parents=True)
    for name in SHIPPED:
        source = run / name
        (shutil.copytree if source.is_dir() else shutil.copy)(source, target / name)
    seal(card, target)
    return target


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


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: python tools/ship.py RUN")
    folder = ship(Path(sys.argv[1]))
    record(row(read_card(folder), folder))
    print(f"shipped {folder.name}; see {RESULTS.name}")
