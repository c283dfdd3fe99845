"""Numbers on a drawing stand where they should."""

from __future__ import annotations

import pytest

from pawsight.estimates import NOT_MEASURED, Estimate
from pawsight.model.metrics import CalibrationBin
from pawsight.web.ui import charts
from pawsight.web.ui.model_metrics import Epoch

FLOOR, CEILING, FIRST, LAST = 254, 12, 52, 344


def epochs(*losses: float) -> list[Epoch]:
    return [Epoch("all", loss, loss / 2, 1 - loss, 1 - loss / 2) for loss in losses]


def test_a_roc_curve_goes_from_corner_to_corner() -> None:
    drawn = charts.roc({"cat": [(0, 0), (0, 1), (1, 1)]}, {"cat": "Katze"})
    (line,) = drawn.lines
    assert line.name == "Katze"
    assert line.points == [(FIRST, FLOOR), (FIRST, CEILING), (LAST, CEILING)]
    assert drawn.diagonal
    assert [tick.text for tick in drawn.x_ticks] == ["0.00", "0.25", "0.50", "0.75", "1.00"]


def test_calibration_points_with_whiskers_and_without() -> None:
    bins = [
        CalibrationBin(0, Estimate(0, 9, 0, 0.5)),
        CalibrationBin(0.5, NOT_MEASURED),
        CalibrationBin(1, Estimate(1, 9)),
    ]
    (line,) = charts.reliability(bins).lines
    assert line.points == [(FIRST, FLOOR), (LAST, CEILING)]
    assert line.whiskers == [(FIRST, FLOOR, (FLOOR + CEILING) / 2)]
    assert not line.joined


def test_history_runs_from_left_to_right() -> None:
    drawn = charts.losses(epochs(0.8, 0.4, 0.2))
    training, validation = drawn.lines
    across = [x for x, _ in training.points]
    assert across == sorted(across)
    assert training.points[0][1] < training.points[1][1] < training.points[2][1] < FLOOR  # down is more on a drawing
    assert validation.points[0] == (training.points[0][0], training.points[1][1])
    assert [tick.text for tick in drawn.x_ticks] == ["1", "2", "3"]
    assert drawn.y_ticks[0].text == "0.0"
    assert drawn.y_ticks[0].at == FLOOR


def test_one_epoch_and_a_training_that_broke_down() -> None:
    assert len(charts.accuracies(epochs(0.5)).lines[0].points) == 1
    assert [x for x, _ in charts.losses(epochs(0.5, float("nan"), float("inf"))).lines[0].points]
    assert charts.losses(epochs(float("nan"))).lines == []


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [
        (0, 1, [0, 0.2, 0.4, 0.6, 0.8, 1]),
        (0, 0.089, [0, 0.02, 0.04, 0.06, 0.08, 0.1]),
        (0.967, 0.993, [0.96, 0.97, 0.98, 0.99, 1.0]),
        (1, 50, [0, 10, 20, 30, 40, 50]),
        (0.5, 0.5, [0.5, 0.5000000002]),
    ],
)
def test_steps_are_round_and_span_the_values(low: float, high: float, expected: list[float]) -> None:
    assert charts.steps(low, high) == expected


@pytest.mark.parametrize("count", [1, 2, 7, 40, 137])
def test_epochs_are_whole_numbers_that_do_not_crowd(count: int) -> None:
    ticks = charts.losses(epochs(*[0.5] * count)).x_ticks
    assert ticks[0].text == "1"
    assert ticks[-1].text == str(count)
    assert len(ticks) <= 8
    assert all(float(tick.text).is_integer() for tick in ticks)


def test_a_matrix_has_its_shares_by_row() -> None:
    cells = charts.matrix([[90, 10, 0], [0, 0, 0], [1, 1, 2]])
    assert [(cell.row, cell.column, cell.count) for cell in cells][:4] == [(0, 0, 90), (0, 1, 10), (0, 2, 0), (1, 0, 0)]
    assert [cell.share for cell in cells] == [0.9, 0.1, 0, 0, 0, 0, 0.25, 0.25, 0.5]
    assert [cell.right for cell in cells] == [True, False, False, False, True, False, False, False, True]


def test_colour_grows_with_the_share_and_leaves_text_readable() -> None:
    inks = [charts.Cell(0, 0, 1, share / 100, True).ink for share in range(101)]
    assert inks == sorted(inks)
    assert inks[-1] == 1
    assert not [ink for ink in inks if 0.45 < ink < 0.87]
    assert charts.Cell(0, 0, 0, 0, True).ink == 0
