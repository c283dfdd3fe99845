"""Photos that go through the graph in batches have the predictions of photos that go one by one."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from pawsight.batch.graph_batches import classify_in_batches
from pawsight.batch.run import classify_one
from pawsight.classifier import Classifier
from pawsight.runtime import golden
from pawsight.zoo import names


@pytest.mark.parametrize("size", [1, 3, 16])
def test_predictions_and_errors_as_one_by_one(classifier: Classifier, photos: Path, size: int) -> None:
    (photos / "broken.jpg").write_bytes(b"no photo")
    paths = [*sorted(map(str, photos.iterdir())), str(photos / "missing.jpg"), str(photos / "cat.jpg")]
    results = list(classify_in_batches(classifier, paths, size))
    assert [one.path for one in results] == paths
    for one in results:
        alone, batched = classify_one(classifier, one.path).to_dict(), one.to_dict()
        assert (batched.pop("scores") or {}) == pytest.approx(alone.pop("scores") or {}, abs=2e-6)
        assert batched == alone


def test_only_errors(classifier: Classifier, tmp_path: Path) -> None:
    assert [one.error is not None for one in classify_in_batches(classifier, [str(tmp_path / "x.jpg")])] == [True]


@pytest.mark.long
@pytest.mark.parametrize("name", names())
def test_golden_pictures_of_shipped_models(name: str) -> None:
    """Their cards hold what the pictures got one by one; together they get the same, far within the tolerance."""
    model = Classifier.load(name)
    pictures = golden.fitted(model.card)
    together = [one.scores for one in model.predict_fitted(list(pictures))]
    alone = [model.predict_fitted([picture])[0].scores for picture in pictures]
    for one, other in zip(together, alone, strict=True):
        assert one == pytest.approx(other, abs=2e-6)
    assert np.abs(golden_scores(model) - scores(model, together)).max() <= model.card.golden.tolerance


def golden_scores(model: Classifier) -> np.ndarray:
    return scores(model, model.card.golden.scores)


def scores(model: Classifier, rows: list[dict[str, float]]) -> np.ndarray:
    return np.array([[row[name] for name in model.card.classes] for row in rows])
