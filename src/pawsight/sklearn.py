"""A model as a scikit-learn classifier: `predict`, `predict_proba` and `classes_`, for pipelines and metrics.

    from pawsight.sklearn import PhotoClassifier

    PhotoClassifier("default").predict(["felix.jpg", "rex.jpg"])

scikit-learn's classifiers know no verdict: they name one class for each photo. Use `Classifier` where `both`, `neither`
and `unsure` matter. Needs scikit-learn, which the extras `learn` and `train` install.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from pawsight.classifier import Classifier
from pawsight.errors import BadData, BadPhotoInput
from pawsight.extras import needs_extra
from pawsight.photo_input import PhotoInput, is_one_photo
from pawsight.types import Floats

with needs_extra("learn"):
    from sklearn.base import BaseEstimator, ClassifierMixin

_LEAST = 1e-6  # scores are rounded to six places; a score of 0 or 1 would have no odds


class PhotoClassifier(ClassifierMixin, BaseEstimator):  # type: ignore[misc]  # scikit-learn has no types
    """A trained model behind scikit-learn's interface.

    Args:
        model: as in `Classifier.load`.
    """

    def __init__(self, model: str | Path = "default") -> None:
        self.model = model

    @property
    def classifier(self) -> Classifier:
        """The model, loaded when it is first used, and again when `set_params` has changed it."""
        loaded: tuple[str | Path, Classifier] | None = self.__dict__.get("_loaded")
        if loaded is None or loaded[0] != self.model:
            self._loaded = loaded = self.model, Classifier.load(self.model)
        return loaded[1]

    @property
    def classes_(self) -> npt.NDArray[np.str_]:
        """`(C,)` names of the classes, in the order of the columns of `predict_proba`."""
        return np.array(self.classifier.card.classes)

    def __sklearn_is_fitted__(self) -> bool:
        return True

    def fit(self, X: Iterable[PhotoInput], y: Iterable[str]) -> PhotoClassifier:  # noqa: N803  # scikit-learn's names
        """Check the labels and learn nothing: the model is trained already. `pawsight.learn` learns other classes.

        Raises:
            BadData: a label is no class of the model.
        """
        if not isinstance(y, Iterable) or isinstance(y, str):
            raise BadData("The labels are missing.", "Pass a list of class names, one for each photo.")
        classes = self.classes_.tolist()
        if unknown := [label for label in y if label not in classes]:
            raise BadData(f"The model has no class {unknown[0]!r}.", "Learn your own classes with pawsight.learn.")
        return self

    def predict(self, X: Iterable[PhotoInput]) -> npt.NDArray[np.str_]:  # noqa: N803
        """Name the class with the highest score: `(N,)` strings."""
        names: npt.NDArray[np.str_] = self.classes_[self.predict_proba(X).argmax(axis=1)]
        return names

    def predict_proba(self, X: Iterable[PhotoInput]) -> Floats:  # noqa: N803
        """Return the probability of each class, given that exactly one of them is in the photo.

        The model's own scores are independent of each other. Given that exactly one class is there, each has a share
        in proportion to its odds p / (1 - p).

        Returns:
            `(N, C)` float32; each row sums to 1.

        Raises:
            BadPhotoInput: `X` is one photo, or holds something that is none.
            ImageError: a photo can't be read.
        """
        if is_one_photo(X):
            raise BadPhotoInput(
                "scikit-learn's classifiers take many photos, but this is one.", "Pass a list: [photo]."
            )
        found: list[Any] = self.classifier.predict(X)
        scores = np.array([list(one.scores.values()) for one in found], np.float64).reshape(-1, len(self.classes_))
        odds = np.clip(scores, _LEAST, 1 - _LEAST)
        odds = odds / (1 - odds)
        return np.asarray(odds / odds.sum(axis=1, keepdims=True), np.float32)
