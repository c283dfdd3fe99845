"""Measured numbers in sentences, each with an example made from the number itself, for the page about a model."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

from pawsight.estimates import NOT_MEASURED, Estimate
from pawsight.model.card import ModelCard
from pawsight.model.class_names import UNSURE
from pawsight.model.metrics import Metrics
from pawsight.web.ui.i18n import gettext as _
from pawsight.web.ui.i18n import number
from pawsight.web.ui.phrases import megabytes, plain, share, with_article

_BASES = (100, 1_000, 10_000)


@dataclass(frozen=True)
class Fact:
    """One number for people: its name, value, interval and n as text, and what it means."""

    name: str
    value: str
    interval: str
    n: str
    meaning: str


def in_short(card: ModelCard) -> str:
    """A model in a line, for a choice: `lite0: 4.9 MB, right on 99.2 % of test photos`."""
    about = {"model": card.name, "size": megabytes(card.files[card.graph].bytes) if card.graph in card.files else ""}
    accuracy = card.metrics.get("accuracy", NOT_MEASURED)
    if accuracy.value is not None:
        return _("{model}: {size}, right on {share} of test photos").format(share=share(accuracy.value, 1), **about)
    return _("{model}: {size}, not measured").format(**about)


def count(value: float) -> dict[str, str]:
    """A share as photos: `{"hits": "99", "base": "100"}`, out of the smallest round number that shows it."""
    base = next((base for base in _BASES if 0 < round(value * base) < base), _BASES[-1] if 0 < value < 1 else _BASES[0])
    return {"hits": number(round(value * base)), "base": number(base)}


def facts(measured: Metrics, new_kinds: Estimate = NOT_MEASURED) -> list[Fact]:
    """Every number that was measured over all classes, the most telling first.

    Args:
        measured: on the test photos.
        new_kinds: false accepts of kinds that no part of the model saw.
    """
    return [*_rates(measured), *_verdicts(measured, new_kinds), *_scores(measured)]


def _rates(measured: Metrics) -> Iterator[Fact]:
    sentences = {
        _("Accuracy"): (
            measured.accuracy,
            _("For about {hits} of {base} photos like these, the class with the highest score is the right one."),
        ),
        _("Precision"): (
            measured.macro_precision,
            _("When a class gets the highest score, it is in the photo in about {hits} of {base} cases."),
        ),
        _("Recall"): (
            measured.macro_recall,
            _("Of {base} photos that show a class, about {hits} give it the highest score."),
        ),
    }
    for name, (measure, sentence) in sentences.items():
        if measure.value is not None:
            yield _fact(name, measure, sentence.format(**count(measure.value)))
    if measured.macro_f1.value is not None:
        yield _fact("F1", measured.macro_f1, _f1(measured))


def _f1(measured: Metrics) -> str:
    return _(
        "Precision and recall in one number that is high only where both are: {precision} and {recall} here."
    ).format(precision=share(measured.macro_precision.value or 0), recall=share(measured.macro_recall.value or 0))


def _verdicts(measured: Metrics, new_kinds: Estimate) -> Iterator[Fact]:
    wrong, false_accepts = measured.wrong_verdicts, measured.false_accepts
    if wrong.value is not None:
        yield _fact(_("Wrong predictions"), wrong, _wrong(wrong))
    total = sum(measured.verdicts.values())
    if unsure := measured.verdicts.get(UNSURE, 0):
        sentence = _("Of {n} photos that show a class, {hits} were left to you to look at.")
        yield Fact(
            _("Not sure"),
            share(unsure / total),
            "",
            number(total),
            sentence.format(n=number(total), hits=number(unsure)),
        )
    if false_accepts and false_accepts.value is not None:
        yield _fact(_("False accepts"), false_accepts, _false_accepts(false_accepts, new_kinds))


def _wrong(wrong: Estimate) -> str:
    if not wrong.value:
        return _("Of the {n} verdicts other than “not sure”, none was wrong.").format(n=number(wrong.n))
    return _("Of {base} verdicts other than “not sure”, about {hits} are wrong.").format(**count(wrong.value))


def _false_accepts(measured: Estimate, new_kinds: Estimate) -> str:
    taken = number(round((measured.value or 0) * measured.n))
    text = _(
        "Of {n} photos that show none of its classes, {taken} were taken for one. Up to {high} would fit that count."
    ).format(n=number(measured.n), taken=taken, high=share(measured.high or 0, 1))
    if new_kinds.value is None:
        return text
    more = _(
        "Most of these kinds of things were in its training, too; of {n} photos of kinds that no part of it saw, "
        "{share} were taken for one."
    )
    return f"{text} {more.format(n=number(new_kinds.n), share=share(new_kinds.value, 1))}"


def _scores(measured: Metrics) -> Iterator[Fact]:
    if (area := measured.roc_auc).value is not None:
        sentence = _(
            "Of {base} pairs of a photo with a class and one without, the first gets the higher score in about {hits}."
        )
        yield _fact("ROC-AUC", area, sentence.format(**count(area.value)), plainly=4)
    if (off := measured.calibration_error).value is not None:
        sentence = _(
            "Where it says {said}, expect it to be so in {low} to {high} of cases: scores are off by {off} on average."
        )
        edges = {"low": share(max(0.9 - off.value, 0), 1), "high": share(min(0.9 + off.value, 1), 1)}
        text = sentence.format(said=share(0.9, 0), off=share(off.value), **edges)
        yield _fact(_("Calibration error"), off, text, plainly=4)
    if (loss := measured.log_loss).value is not None:
        sentence = _(
            "What sure mistakes cost: 0 is perfect, 0.69 a coin toss. "
            "This one is that of always giving {likely} to the truth."
        )
        yield _fact(_("Log loss"), loss, sentence.format(likely=share(math.exp(-loss.value), 1)), plainly=4)


def _fact(name: str, measure: Estimate, meaning: str, plainly: int = 0) -> Fact:
    """A share in percent, or, with `plainly` digits, a plain number."""
    return Fact(name, figure(measure, plainly), interval(measure, plainly), number(measure.n), meaning)


def figure(measure: Estimate, plainly: int = 0) -> str:
    """The value alone."""
    if measure.value is None:
        return _("not measured")
    return number(measure.value, plainly) if plainly else share(measure.value)


def interval(measure: Estimate, plainly: int = 0) -> str:
    """The 95 % interval: `98.91 to 99.64`; empty where there is none."""
    if measure.low is None or measure.high is None:
        return ""
    scale, digits = (1, plainly) if plainly else (100, 2)
    return _("{low} to {high}").format(
        low=number(measure.low * scale, digits), high=number(measure.high * scale, digits)
    )


def mistakes(measured: Metrics, most: int = 4) -> list[str]:
    """The mistakes made most often, in sentences."""
    names = list(measured.per_class)
    found = [
        (hits, sum(row), names[truth], names[predicted])
        for truth, row in enumerate(measured.confusion)
        for predicted, hits in enumerate(row)
        if truth != predicted and hits
    ]
    sentence = _("{hits} of {n} photos of {truth} got the highest score for {predicted}.")
    return [
        sentence.format(hits=number(hits), n=number(n), truth=with_article(truth), predicted=plain(predicted))
        for hits, n, truth, predicted in sorted(found, key=lambda one: one[0] / one[1], reverse=True)[:most]
    ]
