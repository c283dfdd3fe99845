"""A forecast in plain words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pawsight.foretold import MOST, ClassForecast, Forecast

SHOWN = 20


def tell(forecast: Forecast) -> str:
    """A forecast as lines of text; long lists are cut."""
    return "\n".join(_lines(forecast))


def _lines(forecast: Forecast) -> Iterator[str]:
    yield _looked(forecast)
    yield f"Learning will take about {_duration(forecast.seconds)}."
    low, high = forecast.accuracy.low, forecast.accuracy.high
    yield f"Expect it to tell {_percent(low)} to {_percent(high)} % of new photos like these right (95 % interval)."
    yield from (_class(name, one) for name, one in forecast.classes.items())
    if not forecast.neither:
        yield "No folder is called neither: whatever is none of these classes will often be taken for one of them."
    yield from _list(
        "Will be confused most",
        [f"{one.true} taken for {one.told}: {one.photos} of {one.of}" for one in forecast.confusions],
        shown=5,
    )
    yield from _list(
        "Look mislabelled (please check; the folder may be right)",
        [f"{one.path}: looks like {one.suggested} ({one.score:.2f})" for one in forecast.suspects],
    )
    yield from _list("Cannot be used", [f"{one.path}: {one.reason}" for one in forecast.bad])
    yield from _list("The same picture several times", [" = ".join(paths) for paths in forecast.twins])


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
