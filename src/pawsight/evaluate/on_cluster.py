"""Models on a split, computed on a Ray cluster: every machine reads the original files, by the same paths."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from pawsight.classifier import Classifier
from pawsight.cluster.connection import connected
from pawsight.cluster.shared_model import SharedModel, open_shared, share_model
from pawsight.data import Dataset
from pawsight.data.manifest import Excerpt
from pawsight.evaluate.run import Scored, answer
from pawsight.parallel import in_batches
from pawsight.types import LIMITS

BLOCK = 256  # photos of one task, which opens their zip again


@dataclass(frozen=True)
class ClusterEngine:
    """Computes an evaluation on the cluster that the variable `RAY_ADDRESS` names; see `evaluate_all`.

    Attributes:
        models: folders or files of the models, in the order of the classifiers.
    """

    models: Sequence[str | Path]

    def __call__(
        self, classifiers: Sequence[Classifier], data: Dataset, indices: Sequence[int]
    ) -> Iterator[list[Scored]]:
        """Yield for each photo what each model says.

        Raises:
            BadSettings: there is no cluster.
            BadData: a machine does not see the files that were prepared.
        """
        with connected() as cluster:
            models = [share_model(model) for model in self.models]
            for block in cluster.in_order(_answer_block, models, map(data.excerpt, in_batches(indices, BLOCK))):
                yield from block


def _answer_block(models: list[SharedModel], photos: Excerpt) -> list[list[Scored]]:
    """Answer for some photos, in a process of the cluster."""
    classifiers = [Classifier(*open_shared(model), LIMITS) for model in models]
    return [answer(classifiers, photo) for photo in photos.photos()]
