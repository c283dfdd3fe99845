"""Answers in words, for the page. What is said to people about a prediction is said here."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Flask

from pawsight.card import Thresholds
from pawsight.classifier import BOTH, NEITHER, UNSURE, Prediction
from pawsight.settings import Settings

_QUITE_SURE = 0.95
_SPACE = "\N{NO-BREAK SPACE}"  # no number without its unit at the end of a line


def verdict(prediction: Prediction, thresholds: Thresholds) -> str:
    """The headline: `Dog, quite sure`, `Neither a cat nor a dog`, `Both: a cat and a dog`, ..."""
    if prediction.verdict == UNSURE:
        return "Not sure: please look yourself"
    if prediction.verdict == NEITHER:
        return _neither(list(prediction.scores))
    if prediction.verdict == BOTH:
        return _several([name for name, score in prediction.scores.items() if score >= thresholds.present])
    sure = "quite sure" if prediction.scores[prediction.verdict] >= _QUITE_SURE else "most likely"
    return f"{_plain(prediction.verdict).capitalize()}, {sure}"


def _neither(classes: Sequence[str]) -> str:
    things = [_with_article(name) for name in classes]
    if len(things) == 2:
        return f"Neither {things[0]} nor {things[1]}"
    return f"Not {_listed(things, 'or')}"


def _several(present: Sequence[str]) -> str:
    things = _listed([_with_article(name) for name in present], "and")
    return f"Both: {things}" if len(present) == 2 else f"Several: {things}"


def advice(prediction: Prediction) -> str:
    """What to make of the answer, in a sentence."""
    likely = _with_article(prediction.label)
    if prediction.verdict == UNSURE:
        return f"My best guess is {likely}. A closer or brighter photo of one animal often settles it."
    if prediction.verdict == NEITHER:
        return "If one is there after all, try a photo where it is larger."
    if prediction.verdict == BOTH:
        return "Each is judged by itself, so several can be in one photo."
    return ""


def percent(score: float) -> str:
    """A probability for people; never 0 or 100 %, which nobody can know."""
    if score < 0.001:
        return f"<{_SPACE}0.1{_SPACE}%"
    if score > 0.999:
        return f">{_SPACE}99.9{_SPACE}%"
    return f"{score * 100:.1f}{_SPACE}%"


def megabytes(count: int) -> str:
    """A size for people: `10 MB`, `2.5 MB`."""
    return f"{count / 1_000_000:.1f}".removesuffix(".0") + f"{_SPACE}MB"


def question(classes: Sequence[str]) -> str:
    """What the page asks: `Cat or dog?`."""
    return _listed([_plain(name) for name in classes], "or").capitalize() + "?"


def labels(classes: Sequence[str]) -> dict[str, str]:
    """What a photo can be said to show, each with its words: `cat` -> `a cat`, ..., `both` -> `both`."""
    several, none = ("both", "neither") if len(classes) == 2 else ("several", "none of them")
    return {name: _with_article(name) for name in classes} | {BOTH: several, NEITHER: none}


def kept(settings: Settings) -> str:
    """What becomes of photos, for the foot of the page."""
    if settings.archive_keep == "nothing":
        return (
            "Photos go to this server and nowhere else. It writes none down, and keeps small copies of the newest "
            f"{settings.keep} in memory, for the picture of where it looked, until it stops."
        )
    where = "its database" if settings.archive_url else "nowhere else"
    how = "as they came" if settings.keep_metadata else "without their names and without where and when they were taken"
    return f"Photos go to this server and {where}. It keeps them, {how}, {_until(settings)}."


def _until(settings: Settings) -> str:
    days = [f"for {settings.retention_days} days"] if settings.retention_days else []
    room = ["until newer ones need the room"] if settings.archive_max_bytes else []
    return _listed([*days, *room, "until you forget them"], "or")


def _listed(words: Sequence[str], link: str) -> str:
    if len(words) == 1:
        return words[0]
    return f"{', '.join(words[:-1])} {link} {words[-1]}"


def _with_article(name: str) -> str:
    plain = _plain(name)
    return f"an {plain}" if plain[:1].lower() in "aeiou" else f"a {plain}"


def _plain(name: str) -> str:
    """A class name as a word: folders are often called `golden_retriever`."""
    return name.replace("_", " ")


def install(app: Flask) -> None:
    """Teach the templates these words."""
    app.jinja_env.filters.update(verdict=verdict, advice=advice, percent=percent, megabytes=megabytes, plain=_plain)
    app.jinja_env.globals.update(question=question, labels=labels, kept=kept)
