"""`pawsight models`: what is shipped."""

from __future__ import annotations

from typing import Any

import click
import msgspec

from pawsight import zoo
from pawsight.card import Metric, ModelCard, read_card

TITLES = ("name", "version", "classes", "input", "accuracy (95 % interval, n)", "MB")


@click.command()
@click.option(
    "--format",
    "form",
    type=click.Choice(["table", "json"]),
    default="table",
    show_default=True,
    help="How the list is written.",
)
def command(form: str) -> None:
    """List the models that come with Pawsight; the first is the default.

    \b
    Examples:
      pawsight models
      pawsight models --format json
    """
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


def _percent(metric: Metric | None) -> str:
    if metric is None:
        return "not measured"
    if metric.low is None or metric.high is None:
        return f"{metric.value:.2%} ({metric.n:,})"
    return f"{metric.value:.2%} ({metric.low:.2%} to {metric.high:.2%}, {metric.n:,})"
