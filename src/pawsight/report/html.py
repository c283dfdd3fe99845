"""An evaluation -> one HTML page that needs nothing else: figures, photos and style stand inside."""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec
from jinja2 import Environment, PackageLoader, StrictUndefined

from pawsight import __version__
from pawsight.classifier import Classifier
from pawsight.data import Dataset
from pawsight.estimates import Estimate
from pawsight.evaluate.corrections import CorrectedFigures
from pawsight.evaluate.robustness import DISTURBANCES, SAMPLE, Outcome, measure_robustness, sample_indices, variants
from pawsight.evaluate.run import Evaluation
from pawsight.evaluate.slices import Slice, measure_slices
from pawsight.evaluate.write import HISTORY
from pawsight.model.card import ModelCard
from pawsight.model.class_names import BOTH, NEITHER, UNSURE
from pawsight.report.figures import draw, draw_robustness, draw_slices
from pawsight.report.gallery import SMALL, GalleryPhoto, embed, false_accepts, mistakes, show
from pawsight.report.text import number, rate
from pawsight.storage.atomic import write_file
from pawsight.types import ProgressHook, no_progress

TEMPLATE = "report.html"
MISTAKES, OTHERS = 12, 6  # at most so many in the galleries


@dataclass(frozen=True)
class Disturbed:
    """One disturbance at its strengths.

    Attributes:
        name: of it.
        words: what is done.
        steps: for each strength, its words, the accuracy, and an example as a `data:` address.
    """

    name: str
    words: str
    steps: list[tuple[str, Estimate, str]]


@dataclass(frozen=True)
class Contents:
    """Everything on the page.

    Attributes:
        card: of the model.
        data: the set it was measured on.
        result: by published labels.
        corrected: by corrected ones; None where there are no corrections.
        verdicts: (label, verdict) -> photos.
        figures: name -> SVG.
        slices: accuracy on each.
        disturbed: first the photos as they are, then each disturbance; empty where it was not measured.
        mistakes: wrong predictions, the most confident first.
        false_accepts: photos of something else that were taken for a class, the most confident first.
        wrong: how many mistakes there are in all.
        date: of the report.
    """

    card: ModelCard
    data: Dataset
    result: Evaluation
    corrected: CorrectedFigures | None
    verdicts: Counter[tuple[str, str]]
    figures: dict[str, str]
    slices: list[Slice]
    disturbed: list[Disturbed]
    mistakes: list[GalleryPhoto]
    false_accepts: list[GalleryPhoto]
    wrong: int
    date: str

    @property
    def totals(self) -> Counter[str]:
        """Label -> photos."""
        totals: Counter[str] = Counter()
        for (label, _), photos in self.verdicts.items():
            totals[label] += photos
        return totals


def write_report(
    path: Path,
    result: Evaluation,
    classifier: Classifier,
    data: Dataset,
    folder: Path,
    *,
    corrected: CorrectedFigures | None = None,
    sample: int = SAMPLE,
    watch: ProgressHook = no_progress,
) -> None:
    """Write an evaluation as one HTML page.

    Args:
        path: of the file; it appears when complete.
        result: what `evaluate` gave for this model and data.
        folder: of the model; its `history.csv` is drawn where there is one.
        corrected: the same answers by corrected labels, as `correct` gives them.
        sample: photos to measure robustness on; 0 leaves it out.
        watch: wraps what takes long, for a progress bar.
    """
    contents = gather(result, classifier, data, folder, corrected, sample, watch)
    write_file(path, render(contents).encode("utf-8", "backslashreplace"))


def gather(
    result: Evaluation,
    classifier: Classifier,
    data: Dataset,
    folder: Path,
    corrected: CorrectedFigures | None,
    sample: int,
    watch: ProgressHook,
) -> Contents:
    """Measure, draw and collect what the page shows."""
    slices = measure_slices(result, classifier, data, watch)
    outcomes = measure_robustness(result, classifier, data, sample, watch) if sample else []
    wrong, others = mistakes(result), false_accepts(result)[:OTHERS]
    shown = wrong[:MISTAKES]
    cases = show([*shown, *others], result, classifier, data, corrected.labels if corrected else {}, watch)
    figures = draw(result, classifier.card, folder / HISTORY) | {"slices": draw_slices(slices)}
    if outcomes:
        figures["robustness"] = draw_robustness(outcomes)
    return Contents(
        card=classifier.card,
        data=data,
        result=result,
        corrected=corrected,
        verdicts=_count(result, data),
        figures=figures,
        slices=slices,
        disturbed=_disturbed(outcomes, result, classifier, data) if outcomes else [],
        mistakes=cases[: len(shown)],
        false_accepts=cases[len(shown) :],
        wrong=len(wrong),
        date=datetime.datetime.now(datetime.UTC).date().isoformat(),
    )


def _count(result: Evaluation, data: Dataset) -> Counter[tuple[str, str]]:
    labels = (data.rows[place].label for place in data.indices(result.split))
    return Counter(zip(labels, result.verdicts, strict=True))


def _disturbed(
    outcomes: Sequence[Outcome], result: Evaluation, classifier: Classifier, data: Dataset
) -> list[Disturbed]:
    """Each disturbance with its outcomes, shown on one photo of the sample."""
    photo = classifier.decode(next(data.photos(sample_indices(result, data, 1))))
    steps = [(one.accuracy, embed(picture, SMALL)) for one, picture in zip(outcomes, variants(photo), strict=True)]
    found = [Disturbed("as they are", "for comparison", [("", *steps.pop(0))])]
    for one in DISTURBANCES:
        found.append(Disturbed(one.name, one.words, [(words, *steps.pop(0)) for words in one.strengths]))
    return found


def render(contents: Contents) -> str:
    """Fill the template."""
    environment = Environment(
        loader=PackageLoader("pawsight.report", "."),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"rate": rate, "number": number, "listed": listed}
    result, card = contents.result, contents.card
    return environment.get_template(TEMPLATE).render(
        contents=contents,
        card=card,
        metrics=result.metrics,
        labels=[*result.classes, *([NEITHER] if contents.false_accepts else [])],
        predicted=[*result.classes, BOTH, NEITHER, UNSURE],
        recipe=msgspec.json.format(msgspec.json.encode(card.recipe), indent=2).decode() if card.recipe else "",
        size=card.files[card.graph].bytes,
        version=__version__,
    )


def listed(things: list[str], word: str = "and") -> str:
    """`cat`, `cat and dog`, `cat, dog and panda`."""
    return f" {word} ".join([", ".join(things[:-1]), things[-1]] if len(things) > 1 else things)
