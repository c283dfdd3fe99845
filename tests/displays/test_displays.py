"""Figures are checked by what they drew, not by pixels."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

from pawsight.displays import (
    CalibrationDisplay,
    ConfusionDisplay,
    HistoryDisplay,
    RateDisplay,
    RiskCoverageDisplay,
    RocDisplay,
    new_figure,
    to_svg,
)
from pawsight.estimates import Estimate
from pawsight.model.card import Thresholds

EYE = np.eye(2, dtype=np.float32)


def test_confusion_shows_counts_and_shares_row_by_row() -> None:
    _, (axes,) = new_figure()
    display = ConfusionDisplay([[90, 10], [5, 1195]], ["cat", "dog"]).plot(axes)
    assert [text.get_text() for text in display.texts_] == ["90\n90.0%", "10\n10.0%", "5\n0.4%", "1,195\n99.6%"]
    assert axes.get_xlabel() == "predicted"
    assert axes.get_ylabel() == "true"
    assert "1,300" in axes.get_title()
    assert [tick.get_text() for tick in axes.get_yticklabels()] == ["cat", "dog"]


def test_numbers_in_a_confusion_read_on_light_and_dark_ground() -> None:
    svg = to_svg("confusion", "Confusion matrix", ConfusionDisplay([[90, 10], [5, 95]], ["cat", "dog"]).plot)
    colours = re.findall(r'<text style="[^"]*?(?:fill: ([^;"]+))[^"]*"[^>]*>(\d+)</text>', svg)
    assert {number: colour for colour, number in colours} == {
        "90": "#ffffff",
        "95": "#ffffff",
        "10": "currentColor",
        "5": "currentColor",
    }


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


def test_a_long_history_has_few_numbers_below_and_no_line_of_nothing(tmp_path: Path) -> None:
    path = tmp_path / "history.csv"
    path.write_text("accuracy,loss,val_loss,val_accuracy\n" + ",0.4,0.5,0.7\n" * 64)
    _, (loss, accuracy) = new_figure(columns=2)
    display = HistoryDisplay.from_csv(path).plot(loss, accuracy)
    assert list(display.lines_) == ["loss", "val_loss", "val_accuracy"]
    assert len(loss.get_xticks()) < 15
    assert all(tick == int(tick) for tick in loss.get_xticks())


def test_calibration_has_a_point_for_each_bin() -> None:
    _, (axes,) = new_figure()
    scores = np.linspace(0.02, 0.98, 100, dtype=np.float32)[:, None]
    targets = (np.arange(100) % 2)[:, None].astype(np.float32)
    display = CalibrationDisplay.from_scores(targets, scores, bins=5).plot(axes)
    points = display.points_.lines[0]
    np.testing.assert_allclose(points.get_xdata(orig=False), scores.reshape(5, 20).mean(axis=1), atol=1e-6)
    np.testing.assert_allclose(points.get_ydata(orig=False), [0.5] * 5)
    assert len(display.points_.lines[2][0].get_segments()) == 5
    assert "100 scores" in axes.get_title()


def test_risk_grows_with_coverage_and_shows_where_the_model_stands() -> None:
    _, (axes,) = new_figure()
    scores = np.array([[0.99, 0.01], [0.02, 0.98], [0.2, 0.7], [0.6, 0.5]], dtype=np.float32)
    targets = np.array([[1, 0], [0, 1], [1, 0], [1, 0]], dtype=np.float32)
    display = RiskCoverageDisplay.from_scores(targets, scores, Thresholds(absent=0.3, present=0.7)).plot(axes)
    assert list(display.line_.get_xdata()) == [0.25, 0.5, 0.75, 1.0]
    np.testing.assert_allclose(display.line_.get_ydata(), [0, 0, 1 / 3, 2 / 4])
    assert display.chosen == pytest.approx((0.75, 1 / 3))
    assert [float(value[0]) for value in display.point_.get_data()] == pytest.approx([0.75, 1 / 3])


def test_risk_without_thresholds_marks_nothing() -> None:
    _, (axes,) = new_figure()
    display = RiskCoverageDisplay.from_scores(np.eye(2, dtype=np.float32), np.eye(2, dtype=np.float32)).plot(axes)
    assert display.point_ is None


def test_rates_stand_in_rows_with_their_intervals() -> None:
    _, (axes,) = new_figure()
    rates = {"dark": Estimate(0.9, 100, 0.83, 0.95), "small": Estimate(None, 0)}
    display = RateDisplay.from_rates(rates).plot(axes)
    assert [tick.get_text() for tick in axes.get_yticklabels()] == ["dark", "small"]
    np.testing.assert_allclose(display.rows_.lines[0].get_xdata(orig=False), [0.9, np.nan])
    np.testing.assert_allclose(display.rows_.lines[2][0].get_segments()[0][:, 0], [0.83, 0.95], atol=1e-6)
    assert axes.yaxis_inverted()


def test_a_figure_for_a_page_takes_the_colours_of_the_page() -> None:
    svg = to_svg("roc", "ROC of <cats>", RocDisplay(EYE, EYE, ["cat", "dog"]).plot)
    assert svg.startswith('<svg role="img" aria-label="ROC of &lt;cats>"')
    assert svg.endswith("</svg>")
    assert "currentColor" in svg
    assert "var(--series-0, " in svg
    assert "#010203" not in svg
    assert "#ffffff" not in svg
    assert ">recall</text>" in svg
    ids = re.findall(r'\bid="([^"]+)"', svg)
    assert len(ids) == len(set(ids))
    assert all(name.startswith("roc-") for name in ids)
    assert set(re.findall(r'(?:url\(|href=")#([^")]+)', svg)) <= set(ids)


def test_colours_outside_the_page_stay_as_they_were(tmp_path: Path) -> None:
    to_svg("roc", "ROC", RocDisplay(EYE, EYE, ["cat", "dog"]).plot)
    figure, _ = new_figure()
    figure.savefig(tmp_path / "figure.svg")
    assert "#010203" not in (tmp_path / "figure.svg").read_text()


@pytest.mark.parametrize("columns", [1, 2])
def test_a_figure_can_be_saved_as_svg(columns: int, tmp_path: Path) -> None:
    figure, axes = new_figure(columns)
    assert len(axes) == columns
    figure.savefig(tmp_path / "figure.svg")
    assert "<svg" in (tmp_path / "figure.svg").read_text()
