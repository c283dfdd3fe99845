"""Numbers -> places on a drawing of 360 x 300; `templates/charts.html` writes it as SVG, the style sheet colours it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

from pawsight.model.metrics import CalibrationBin
from pawsight.web.ui.i18n import gettext as _
from pawsight.web.ui.i18n import number
from pawsight.web.ui.model_metrics import Epoch

LEFT, RIGHT, TOP, BOTTOM = 52, 344, 12, 254  # of the frame inside
READABLE = 10  # classes up to which a confusion matrix has room for its counts

Point = tuple[float, float]


@dataclass(frozen=True)
class Tick:
    """A mark on an axis: its place in the drawing, and its text."""

    at: float
    text: str


@dataclass(frozen=True)
class Line:
    """A line of points; `points` and `whiskers` (x, low, high) are places in the drawing."""

    name: str
    points: list[Point]
    whiskers: list[tuple[float, float, float]] = field(default_factory=list)
    joined: bool = True
    dots: bool = False


@dataclass(frozen=True)
class Bar:
    """A field of colour: its upper left corner, width and height in the drawing, and the line whose colour it has."""

    x: float
    y: float
    width: float
    height: float
    line: int


@dataclass(frozen=True)
class Chart:
    """Lines and bars in a frame.

    Attributes:
        name: what it shows, for those who cannot see it.
        x_label, y_label: of the axes.
        diagonal: whether to draw the line from (0, 0) to (1, 1).
    """

    name: str
    x_label: str
    y_label: str
    x_ticks: list[Tick]
    y_ticks: list[Tick]
    lines: list[Line]
    diagonal: bool = False
    bars: list[Bar] = field(default_factory=list)


@dataclass(frozen=True)
class Scale:
    """Values from `low` to `high` -> places from `start` to `end`."""

    low: float
    high: float
    start: float
    end: float

    def __call__(self, value: float) -> float:
        part = (value - self.low) / (self.high - self.low) if self.high > self.low else 0.5
        return round(self.start + part * (self.end - self.start), 2)


def across(low: float, high: float) -> Scale:
    return Scale(low, high, LEFT, RIGHT)


def upwards(low: float, high: float) -> Scale:
    return Scale(low, high, BOTTOM, TOP)


def steps(low: float, high: float, most: int = 5) -> list[float]:
    """Round values that span `low` to `high` in at most `most` steps of 1, 2, 2.5 or 5 times a power of ten."""
    rough = max(high - low, 1e-9) / most
    power = 10 ** math.floor(math.log10(rough))
    step = next(factor * power for factor in (1, 2, 2.5, 5, 10) if factor * power >= rough * 0.999)
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return [round(count * step, 10) for count in range(first, max(last, first + 1) + 1)]


def ticks(values: Sequence[float], scale: Scale) -> list[Tick]:
    digits = max(len(f"{value:.4f}".rstrip("0").partition(".")[2]) for value in values)
    return [Tick(scale(value), number(value, digits)) for value in values]


def _squared(name: str, x_label: str, y_label: str, lines: list[Line]) -> Chart:
    """A chart of two shares."""
    values = [0, 0.25, 0.5, 0.75, 1]
    x_ticks, y_ticks = ticks(values, across(0, 1)), ticks(values, upwards(0, 1))
    return Chart(name, x_label, y_label, x_ticks, y_ticks, lines, diagonal=True)


def roc(curves: dict[str, list[Point]], names: dict[str, str]) -> Chart:
    """Receiver operating characteristic, a curve a class.

    Args:
        curves: class -> (false positive rate, recall) from (0, 0) to (1, 1).
        names: class -> what to call it.
    """
    x, y = across(0, 1), upwards(0, 1)
    lines = [Line(names.get(name, name), [(x(a), y(b)) for a, b in points]) for name, points in curves.items()]
    return _squared(_("ROC curves"), _("share of other photos mistaken for it"), _("share of its photos found"), lines)


def reliability(bins: Sequence[CalibrationBin]) -> Chart:
    """Return a reliability diagram: mean scores against observed shares."""
    x, y = across(0, 1), upwards(0, 1)
    met = [one for one in bins if one.happened.value is not None]
    points = [(x(one.predicted), y(one.happened.value or 0)) for one in met]
    whiskers = [
        (x(one.predicted), y(one.happened.low), y(one.happened.high))
        for one in met
        if one.happened.low is not None and one.happened.high is not None
    ]
    line = Line(_("a group of scores, with its interval"), points, whiskers, joined=False, dots=True)
    return _squared(_("Calibration"), _("what scores say"), _("how often it was so"), [line])


def losses(history: Sequence[Epoch]) -> Chart:
    """Loss over the epochs."""
    pairs = {_("training"): [one.loss for one in history], _("validation"): [one.val_loss for one in history]}
    return _over_epochs(_("Loss over the epochs"), _("loss"), pairs, from_zero=True)


def accuracies(history: Sequence[Epoch]) -> Chart:
    """Accuracy over the epochs."""
    pairs = {_("training"): [one.accuracy for one in history], _("validation"): [one.val_accuracy for one in history]}
    return _over_epochs(_("Accuracy over the epochs"), _("accuracy"), pairs, from_zero=False)


def _over_epochs(name: str, y_label: str, series: dict[str, list[float]], *, from_zero: bool) -> Chart:
    """One line a series. Values that are not finite are left out, and so is a series that has no others."""
    series = {name: one for name, one in series.items() if any(map(math.isfinite, one))}
    values = [value for one in series.values() for value in one if math.isfinite(value)] or [0.0]
    marks = steps(0 if from_zero else min(values), max(values))
    count = max((len(one) for one in series.values()), default=1)
    x, y = across(0.5, count + 0.5), upwards(marks[0], marks[-1])
    epochs = sorted({round(value) for value in steps(1, count) if 1 <= value <= count} | {1, count})
    lines = [
        Line(title, [(x(at), y(value)) for at, value in enumerate(one, 1) if math.isfinite(value)], dots=count <= 40)
        for title, one in series.items()
    ]
    return Chart(name, _("epoch"), y_label, ticks(epochs, x), ticks(marks, y), lines)


@dataclass(frozen=True)
class Cell:
    """One field of a confusion matrix: its place, its photos, their share of the row 0..1, and whether it is right."""

    row: int
    column: int
    count: int
    share: float
    right: bool

    @property
    def ink(self) -> float:
        """How much colour, 0..1; with a gap in the middle, where neither dark nor light text could be read."""
        if not self.count:
            return 0
        return round(0.08 + 0.36 * self.share * 2 if self.share < 0.5 else 0.88 + 0.24 * (self.share - 0.5), 3)


def matrix(confusion: Sequence[Sequence[int]]) -> list[Cell]:
    """The fields of a confusion matrix, row by row."""
    return [
        Cell(row, column, count, count / max(sum(counts), 1), row == column)
        for row, counts in enumerate(confusion)
        for column, count in enumerate(counts)
    ]
