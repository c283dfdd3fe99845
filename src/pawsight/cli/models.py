"""`pawsight models`: what is shipped, and which one servers answer with."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click
import msgspec

from pawsight import zoo
from pawsight.cli.form import form_option
from pawsight.estimates import Estimate
from pawsight.model.card import ModelCard, read_card
from pawsight.text import shell_word

if TYPE_CHECKING:
    from pawsight.settings import Settings

TITLES = ("name", "version", "classes", "input", "accuracy (95 % interval, n)", "MB")


@click.group(name="models", invoke_without_command=True)
@form_option("table", "json")
@click.pass_context
def command(context: click.Context, form: str) -> None:
    """List the models that come with Pawsight; the first is the default. Or choose another one.

    \b
    Examples:
      pawsight models
      pawsight models --format json
      pawsight models use runs/my-model
      pawsight models rollback
    """
    if context.invoked_subcommand is None:
        _list(form)


@command.command()
@click.argument("model")
@click.option("--force", is_flag=True, help="Choose it even where it is wrong about photos that people corrected.")
def use(model: str, force: bool) -> None:
    """Let servers answer with MODEL, a shipped model's name or a folder; running ones take it within seconds.

    It is checked here first, as each server does again: one that cannot be trusted is refused, and the model before
    goes on. So is one that breaks a correction: it is asked about each photo of the archive that a person corrected,
    and must not be wrong where the model before is right (see `pawsight archive replay`). Servers that were started
    with --model or PAWSIGHT_MODEL stay with that.

    \b
    Examples:
      pawsight models use runs/my-model
      pawsight models use default
      pawsight models use runs/other-classes --force
    """
    from pawsight import active_model
    from pawsight.settings import load_settings

    settings = load_settings()
    if not force:
        _check_corrections(settings, model)
    _confirm(active_model.use(settings, model).model)


def _check_corrections(settings: Settings, model: str) -> None:
    """Refuse a model that is wrong where a person has corrected, and the one before is right."""
    from pawsight.active_model import active_model
    from pawsight.archive.store import Archive
    from pawsight.classifier import Classifier
    from pawsight.cli.progress import progress_bar
    from pawsight.errors import BadModel, BreaksCorrections, ModelNotFound
    from pawsight.evaluate.regression import replay

    if settings.archive_keep == "nothing" or not settings.archive_folder.is_dir():
        return
    new = Classifier.load(model, limits=settings.limits)
    try:
        old = active_model(settings).load(settings.limits)
    except (ModelNotFound, BadModel):  # a bad one must not keep its place by being bad
        return
    with Archive.open(settings) as archive:
        done = replay(archive, new, old, progress_bar, only_corrected=True)
    if done.broken:
        raise BreaksCorrections(
            f"{done.new} is wrong about {len(done.broken):,} of {len(done.corrected):,} photos that people corrected, "
            f"where {done.old} is right. {done.old} stays.",
            f"`pawsight archive replay {shell_word(model)}` names them; --force lets it pass.",
        )


@command.command()
def rollback() -> None:
    """Let servers answer with the model that was chosen before, as `use` would.

    \b
    Example:
      pawsight models rollback
    """
    from pawsight import active_model
    from pawsight.settings import load_settings

    _confirm(active_model.roll_back(load_settings()).model)


def _confirm(model: str) -> None:
    from pawsight.active_model import FOLLOW
    from pawsight.settings import load_settings

    click.echo(f"Servers answer with {model} now.", err=True)
    if (pinned := load_settings().model) != FOLLOW:
        click.echo(
            f"But the settings here name the model {pinned}; a server with these settings stays with it.", err=True
        )


def _list(form: str) -> None:
    cards = [read_card(zoo.find(name)) for name in zoo.names()]
    if form == "json":
        click.echo(msgspec.json.format(msgspec.json.encode([_described(card) for card in cards])))
        return
    rows = [TITLES, *(_row(card) for card in cards)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        click.echo("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


def _described(card: ModelCard) -> dict[str, Any]:
    return {
        "name": card.name,
        "version": card.version,
        "classes": card.classes,
        "input": card.input,
        "accuracy": card.metrics.get("accuracy"),
        "bytes": card.files[card.graph].bytes,
    }


def _row(card: ModelCard) -> tuple[str, ...]:
    side = f"{card.input.size} x {card.input.size}, {card.input.fit}"
    accuracy = _percent(card.metrics.get("accuracy"))
    return card.name, card.version, ", ".join(card.classes), side, accuracy, f"{card.files[card.graph].bytes / 1e6:.1f}"


def _percent(metric: Estimate | None) -> str:
    if metric is None:
        return "not measured"
    if metric.low is None or metric.high is None:
        return f"{metric.value:.2%} ({metric.n:,})"
    return f"{metric.value:.2%} ({metric.low:.2%} to {metric.high:.2%}, {metric.n:,})"
