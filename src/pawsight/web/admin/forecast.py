"""A forecast as the page shows it, read from a file."""

from __future__ import annotations

import msgspec

from pawsight.model.forecast import MOST, Forecast, Range
from pawsight.web.ui.i18n import gettext as _
from pawsight.web.ui.i18n import number
from pawsight.web.ui.phrases import share


class ProjectForecast(Forecast, frozen=True, kw_only=True):
    """Content of `forecast.json`."""

    def advice(self, name: str) -> str:
        """Return how many more photos a class needs, in words."""
        more = self.classes[name].more
        if more is None:
            return _("enough to find 19 of 20")
        if more.middle > MOST:
            return _("more photos alone may not be enough to find 19 of 20")
        return _("about {count} more photos to find 19 of 20").format(count=number(float(f"{more.middle:.1g}")))


def read(data: bytes | None) -> ProjectForecast | None:
    """Read a forecast; None where there is none, or one of another version."""
    try:
        return msgspec.json.decode(data, type=ProjectForecast) if data else None
    except msgspec.MsgspecError:
        return None


def span(one: Range) -> str:
    """A range of shares: `97.6 % to 99.8 %`."""
    return _("{low} to {high}").format(low=share(one.low, 1), high=share(one.high, 1))
