"""Pawsight tells cats from dogs in photos, with honest probabilities and a picture of where it looked.

    from pawsight import Classifier

    Classifier.load("default").predict(["felix.jpg"])

Importing the package imports nothing heavy; the public names are loaded when they are first used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pawsight.errors import PawsightError

if TYPE_CHECKING:
    from pawsight.classifier import Classifier, Prediction

__all__ = ["Classifier", "PawsightError", "Prediction", "__version__"]
__version__ = "0.1.0"


def __getattr__(name: str) -> Any:
    if name in {"Classifier", "Prediction"}:
        from pawsight import classifier

        return getattr(classifier, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
