"""Pawsight tells cats from dogs in photos, with calibrated probabilities and a heat map of where it looked.

    from pawsight import Classifier

    Classifier.load("default").predict(["felix.jpg"])

Importing the package imports nothing heavy; the public names are loaded when they are first used.
"""

from __future__ import annotations

import os
from importlib import import_module
from typing import TYPE_CHECKING, Any

from pawsight.errors import PawsightError

if TYPE_CHECKING:
    from pawsight.classifier import Classifier, Prediction
    from pawsight.python_api import (
        evaluate_model,
        export_model,
        forecast_classes,
        learn_classes,
        prepare_data,
        train_model,
    )

__all__ = [
    "Classifier",
    "PawsightError",
    "Prediction",
    "__version__",
    "evaluate_model",
    "export_model",
    "forecast_classes",
    "learn_classes",
    "prepare_data",
    "train_model",
]
__version__ = "0.2.0"

# ONNX Runtime, from 1.29 on, else writes an identifier into the user's home and tells its maker about every model that
# is loaded. It reads this when it is imported, and no module of ours is imported before this one.
os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    module = "classifier" if name in {"Classifier", "Prediction"} else "python_api"
    return getattr(import_module(f"pawsight.{module}"), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
