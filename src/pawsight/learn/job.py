"""Forecasting and learning in a process of their own: `python -m pawsight.learn.job TASK FOLDER BASE NAME`.

FOLDER holds `photos/`, a folder per class, and gets `forecast.json`, `model/NAME/` and the job's own `job/`. The web
starts this: it must not load what learning needs.
"""

from __future__ import annotations

import sys
from pathlib import Path

import msgspec

from pawsight.jobs import JobProgress, working
from pawsight.learn import Forecast, forecast, learn
from pawsight.storage import private
from pawsight.storage.atomic import replacing_folder

FORECAST, LEARN = "forecast", "learn"


def run(task: str, folder: Path, base: str, name: str) -> None:
    """Do one of the two.

    Args:
        task: `forecast` or `learn`.
        folder: as above.
        base: the model whose trunk is used.
        name: of the model to make.
    """
    with working(folder / "job", task) as progress:
        if task == FORECAST:
            _write_forecast(forecast(folder / "photos", base=base, watch=progress), folder, progress)
        else:
            _learn(folder, base, name, progress)


def _learn(folder: Path, base: str, name: str, progress: JobProgress) -> None:
    """Replace the model once the new one is complete."""
    with replacing_folder(folder / "model") as new:
        report = lambda made: _write_forecast(made, folder, progress)  # noqa: E731
        learn(folder / "photos", new / name, base=base, report=report, watch=progress)


def _write_forecast(made: Forecast, folder: Path, progress: JobProgress) -> None:
    progress.expect(made.seconds)
    private.write(folder / "forecast.json", msgspec.json.encode(made))


if __name__ == "__main__":
    run(sys.argv[1], Path(sys.argv[2]), sys.argv[3], sys.argv[4])
