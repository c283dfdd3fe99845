"""A prepared set -> everything that is to be found in it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np

from pawsight.data.check.findings import Duplicates, Findings, LabelSuspect
from pawsight.data.check.odd import find_duplicates, find_imbalance, find_odd
from pawsight.data.check.shortcuts import find_shortcuts
from pawsight.data.check.survey import Engine, Watch, survey
from pawsight.data.check.suspects import Judgement, judge
from pawsight.data.manifest import BAD, Dataset, Row
from pawsight.data.tables import read_table
from pawsight.types import RejectedFile

LEAST_SCORE = 0.1
LEAST_NUMBER = 200
CONTRADICTED = 0.5  # of two copies under two labels, at least one is wrong: what is known before one looks

_TOO_FEW = "Labels were not judged: that takes two labels or more, with at least two different photos of each."


def check(data: Dataset, engine: Engine, model: str, watch: Watch = lambda parts, total: parts) -> Findings:
    """Check a prepared set.

    Args:
        data: the set.
        engine: runs a graph, of which only the features are used, so that it need not know the set's classes; see
            `pawsight.data.check.survey.survey`.
        model: what to call the graph.
        watch: wraps batches of photos on their way, for a progress bar; gets them and their number.

    Raises:
        BadData: the set's `bad.csv` is missing or damaged.
    """
    seen = survey(data.pixels, engine, watch)
    rows, copies = data.rows, find_duplicates(data.rows)
    judgement = judge(
        seen.features, [row.label for row in rows], [row.group for row in rows], [row.split == "test" for row in rows]
    )
    counts = dict(sorted(Counter(row.label for row in rows).items()))
    return Findings(
        data=str(data.folder),
        fingerprint=data.fingerprint,
        model=model,
        photos=len(rows),
        counts=counts,
        broken=list(read_table(data.folder / BAD, RejectedFile)),
        duplicates=copies,
        label_suspects=_suspects(rows, judgement, copies) if judgement else [],
        label_errors=judgement.errors if judgement else None,
        odd=find_odd(rows, seen),
        shortcuts=find_shortcuts(rows, seen),
        warnings=find_imbalance({name: counts[name] for name in data.classes}) + ([] if judgement else [_TOO_FEW]),
    )


def _suspects(rows: Sequence[Row], judgement: Judgement, copies: Sequence[Duplicates]) -> list[LabelSuspect]:
    """Return all photos of some suspicion, and no fewer than `LEAST_NUMBER` if there are so many, worst first."""
    contradicted = {photo.path for group in copies if group.contradictory for photo in group.photos}
    doubt = np.array([CONTRADICTED * (row.path in contradicted) for row in rows])
    wrong = 1 - (1 - judgement.wrong) * (1 - doubt)
    order = np.argsort(-wrong, kind="stable")
    number = max(LEAST_NUMBER, int((wrong >= LEAST_SCORE).sum()))
    return [
        LabelSuspect(
            rows[place].path, rows[place].label, str(judgement.suggested[place]), round(float(wrong[place]), 4)
        )
        for place in order[:number]
    ]
