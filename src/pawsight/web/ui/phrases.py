"""Answers in words, for the page. What is said to people about a prediction is said here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import Flask

from pawsight.classifier import Prediction
from pawsight.model.card import Thresholds
from pawsight.model.class_names import BOTH, NEITHER, UNSURE
from pawsight.model.looks_like import translate
from pawsight.settings import Settings
from pawsight.web.state import state
from pawsight.web.ui.i18n import current, ngettext, number, pgettext, pmark
from pawsight.web.ui.i18n import gettext as _

_QUITE_SURE = 0.95
_SPACE = "\N{NO-BREAK SPACE}"  # no number without its unit at the end of a line
_CLASS = "class"
_TRANSLATED = (pmark("class", "cat"), pmark("class", "dog"))  # other classes are called as their model calls them


def verdict(prediction: Prediction, thresholds: Thresholds) -> str:
    """The headline: `Dog, quite sure`, `Neither a cat nor a dog`, `Both: a cat and a dog`, ..."""
    if prediction.verdict == UNSURE:
        return _("Not sure: please look yourself")
    if prediction.verdict == NEITHER:
        return _neither(list(prediction.scores))
    if prediction.verdict == BOTH:
        least = min(thresholds.present, sorted(prediction.scores.values())[-2])  # of a model that is gone: two at least
        return _several([name for name, score in prediction.scores.items() if score >= least])
    sure = prediction.scores[prediction.verdict] >= _QUITE_SURE
    return _sure()[sure].format(thing=capital(plain(prediction.verdict)))


def _neither(classes: Sequence[str]) -> str:
    things = [with_article(name) for name in classes]
    if len(things) == 2:
        return _("Neither {first} nor {second}").format(first=things[0], second=things[1])
    return _("Not {things}").format(things=either(things))


def _several(present: Sequence[str]) -> str:
    things = together([with_article(name) for name in present])
    return (_("Both: {things}") if len(present) == 2 else _("Several: {things}")).format(things=things)


def advice(prediction: Prediction) -> str:
    """Return what to make of the answer, in a sentence."""
    if prediction.verdict == UNSURE:
        return _("My best guess is {thing}. A closer or brighter photo of one animal often settles it.").format(
            thing=with_article(prediction.label)
        )
    if prediction.verdict == NEITHER:
        return _("If one is there after all, try a photo where it is larger.")
    if prediction.verdict == BOTH:
        return _("Each is judged by itself, so several can be in one photo.")
    return ""


def perhaps(prediction: Prediction) -> str:
    """Name the animal that the photo looks like most, as a guess: `Perhaps a Beagle.`; empty where there is none."""
    if not (prediction.looks_like and state().settings.looks_like):
        return ""
    name = translate(prediction.looks_like[0].name, current().code)
    return _("Perhaps {thing}.").format(thing=with_article(name))


@dataclass(frozen=True)
class Legend:
    """What a heat map's legend says.

    Attributes:
        text: a sentence.
        bright: whether any place of the map is bright.
    """

    text: str
    bright: bool


def legend(prediction: Prediction, name: str, thresholds: Thresholds) -> Legend:
    """Say what a heat map shows for one class.

    The map is scaled to its own brightest place, so it looks as bright where there is next to no evidence; the
    sentence says which of the two it is.

    Args:
        prediction: with `maps` of shape `(h, w, C)`, evidence in logits.
        name: of the class.
        thresholds: of the model: up to `absent`, a class counts as not there.
    """
    thing, score = with_article(name), prediction.scores[name]
    if float(prediction.maps[:, :, list(prediction.scores).index(name)].max()) <= 0:
        return Legend(_("Nothing here speaks for {thing}.").format(thing=thing), bright=False)
    if score <= thresholds.absent:
        sentence = _("Little speaks for {thing} ({share} in all); bright is where most of it is.")
        return Legend(sentence.format(thing=thing, share=percent(score)), bright=True)
    return Legend(_("Bright where it speaks for {thing}.").format(thing=thing), bright=True)


def corrected(label: str, classes: Sequence[str]) -> str:
    """Return the headline of a photo that a person has labeled: `Dog`, `Neither a cat nor a dog`, ..."""
    if label == NEITHER:
        return _neither(classes)
    if label == BOTH:
        return _several(classes) if len(classes) == 2 else capital(_other(classes)[BOTH])
    return capital(plain(label))


def percent(score: float) -> str:
    """A probability for people; never 0 or 100 %, which nobody can know."""
    if score < 0.001:
        return f"<{_SPACE}{number(0.1, 1)}{_SPACE}%"
    if score > 0.999:
        return f">{_SPACE}{number(99.9, 1)}{_SPACE}%"
    return share(score, 1)


def share(value: float, digits: int = 2) -> str:
    """A measured share as it is: `99.37 %`."""
    return f"{number(value * 100, digits)}{_SPACE}%"


def megabytes(count: int) -> str:
    """A size for people: `10 MB`, `2.5 MB`."""
    tenths = round(count / 100_000)
    return f"{number(tenths / 10, 1 if tenths % 10 else 0)}{_SPACE}MB"


def question(classes: Sequence[str]) -> str:
    """Return what the page asks: `Cat or dog?`."""
    return capital(either([plain(name) for name in classes])) + "?"


def labels(classes: Sequence[str]) -> dict[str, str]:
    """Return what a photo can be said to show, each with its words: `cat` -> `a cat`, ..., `both` -> `both`."""
    return {name: with_article(name) for name in classes} | _other(classes)


def verdicts(classes: Sequence[str]) -> dict[str, str]:
    """Each verdict in a word, for lists: `cat`, `both`, `not sure`."""
    return {name: plain(name) for name in classes} | _other(classes) | {UNSURE: _("not sure")}


def capitals(classes: Sequence[str]) -> dict[str, str]:
    """Return each verdict with a capital letter, for headings and buttons: `Cat`, `Both`, `Not sure`."""
    return {verdict: capital(word) for verdict, word in verdicts(classes).items()}


def group_titles(classes: Sequence[str]) -> dict[str, str]:
    """Return the groups of a gallery in their order, each with its title: what needs a person comes first."""
    titles = capitals(classes)
    rest = {name: title for name, title in titles.items() if name != UNSURE}
    return {UNSURE: _("Please check"), **rest, "failed": _("Failed"), "open": _("Waiting")}


def device_words(classes: Sequence[str]) -> dict[str, Any]:
    """Return what a script needs to say about predictions of its own: each verdict's headline, where the class is
    likely and where it is quite sure; each class as a word and as a thing."""
    headlines = {name: [text.format(thing=capital(plain(name))) for text in _sure()] for name in classes}
    rest = {name: corrected(name, classes) for name in (BOTH, NEITHER)} | {UNSURE: _("Not sure: please look yourself")}
    return {
        "verdicts": headlines | {name: [text, text] for name, text in rest.items()},
        "names": {name: plain(name) for name in classes},
        "things": {name: with_article(name) for name in classes},
    }


def _sure() -> tuple[str, str]:
    return _("{thing}, most likely"), _("{thing}, quite sure")


def _other(classes: Sequence[str]) -> dict[str, str]:
    several, none = (_("both"), _("neither")) if len(classes) == 2 else (_("several"), _("none of them"))
    return {BOTH: several, NEITHER: none}


def kept(settings: Settings) -> str:
    """Return what the server does with photos, for the page's footer."""
    if settings.archive_keep == "nothing":
        return _(
            "Photos go to this server and nowhere else. It writes none down, and keeps small copies of the newest "
            "{count} in memory, for the picture of where it looked, until it stops."
        ).format(count=number(settings.keep))
    return f"{_where(settings)} {_how(settings).format(until=_until(settings))}"


def _where(settings: Settings) -> str:
    if settings.archive_url:
        return _("Photos go to this server and its database.")
    return _("Photos go to this server and nowhere else.")


def _how(settings: Settings) -> str:
    if settings.keep_metadata:
        return _("It keeps them, as they came, {until}.")
    return _("It keeps them, without their names and without where and when they were taken, {until}.")


def _until(settings: Settings) -> str:
    days = settings.retention_days
    ends = [ngettext("for {count} day", "for {count} days", days).format(count=number(days))] if days else []
    room = [_("until newer ones need the room")] if settings.archive_max_bytes else []
    return either([*ends, *room, _("until you delete them")])


def either(words: Sequence[str]) -> str:
    """`a cat, a dog or an owl`."""
    return words[0] if len(words) == 1 else _("{first} or {last}").format(first=", ".join(words[:-1]), last=words[-1])


def together(words: Sequence[str]) -> str:
    """`a cat, a dog and an owl`."""
    return words[0] if len(words) == 1 else _("{first} and {last}").format(first=", ".join(words[:-1]), last=words[-1])


def with_article(name: str) -> str:
    """A class as a thing: `an owl`."""
    thing = plain(name)
    return (_("an {thing}") if thing[:1].lower() in "aeiou" else _("a {thing}")).format(thing=thing)


def plain(name: str) -> str:
    """A class name as a word: folders are often called `golden_retriever`."""
    return pgettext(_CLASS, name) if name in _TRANSLATED else name.replace("_", " ")


def capital(text: str) -> str:
    """Return a text with its first letter in upper case."""
    return text[:1].upper() + text[1:]


def install(app: Flask) -> None:
    """Register these phrases as filters of the templates."""
    app.jinja_env.filters.update(verdict=verdict, advice=advice, percent=percent, megabytes=megabytes, plain=plain)
    app.jinja_env.filters.update(
        perhaps=perhaps,
        capital=capital,
        legend=legend,
        share=share,
        either=either,
        together=together,
        with_article=with_article,
    )
    app.jinja_env.globals.update(question=question, labels=labels, verdicts=verdicts, kept=kept)
    app.jinja_env.globals.update(corrected=corrected, capitals=capitals, group_titles=group_titles)
    app.jinja_env.globals.update(device_words=device_words)
