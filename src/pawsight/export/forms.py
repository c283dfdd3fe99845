"""What a model can be exported to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

from pawsight.errors import BadSettings
from pawsight.model.card import Precision

To = Literal["onnx", "litert", "openvino", "keras", "savedmodel"]
TARGETS: tuple[To, ...] = get_args(To)
PRECISIONS: tuple[Precision, ...] = get_args(Precision)
_ENDINGS = {"onnx": ".onnx", "litert": ".tflite", "openvino": "-openvino", "keras": ".keras", "savedmodel": ""}


@dataclass(frozen=True)
class ExportFormat:
    """A format, and what numbers its weights are stored in."""

    to: To
    precision: Precision

    def filename(self, model: str) -> str:
        """Return what a model in this form is called, next to the others."""
        inner = "-savedmodel" if self.to == "savedmodel" else "" if self.to == "keras" else f"-{self.precision}"
        return f"{model}{inner}{_ENDINGS[self.to]}"


FORMS = (
    *(ExportFormat("onnx", precision) for precision in PRECISIONS),
    # Not in int8: with ranges that are measured at run time it is no faster than float32, and loses digits.
    ExportFormat("litert", "float32"),
    ExportFormat("litert", "float16"),
    ExportFormat("openvino", "float32"),
    ExportFormat("openvino", "int8"),
    ExportFormat("keras", "float32"),
    ExportFormat("savedmodel", "float32"),
)


def choose(to: To, precision: Precision | None, own: Precision) -> ExportFormat:
    """Say which form is meant.

    Args:
        precision: as asked for; where None, ONNX and OpenVINO are left as the model is, and others are float32.
        own: of the model.

    Raises:
        BadSettings: there is no such form.
    """
    form = ExportFormat(to, precision or (own if to in ("onnx", "openvino") else "float32"))
    if form not in FORMS:
        there = " or ".join(one.precision for one in FORMS if one.to == to)
        raise BadSettings(f"{to} is not written in {form.precision}.", f"Choose {there}, or another format.")
    return form
