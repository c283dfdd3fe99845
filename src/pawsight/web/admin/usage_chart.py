"""Photos of each day -> bars, stacked by verdict."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta

from pawsight.archive.statistics import Day
from pawsight.web.ui import charts
from pawsight.web.ui.charts import Bar, Chart, Line
from pawsight.web.ui.i18n import gettext as _
from pawsight.web.ui.phrases import plain

COLOURS = 6  # of lines and bars in the style sheet
_GAP = 0.2  # of a day


def chart(used: Sequence[Day], span: int) -> Chart:
    """Draw the last days, today at the right; days without a photo are gaps.

    Args:
        used: days that had any.
        span: how many days to show.
    """
    today = datetime.now(UTC).date()
    first = today - timedelta(days=span - 1)
    marks = charts.steps(0, max(day.photos for day in used), most=4)
    marks = [mark for mark in marks if mark == int(mark)]
    x, y = charts.across(0, span), charts.upwards(0, marks[-1])
    names = verdicts(used)
    bars = [bar for day in used for bar in _stack(day, (day.date - first).days, names, x, y)]
    ticks = [
        charts.Tick(x(number + 0.5), f"{first + timedelta(days=number):%m-%d}") for number in range(span - 1, -1, -7)
    ]
    lines = [Line(words(name), [], joined=False) for name in names]
    return Chart(_("Photos a day"), _("day (UTC)"), _("photos"), ticks, charts.ticks(marks, y), lines, bars=bars)


def verdicts(used: Sequence[Day]) -> list[str]:
    """Verdicts in those days, as many as there are colours; the rest are one, called empty."""
    totals: dict[str, int] = {}
    for day in used:
        for name, number in day.verdicts.items():
            totals[name] = totals.get(name, 0) + number
    names = sorted(totals, key=lambda name: -totals[name])
    return names if len(names) <= COLOURS else [*names[: COLOURS - 1], ""]


def words(verdict: str) -> str:
    """A verdict as the admin pages call it."""
    known = {
        "both": _("both"),
        "neither": _("neither"),
        "unsure": _("not sure"),
        "unanswered": _("no prediction"),
        "": _("others"),
    }
    return known.get(verdict) or plain(verdict)


def _stack(day: Day, place: int, names: list[str], x: charts.Scale, y: charts.Scale) -> Iterator[Bar]:
    below = 0
    for colour, name in enumerate(names):
        number = day.verdicts.get(name, 0)
        if not name:
            number = sum(count for one, count in day.verdicts.items() if one not in names)
        if number:
            left, right = x(place + _GAP / 2), x(place + 1 - _GAP / 2)
            top, bottom = y(below + number), y(below)
            yield Bar(left, top, round(right - left, 2), round(bottom - top, 2), colour)
        below += number
