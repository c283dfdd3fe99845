"""Figures are checked by what they drew, not by pixels."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from pawsight.displays import ConfusionDisplay, HistoryDisplay, RocDisplay, new_figure


def test_confusion_shows_counts_and_shares_row_by_row() -> None:
    _, (axes,) = new_figure()
    display = ConfusionDisplay([[90, 10], [5, 1195]], ["cat", "dog"]).plot(axes)
    assert [text.get_text() for text in display.texts_] == ["90\n90.0%", "10\n10.0%", "5\n0.4%", "1,195\n99.6%"]
    assert axes.get_xlabel() == "told"
    assert axes.get_ylabel() == "true"
    assert "1,300" in axes.get_title()
    assert [tick.get_text() for tick in axes.get_yticklabels()] == ["cat", "dog"]


def test_roc_draws_a_curve_for_each_class_that_can_have_one() -> None:
    _, (axes,) = new_figure()
    targets = np.array([[1, 0, 0], [1, 0, 0], [0, 1, 0]], dtype=np.float32)
    scores = np.array([[0.9, 0.2, 0.1], [0.8, 0.3, 0.1], [0.1, 0.9, 0.1]], dtype=np.float32)
    display = RocDisplay(targets, scores, ["cat", "dog", "panda"]).plot(axes)
    assert set(display.lines_) == {"cat", "dog"}
    assert display.lines_["cat"].get_label() == "cat (AUC 1.0000)"


def test_history_draws_what_the_file_says(tmp_path: Path) -> None:
    path = tmp_path / "history.csv"
    path.write_text("phase,epoch,accuracy,loss,val_loss,val_accuracy\nall,0,0.5,0.7,0.69,0.5\nall,1,0.8,0.4,0.5,0.7\n")
    _, (loss, accuracy) = new_figure(columns=2)
    display = HistoryDisplay.from_csv(path).plot(loss, accuracy)
    assert list(display.lines_["val_loss"].get_ydata()) == [0.69, 0.5]
    assert list(display.lines_["accuracy"].get_ydata()) == [0.5, 0.8]
    assert loss.get_ylabel() == "loss"


@pytest.mark.parametrize("columns", [1, 2])
def test_a_figure_can_be_saved_as_svg(columns: int, tmp_path: Path) -> None:
    figure, axes = new_figure(columns)
    assert len(axes) == columns
    figure.savefig(tmp_path / "figure.svg")
    assert "<svg" in (tmp_path / "figure.svg").read_text()
