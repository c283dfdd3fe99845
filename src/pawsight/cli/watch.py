"""`pawsight watch`: sort photos as they arrive, and tell other programs."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pawsight.cli.paths import check_outputs
from pawsight.cli.sort_options import sort_options
from pawsight.extras import needs_extra

if TYPE_CHECKING:
    from pawsight.batch.journal import Mode
    from pawsight.batch.watch.visits import VisitResult
    from pawsight.classifier import Classifier

TOKEN = "PAWSIGHT_WEBHOOK_TOKEN"  # noqa: S105
Hook = Callable[["VisitResult"], None]


@click.command()
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@sort_options
@click.option(
    "--on",
    "commands",
    nargs=2,
    multiple=True,
    metavar="VERDICT COMMAND",
    help="Run COMMAND after a visit with this verdict (or: any). May be given several times.",
)
@click.option("--webhook", metavar="URL", help=f"POST each visit there as JSON; with ${TOKEN} as bearer token, if set.")
@click.option("--mqtt", metavar="URL", help="Publish each visit there: mqtt://user:password@host/topic (extra mqtt).")
@click.option(
    "--gap",
    type=click.FloatRange(0, min_open=True),
    default=10.0,
    show_default=True,
    help="Seconds without a photo that end a visit.",
)
@click.option(
    "--settle",
    type=click.FloatRange(0, min_open=True),
    default=2.0,
    show_default=True,
    help="Seconds without a change until a file counts as whole.",
)
@click.option("--rate", type=click.FloatRange(0.1), default=20.0, show_default=True, help="Photos a second, at most.")
@click.option("--polling", is_flag=True, help="List FOLDER again and again: for network drives.")
def command(
    folder: Path,
    into: Path,
    mode: Mode | None,
    model: str | None,
    error_budget: float | None,
    commands: Sequence[tuple[str, str]],
    webhook: str | None,
    mqtt: str | None,
    gap: float,
    settle: float,
    rate: float,
    polling: bool,
    workers: int | None,
) -> None:
    """Sort the photos of FOLDER into DIR as they arrive, until Ctrl-C or SIGTERM.

    Photos that one camera takes within --gap seconds are one visit, with one verdict from all of them together. For
    each visit that ended less than a minute ago, commands are run and messages sent; the photos themselves are filed
    as `pawsight sort` files them. COMMAND runs without a shell; it finds the visit as JSON on standard input and in
    PAWSIGHT_VERDICT and PAWSIGHT_PHOTO. What cannot be classified never runs the command of a class. Half-written
    files wait. `pawsight undo DIR` takes the newest visit back.

    \b
    Examples:
      pawsight watch camera/ --into sorted --move
      pawsight watch camera/ --into sorted --on cat 'open-flap --seconds 20' --webhook http://hub:8123/api/webhook/cat
    """
    from pawsight.batch.budget import promise
    from pawsight.classifier import Classifier
    from pawsight.settings import load_settings

    check_outputs(into=into)
    settings = load_settings({"model": model, "threads": workers})
    classifier = Classifier.load(settings.model, limits=settings.local_limits)
    hooks = _commands(commands, classifier)
    with needs_extra("watch"):
        from pawsight.batch.watch.arrivals import Arrivals
        from pawsight.batch.watch.run import Watch
        from pawsight.batch.watch.visits import Visits
    with ExitStack() as stack:
        watch = Watch(
            folder,
            into,
            mode or "copy",
            classifier,
            promise(classifier.card, error_budget) if error_budget else None,
            Arrivals(folder, into, settle, polling),
            Visits(gap),
            [*hooks, *_messages(webhook, mqtt, stack)],
            click.echo,
            rate,
            settings.threads,
        )
        click.echo(f"Watching {folder}, sorting into {into}. Ctrl-C ends it.")
        watch.run(_stopped_by_signal())


def _commands(commands: Sequence[tuple[str, str]], classifier: Classifier) -> list[Hook]:
    from pawsight.batch.watch.hooks import command_hook
    from pawsight.model.class_names import BOTH, NEITHER, UNSURE

    verdicts = [*classifier.card.classes, BOTH, NEITHER, UNSURE]
    return [command_hook(verdict, line, verdicts, _warn) for verdict, line in commands]


def _messages(webhook: str | None, mqtt: str | None, stack: ExitStack) -> list[Hook]:
    from pawsight.batch.watch import messages

    senders = {}
    if webhook:
        senders["The webhook"] = messages.webhook(webhook, os.environ.get(TOKEN, ""))
    if mqtt:
        with needs_extra("mqtt"):
            senders["The MQTT broker"] = messages.mqtt(mqtt)
    return [stack.enter_context(messages.Outbox(name, send, _warn)) for name, send in senders.items()]


def _warn(line: str) -> None:
    click.echo(line, err=True)


def _stopped_by_signal() -> Callable[[], bool]:
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    return stop.is_set
