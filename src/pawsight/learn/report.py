"""A forecast in plain words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pawsight.estimates import Estimate
from pawsight.learn.photos import ENOUGH, LEAST
from pawsight.model.forecast import MOST, ClassForecast, Forecast
from pawsight.text import printable

SHOWN = 20


def describe_forecast(forecast: Forecast) -> str:
    """A forecast as lines of text; long lists are cut."""
    return "\n".join(map(printable, _lines(forecast)))


def _lines(forecast: Forecast) -> Iterator[str]:
    yield _looked(forecast)
    yield f"Learning will take about {_duration(forecast.seconds)}."
    low, high = forecast.accuracy.low, forecast.accuracy.high
    expected = f"{_percent(low)} to {_percent(high)} %"
    yield f"Expect {expected} of new photos like these to be predicted correctly (95 % interval)."
    yield from (_class(name, one) for name, one in forecast.classes.items())
    yield from _verdicts(forecast)
    yield from _warnings(forecast)
    yield from _list(
        "Will be confused most",
        [f"{one.true} taken for {one.predicted}: {one.photos} of {one.of}" for one in forecast.confusions],
        shown=5,
    )
    yield from _list(
        "Possibly mislabeled (please check; the folder may be right)",
        [f"{one.path}: looks like {one.suggested} ({one.score:.2f})" for one in forecast.suspects],
    )
    yield from _list("Cannot be used", [f"{one.path}: {one.reason}" for one in forecast.bad])
    yield from _list("Copies of one picture", [" = ".join(paths) for paths in forecast.twins])


def explain_difference(forecast: Forecast) -> str:
    """Say why the measured figures are not those of the forecast, where both are printed."""
    files = "these photos" if forecast.looked == forecast.files else f"{forecast.looked:,} of the files"
    return (
        f"The forecast was a quick look at {files} with one setting for all; for these figures settings were compared, "
        "and the best chosen. Where the two differ, also in how many photos are left to you, these figures hold."
    )


def _verdicts(forecast: Forecast) -> Iterator[str]:
    if forecast.unsure.value is not None:
        yield f"Of photos like these, {_rate(forecast.unsure)} will be left to you (unsure)."
        yield f"Taken for none of the classes, and refused: {_rate(forecast.refused)}."
    if forecast.false_accepts.value is not None:
        yield f"Of other things, of kinds never seen, {_rate(forecast.false_accepts)} are taken for a class."
    elif not forecast.neither:
        yield "No folder is called neither: other things will often be taken for one of the classes."


def _warnings(forecast: Forecast) -> Iterator[str]:
    if forecast.left_out:
        left = ", ".join(f"{name} ({photos})" for name, photos in forecast.left_out.items())
        yield f"Left out, because a class needs at least {LEAST} different photos: {left}."
    if few := [f"{name} ({one.photos})" for name, one in forecast.classes.items() if one.photos < ENOUGH]:
        yield f"Fewer than {ENOUGH} photos: {', '.join(few)}. So few photos show little; scores stay low."
    if forecast.exclusive and forecast.in_several:
        yield (
            f"{forecast.in_several:,} pictures lie in the folders of several classes. Where a photo may show several, "
            "learn with --together; otherwise one of these folders is wrong."
        )
    if not forecast.exclusive and not forecast.in_several:
        yield "No picture lies in several folders: what photos of several classes look like cannot be learned."


def _rate(one: Estimate) -> str:
    return f"{_percent(one.value or 0)} % ({_percent(one.low or 0)}-{_percent(one.high or 0)}, n = {one.n:,})"


def _looked(forecast: Forecast) -> str:
    seen = "all" if forecast.looked == forecast.files else f"{forecast.looked:,} of"
    none = f", and {forecast.neither:,} files of neither" if forecast.neither else ""
    return f"Looked at {seen} {forecast.files:,} files: {len(forecast.classes)} classes{none}."


def _class(name: str, one: ClassForecast) -> str:
    found = f"  {name}: {one.photos:,} files; expect {_percent(one.found.low)} to {_percent(one.found.high)} % found"
    return f"{found}; {_more(one)}"


def _more(one: ClassForecast) -> str:
    if one.more is None:
        return "enough for 19 of 20"
    if one.more.low > MOST:
        return "more photos alone will not bring 19 of 20"
    if one.more.middle > MOST:
        best = f"{_rounded(one.more.low)} more photos" if one.more.low >= 1 else "none"
        return f"19 of 20 may be out of reach; at best it takes {best}"
    high = f"to {_rounded(one.more.high)}" if one.more.high <= MOST else "to out of reach"
    return f"for 19 of 20 add about {_rounded(one.more.middle)} photos (from {_rounded(one.more.low)} {high})"


def _rounded(number: float) -> str:
    """To one digit that counts: the rest would be made up."""
    return f"{float(f'{number:.1g}'):,.0f}"


def _percent(share: float) -> str:
    return f"{100 * share:.1f}".removesuffix(".0")


def _duration(seconds: float) -> str:
    if seconds < 90:
        return f"{max(1, round(seconds))} s"
    minutes = seconds / 60
    return f"{minutes:.0f} minutes" if minutes < 90 else f"{minutes / 60:.1f} hours"


def _list(title: str, lines: Sequence[str], shown: int = SHOWN) -> Iterator[str]:
    if not lines:
        return
    yield f"{title}:"
    yield from (f"  {line}" for line in lines[:shown])
    if len(lines) > shown:
        yield f"  ... and {len(lines) - shown:,} more"
