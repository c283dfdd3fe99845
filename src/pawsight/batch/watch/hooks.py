"""Run a command for a verdict. No shell is involved, and no argument is made of a file's name."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from pawsight.batch.watch.visits import VisitResult
from pawsight.errors import BadSettings

ANY = "any"
SECONDS = 30.0
Report = Callable[[str], None]


@dataclass(frozen=True)
class CommandHook:
    """A command that runs for one verdict.

    The visit is handed over as JSON on standard input and in the environment: `PAWSIGHT_VERDICT`, `PAWSIGHT_PHOTO`
    (the photo with the highest score) and `PAWSIGHT_MODEL`. A command that wants a shell starts one itself, and has to
    quote: `sh -c 'cp "$PAWSIGHT_PHOTO" /srv/cats'`.

    Attributes:
        verdict: that it runs for; `any` for every verdict.
        command: program and arguments.
        report: gets a line where the command fails.
    """

    verdict: str
    command: tuple[str, ...]
    report: Report

    def __call__(self, answer: VisitResult) -> None:
        """Run the command and wait for it, no longer than `SECONDS`."""
        if self.verdict not in (answer.verdict, ANY):
            return
        environment = {
            "PAWSIGHT_VERDICT": answer.verdict,
            "PAWSIGHT_PHOTO": answer.photos[0],
            "PAWSIGHT_MODEL": answer.model,
        }
        try:
            subprocess.run(  # noqa: S603
                self.command,
                input=json.dumps(answer.to_dict()).encode(),
                env=os.environ | environment,
                timeout=SECONDS,
                check=True,
            )
        except (OSError, subprocess.SubprocessError, ValueError) as error:
            self.report(f"The command for {self.verdict!r} failed: {error}")


def command_hook(verdict: str, command: str, verdicts: Sequence[str], report: Report) -> CommandHook:
    """Make a hook from what a user typed.

    Args:
        verdict: that it runs for.
        command: program and arguments, split as a shell would.
        verdicts: that the model can give.
        report: gets a line where the command fails.

    Raises:
        BadSettings: the model never gives this verdict, or the command is empty or has an open quote.
    """
    if verdict not in (*verdicts, ANY):
        raise BadSettings(
            f"--on {verdict}: the model never answers {verdict!r}.", f"Verdicts: {', '.join((*verdicts, ANY))}."
        )
    try:
        words = shlex.split(command)
    except ValueError as error:
        raise BadSettings(f"--on {verdict}: the command cannot be read ({error}).", "Check its quotes.") from error
    if not words:
        raise BadSettings(f"--on {verdict}: the command is empty.", "Give a program and its arguments.")
    return CommandHook(verdict, tuple(words), report)
