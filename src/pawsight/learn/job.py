"""Forecasting and learning in a process of their own: `python -m pawsight.learn.job TASK FOLDER BASE NAME`.

FOLDER holds `photos/`, a folder per class, and gets `forecast.json`, `model/NAME/` and the job's own `job/`. The web
starts this: it must not load what learning needs.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import msgspec

from pawsight import private
from pawsight.jobs import Progress, working
from pawsight.learn import Forecast, forecast, learn

FORETELL, LEARN = "foretell", "learn"


def run(task: str, folder: Path, base: str, name: str) -> None:
    """Do one of the two.

    Args:
        task: `foretell` or `learn`.
        folder: as above.
        base: the model whose trunk is used.
        name: of the model to make.
    """
    with working(folder / "job", task) as progress:
        if task == FORETELL:
            _tell(forecast(folder / "photos", base=base, watch=progress), folder, progress)
        else:
            _learn(folder, base, name, progress)


def _learn(folder: Path, base: str, name: str, progress: Progress) -> None:
    """The old model stays until the new one is whole."""
    new = private.make_folder(folder / "new")
    try:
        told = lambda foretold: _tell(foretold, folder, progress)  # noqa: E731
        learn(folder / "photos", new / name, base=base, tell=told, watch=progress)
        shutil.rmtree(folder / "model", ignore_errors=True)
        new.rename(folder / "model")
    finally:
        shutil.rmtree(new, ignore_errors=True)


def _tell(foretold: Forecast, folder: Path, progress: Progress) -> None:
    progress.foretell(foretold.seconds)
    private.write(folder / "forecast.json", msgspec.json.encode(foretold))


if __name__ == "__main__":
    run(sys.argv[1], Path(sys.argv[2]), sys.argv[3], sys.argv[4])
