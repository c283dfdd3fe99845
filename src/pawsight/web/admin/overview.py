"""The first admin page: how much Pawsight is used, and whether its answers still look like those on test photos."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from flask import Blueprint, render_template

from pawsight.archive.entry import UNANSWERED, Filter
from pawsight.archive.statistics import Shift, shift
from pawsight.archive.store import Archive
from pawsight.model.card import ModelCard
from pawsight.web.admin import usage_chart
from pawsight.web.state import State, state
from pawsight.web.ui import model_metrics

overview = Blueprint("overview", __name__)

SHOWN = 30  # days
WEEK = 7
FEW = 100  # photos, under which a week tells little


@dataclass(frozen=True)
class Drift:
    """Compare this week's verdicts with those on the model's test photos.

    Attributes:
        model: that gave them.
        shift: how far they are apart.
        shares: verdict -> its share this week and on the test photos, 0..1.
        few: whether there are too few photos to tell much.
    """

    model: str
    shift: Shift
    shares: dict[str, tuple[float, float]]

    @property
    def few(self) -> bool:
        return self.shift.n < FEW


@overview.get("/")
def index() -> str:
    """Use by day, and drift."""
    shared = state()
    used = shared.archive.usage(SHOWN)
    return render_template(
        "admin/overview.html",
        used=used,
        span=SHOWN,
        total=shared.archive.find(size=1).total,
        chart=usage_chart.chart(used, SHOWN) if used else None,
        drift=drift(shared),
        card=shared.classifier.card,
    )


def drift(shared: State) -> Drift | None:
    """Compare the last week with the test split; None where there is nothing to compare."""
    card = shared.classifier.card
    model = model_metrics.serving(shared.settings.model, card)
    ours = _this_week(shared.archive, card)
    theirs = model.measured.verdicts if model.measured else {}
    if not ours or not sum(theirs.values()):
        return None
    seen = shift(ours, theirs)
    names = sorted({*ours, *theirs}, key=lambda name: -theirs.get(name, 0))
    shares = {name: (ours.get(name, 0) / seen.n, theirs.get(name, 0) / seen.reference_n) for name in names}
    return Drift(card.id, seen, shares)


def _this_week(archive: Archive, card: ModelCard) -> dict[str, int]:
    since = datetime.now(UTC) - timedelta(days=WEEK)
    counts = archive.verdicts(Filter(model=card.id, since=since))
    return {verdict: number for verdict, number in counts.items() if verdict != UNANSWERED}
