"""The survey that `pawsight data check` makes of a whole set, computed on a Ray cluster.

The prepared photos travel to the machines, so that these need to see no file of the set.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable
from pathlib import Path

from pawsight.cluster.connection import connected
from pawsight.cluster.shared_model import SharedModel, open_shared, share_model
from pawsight.data.check.survey import Part, examine
from pawsight.types import Pixels


def examine_on_cluster(model: str | Path, batches: Iterable[Pixels]) -> Generator[Part, None, None]:
    """Look at batches on the cluster that the variable `RAY_ADDRESS` names; see `pawsight.data.check.survey.examine`.

    Args:
        model: as `Classifier.load` takes it.
        batches: `(n, S, S, 3)` uint8 each; taken as they are needed.

    Raises:
        BadSettings: there is no cluster.
        ClusterTaskFailed: the cluster lost photos again and again.
    """
    with connected() as cluster:
        yield from cluster.in_order(_examine, share_model(model), batches)


def _examine(model: SharedModel, photos: Pixels) -> Part:
    card, session = open_shared(model)
    return examine(session, card.input.size, photos)
