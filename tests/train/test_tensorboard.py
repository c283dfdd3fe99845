"""The curves stand in event files that TensorBoard reads."""

from __future__ import annotations

from pathlib import Path

import pytest

from pawsight.train.tensorboard import check_tensorboard, write_scalars

pytest.importorskip("tensorboard", reason="needs the extra tensorboard")


def test_tensorboard_reads_the_curves(tmp_path: Path) -> None:
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    check_tensorboard()
    for epoch in (1, 2):
        write_scalars(tmp_path / "runs", epoch, {"loss": 1.0 / epoch, "val_loss": 2.0 / epoch, "phase": "all"})
    found = EventAccumulator(str(tmp_path / "runs")).Reload()
    curves = {tag: found.Tensors(tag) for tag in found.Tags()["tensors"]} or {
        tag: found.Scalars(tag) for tag in found.Tags()["scalars"]
    }
    assert sorted(curves) == ["loss/train", "loss/validation"]
    assert [event.step for event in curves["loss/train"]] == [1, 2]
