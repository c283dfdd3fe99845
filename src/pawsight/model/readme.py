"""A model folder's `README.md`: what the card says, for people and for the Hugging Face Hub.

The Hub reads the block of YAML at the top (https://huggingface.co/docs/hub/model-cards). Everything else is the card's
content in sentences and tables; nothing stands here that the card doesn't hold.
"""

from __future__ import annotations

import msgspec

from pawsight.estimates import Estimate
from pawsight.model.card import ModelCard

README = "README.md"

_NAMES = {
    "accuracy": "Accuracy",
    "macro_f1": "F1, mean of the classes",
    "roc_auc": "ROC-AUC",
    "log_loss": "Log loss",
    "calibration_error": "Calibration error",
    "wrong_verdicts": "Wrong verdicts among those given",
    "false_accepts": "False accepts (photos of something else taken for a class), of kinds like those of training",
    "false_accepts_new_kinds": "False accepts, of kinds that no part of the model saw",
    "both_found": "Both found, in made-up pictures of two classes",
    "pairs_called_both": "Made-up pictures of one class twice that are called both",
    "singles_called_both": "Photos of one class that are called both",
    "false_accepts_seen_kinds": "False accepts, of kinds that the network saw and the gate did not",
}


def render(card: ModelCard) -> str:
    """Write the model card of a folder as Markdown.

    Args:
        card: of the folder; its hashes aren't needed.
    """
    parts = [
        _front_matter(card),
        f"# {card.name}\n",
        f"Tells {_listed(card.classes)} in photos, as version {card.version} of {card.date}. "
        f"{_what_photos_show(card)}\n",
        _usage(card),
        _input(card),
        _figures(card),
        _origin(card),
    ]
    return "\n".join(part for part in parts if part)


def _front_matter(card: ModelCard) -> str:
    """The YAML block; JSON is YAML, so its values need no escaping of their own."""
    fields: dict[str, object] = {
        "library_name": "pawsight",
        "pipeline_tag": "image-classification",
        "tags": ["image-classification", "onnx", "pawsight"],
    }
    if card.licence:
        fields["license"] = card.licence.lower()
    lines = [f"{name}: {msgspec.json.encode(value).decode()}" for name, value in fields.items()]
    return "\n".join(["---", *lines, "---", ""])


def _what_photos_show(card: ModelCard) -> str:
    if card.thresholds.exclusive:
        return "A photo shows one of the classes, or none of them: their probabilities sum to 1 at most."
    return "A photo may show several of the classes, or none of them: each class has a probability of its own."


def _usage(card: ModelCard) -> str:
    return (
        "## Use\n\n```python\nfrom pawsight import Classifier\n\n"
        f'print(Classifier.load("path/of/{card.name}").predict("photo.jpg").verdict)\n```\n'
    )


def _input(card: ModelCard) -> str:
    how = card.input
    return (
        f"## Input and output\n\nOne RGB photo of {how.size} x {how.size} pixels, `uint8`, fitted by `{how.fit}` with "
        f"{how.interpolation} interpolation; the graph does the rest. A class counts as present from a score of "
        f"{card.thresholds.present:.3f} and as absent up to {card.thresholds.absent:.3f}; between them the verdict is "
        f"`unsure`. Weights: {card.precision}.\n"
    )


def _figures(card: ModelCard) -> str:
    if not card.metrics:
        return ""
    rows = [f"| {_name(name)} | {_value(metric)} | {metric.n:,} |" for name, metric in card.metrics.items()]
    return "\n".join(
        ["## Measured", "", "| | value (95 % interval) | photos |", "|---|---|---|", *rows, ""],
    )


def _name(metric: str) -> str:
    """A metric's name in words; those of groups of kinds are not known here."""
    return _NAMES.get(metric) or metric.replace("_", " ").capitalize()


def _value(metric: Estimate) -> str:
    if metric.low is None or metric.high is None:
        return f"{metric.value:.4f}"
    return f"{metric.value:.4f} ({metric.low:.4f} to {metric.high:.4f})"


def _origin(card: ModelCard) -> str:
    lines = [f"Weights: {card.origin}." if card.origin else "", f"License: {card.licence}." if card.licence else ""]
    if card.data:
        splits = ", ".join(f"{count:,} {split}" for split, count in card.data.splits.items())
        lines.append(f"Photos: {splits}.")
        lines += [f"{source}: {what}." for source, what in card.data.sources.items()]
    known = [line for line in lines if line]
    return "\n".join(["## Origin", "", "  \n".join(known), ""]) if known else ""


def _listed(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
