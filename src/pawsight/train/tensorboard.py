"""The curves of a training for TensorBoard, next to the CSV file that every run writes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pawsight.errors import MissingExtra
from pawsight.extras import install_hint

EXTRA = "tensorboard"


def check_tensorboard() -> None:
    """Make sure, before a training begins, that its curves can be written.

    Raises:
        MissingExtra: the package is not installed.
    """
    try:
        import tensorboard.summary  # noqa: F401
    except ModuleNotFoundError as error:
        raise MissingExtra(f"--tensorboard needs {error.name}, which is not installed.", install_hint(EXTRA)) from error


def write_scalars(folder: Path, epoch: int, row: dict[str, Any]) -> None:
    """Add an epoch's losses and accuracies to the event files in a folder.

    Args:
        folder: for TensorBoard's `--logdir`; made where it is missing.
        epoch: from 1, counted through all phases.
        row: name -> number; training and validation share a chart: `loss/train`, `loss/validation`.
    """
    from tensorboard.summary import Writer

    writer = Writer(str(folder))
    for name, value in row.items():
        if isinstance(value, float):
            chart, side = (name[4:], "validation") if name.startswith("val_") else (name, "train")
            writer.add_scalar(f"{chart}/{side}", value, epoch)
    writer.close()
