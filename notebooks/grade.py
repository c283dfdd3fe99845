"""Grade the exercises of lessons: python notebooks/grade.py 2 3

Reads the exercise cells as they stand in the notebooks, so save a notebook first. Exit code 1 where one is not solved.
`--solutions` grades the folded solutions instead.
"""

from __future__ import annotations

import argparse
import sys

import numpy
from course.exercises import Exercise, find_fault, read_exercises

import pawsight.train  # noqa: F401  # lets TensorFlow load without its remarks


def grade(exercise: Exercise, source: str) -> str | None:
    """Run an exercise's code in a namespace of its own, and check it; returns what is wrong."""
    namespace: dict[str, object] = {"__name__": "__main__", "np": numpy}
    try:
        exec(compile(source, f"exercise {exercise.number}", "exec"), namespace)  # noqa: S102  # the learner's own code
    except Exception as error:
        return f"The cell raised {type(error).__name__}: {error}"
    return find_fault(exercise.number, namespace)


def main() -> None:
    parser = argparse.ArgumentParser(description="Grade the exercises of lessons.")
    parser.add_argument("lessons", nargs="+", type=int)
    parser.add_argument("--solutions", action="store_true", help="grade the folded solutions")
    given = parser.parse_args()
    try:
        exercises = [exercise for lesson in given.lessons for exercise in read_exercises(lesson)]
    except LookupError as error:
        parser.error(str(error))
    unsolved = 0
    for exercise in exercises:
        fault = grade(exercise, exercise.solution if given.solutions else exercise.source)
        unsolved += fault is not None
        print(f"Exercise {exercise.number}: {f'not solved yet. {fault}' if fault else 'solved.'}", flush=True)
    sys.exit(1 if unsolved else 0)


if __name__ == "__main__":
    main()
