"""Exercises that grade themselves.

A lesson holds, for exercise 2.1, a cell `exercise-2-1` to work in and a folded cell `solution-2-1`. The check is
`check_1` in `course.checks.lesson_2`.
"""

from __future__ import annotations

import importlib
import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from IPython.display import Markdown

FOLDER = Path(__file__).parents[1]
_CODE = re.compile(r"```python\n(.*?)```", re.DOTALL)


class NotYet(Exception):
    """An exercise is not solved; the message says what is missing."""


@dataclass(frozen=True)
class Exercise:
    """One exercise of a lesson.

    Attributes:
        number: such as `2.1`.
        source: code of the learner's cell, as it stands in the notebook.
        solution: code of the folded solution.
    """

    number: str
    source: str
    solution: str


def find_lesson(number: int) -> Path:
    """Return the notebook of a lesson.

    Raises:
        LookupError: there is none.
    """
    found = sorted(FOLDER.glob(f"{number}-*.ipynb"))
    if not found:
        raise LookupError(f"There is no lesson {number}.")
    return found[0]


def read_exercises(lesson: int) -> list[Exercise]:
    """Return the exercises of a lesson, in order."""
    notebook = json.loads(find_lesson(lesson).read_text(encoding="utf-8"))
    cells = {cell["id"]: "".join(cell["source"]) for cell in notebook["cells"]}
    names = [name.removeprefix("exercise-") for name in cells if name.startswith("exercise-")]
    return [
        Exercise(
            name.replace("-", "."),
            cells[f"exercise-{name}"],
            "\n".join(_CODE.findall(cells[f"solution-{name}"])),
        )
        for name in names
    ]


def find_fault(number: str, namespace: dict[str, Any]) -> str | None:
    """Run the check of an exercise.

    Args:
        number: such as `2.1`.
        namespace: in which the exercise's cell ran.

    Returns:
        What is not right yet; None where the exercise is solved.
    """
    lesson, exercise = number.split(".")
    check = getattr(importlib.import_module(f"course.checks.lesson_{lesson}"), f"check_{exercise}")
    try:
        check(namespace)
    except NotYet as error:
        return str(error)
    except Exception as error:  # anything may be wrong with code that is being learned on
        return f"Your code raised {type(error).__name__}: {error}"
    return None


def grade(number: str, namespace: dict[str, Any]) -> Markdown:
    """Show in a lesson whether an exercise is solved."""
    fault = find_fault(number, namespace)
    return Markdown(f"**Exercise {number}: not solved yet.** {fault}" if fault else f"**Exercise {number}: solved.**")
