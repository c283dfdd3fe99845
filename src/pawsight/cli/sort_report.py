"""What `pawsight sort` says of a plan and of what came of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

import click

from pawsight.text import shell_word

if TYPE_CHECKING:
    from pawsight.batch.budget import Promise
    from pawsight.batch.plan import SkippedFile, SortPlan
    from pawsight.estimates import Estimate

ENOUGH = 100  # photos to look at where nothing can be promised
DONE = {"copy": "copied", "move": "moved", "link": "linked"}
CHANGES_SHOWN = 20


def show_plan(plan: SortPlan) -> None:
    """Print a plan. What stays comes first: it may be long, and the plan should stand right above the question."""
    from pawsight.text import printable

    name_files(plan.left)
    for line in _earlier(plan):
        click.echo(line)
    if not plan.steps:
        failed = plan.left and not plan.already
        click.echo("Nothing to sort: no photo here can be read." if failed else "Nothing new to sort.")
        return
    counts = plan.counts()
    places = f"{printable(plan.folder)} into {printable(plan.into)}"
    click.echo(f"Plan: {count(len(plan.photos), 'photo')} of {places}, to be {DONE[plan.mode]}.")
    for name, number in counts.items():
        click.echo(f"  {name:<{max(map(len, counts))}}  {number:7,}  {number / max(1, len(plan.photos)):6.1%}")
    if companions := sum(not step.verdict and step.do != "write" for step in plan.steps):
        click.echo(f"With their photos: {count(companions, 'sidecar')}, RAW files or clips.")
    alike = [step.alike for step in plan.photos if step.alike]
    if alike:
        answers = count(len(set(alike)), "answer")
        click.echo(f"{len(alike):,} of them are copies or shots of one moment: {answers} for these.")
    if plan.promise:
        click.echo(_promise(plan.promise, plan.into))


def name_files(left: Iterable[SkippedFile]) -> None:
    """Print the files that stay where they are, and why."""
    from pawsight.text import printable

    if left := list(left):
        click.echo("1 file stays where it is:" if len(left) == 1 else f"{len(left):,} files stay where they are:")
        for one in left:
            click.echo(f"  {printable(one.path)}: {one.reason}")


def undo_command(into: str) -> str:
    """The command that undoes a sort, to paste into a shell."""
    return f"pawsight undo {shell_word(into)}"


def count(number: int, noun: str) -> str:
    """A number with its noun: `1 photo`, `2,950 photos`."""
    return f"{number:,} {noun}" + "s" * (number != 1)


def _earlier(plan: SortPlan) -> Iterator[str]:
    """Return what the sort found of earlier ones."""
    from pawsight.batch.plan import folder_of
    from pawsight.text import printable

    if plan.already:
        yield f"{plan.already:,} already sorted, {len(plan.photos):,} new."
    if plan.corrected:
        yield f"{count(plan.corrected, 'photo')} moved to another folder by hand since: they stay there."
    if not plan.changed:
        return
    updating = any(step.refile for step in plan.steps)
    yield f"{count(len(plan.changed), 'photo')} sorted earlier would go elsewhere now, as {plan.model} answers:"
    for one in plan.changed[:CHANGES_SHOWN]:
        yield f"  {printable(one.path)} -> {folder_of(one.verdict)}"
    if len(plan.changed) > CHANGES_SHOWN:
        yield f"  and {len(plan.changed) - CHANGES_SHOWN:,} more"
    yield "They will be moved." if updating else "They stay. To move them, add --update."


def _promise(promise: Promise, into: str) -> str:
    if not promise.holds:
        reasons = "".join(f"\n  - {reason}" for reason in promise.differs)
        return (
            f"No promise of at most {promise.most:.1%} wrong: this folder is unlike the photos that it was measured on."
            f"{reasons}\n  Look at {ENOUGH} photos instead, after the sort: "
            f"pawsight audit {shell_word(into)} --photos {ENOUGH}"
        )
    held_out = promise.held_out
    return (
        f"{_scope(promise)}\n"
        f"Promise: at most {promise.most:.1%} of the photos outside please-check are wrong.\n"
        f"  On photos that the model did not learn from, {_rate(held_out.wrong)} were wrong,\n"
        f"  and {_rate(held_out.unsure)} went to please-check.\n"
        f"  {_compared(promise)} `pawsight audit` tests it on yours."
    )


def _scope(promise: Promise) -> str:
    """Return what the promise is about, before it is made."""
    if not promise.mix:
        return "What follows holds for photos of the model's classes only, not for photos of anything else."
    total = sum(promise.mix.values())
    shares = ", ".join(f"{number / total:.1%} {name}" for name, number in promise.mix.items())
    return f"What follows holds for folders with about this mix, as it was measured: {shares}."


def _compared(promise: Promise) -> str:
    if promise.compared:
        return f"{count(promise.compared, 'photo')} of this folder were compared with those: no large difference."
    return "This folder was not compared with those."


def _rate(metric: Estimate) -> str:
    return f"{metric.value:.2%} ({metric.low:.2%} to {metric.high:.2%}, n = {metric.n:,})"
