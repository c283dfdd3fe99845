"""What a model can be exported to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

from pawsight.card import Precision
from pawsight.errors import BadSettings

To = Literal["onnx", "litert", "keras", "savedmodel"]
TARGETS: tuple[To, ...] = get_args(To)
PRECISIONS: tuple[Precision, ...] = get_args(Precision)
_ENDINGS = {"onnx": ".onnx", "litert": ".tflite", "keras": ".keras", "savedmodel": ""}


@dataclass(frozen=True)
class Form:
    """A format, and what numbers its weights are stored in."""

    to: To
    precision: Precision

    def filename(self, model: str) -> str:
        """What a model in this form is called, next to the others."""
        inner = "-savedmodel" if self.to == "savedmodel" else "" if self.to == "keras" else f"-{self.precision}"
        return f"{model}{inner}{_ENDINGS[self.to]}"


FORMS = (
    *(Form("onnx", precision) for precision in PRECISIONS),
    *(Form("litert", precision) for precision in PRECISIONS),
    Form("keras", "float32"),
    Form("savedmodel", "float32"),
)


def choose(to: To, precision: Precision | None, own: Precision) -> Form:
    """Say which form is meant.

    Args:
        precision: as asked for; where None, ONNX is left as it is, and everything else is float32.
        own: of the model.

    Raises:
        BadSettings: there is no such form.
    """
    form = Form(to, precision or (own if to == "onnx" else "float32"))
    if form not in FORMS:
        raise BadSettings(
            f"Expected float32 for {to}, but received {form.precision}.",
            "float16 and int8 are there for onnx and litert.",
        )
    return form
