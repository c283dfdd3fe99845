"""The course: every cell runs on made-up photos, and every exercise can be graded."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

FOLDER = Path(__file__).parents[1] / "notebooks"
LESSONS = sorted(FOLDER.glob("*.ipynb"))
NEEDED = ("nbclient", "nbformat", "ipykernel", "skimage", "keras", "tf2onnx")
STATED = re.compile(r"\*\*To read: (?:\d+) minutes\. To compute: ")


def cells(path: Path, kind: str = "code") -> list[dict[str, Any]]:
    notebook = json.loads(path.read_text(encoding="utf-8"))
    return [cell for cell in notebook["cells"] if cell["cell_type"] == kind]


def noise(path: Path) -> list[str]:
    """Outputs that nobody wants to read: errors, warnings, logs."""
    return [
        f"{path.stem}, {cell['id']}: {json.dumps(output)[:2000]}"
        for cell in cells(path)
        for output in cell["outputs"]
        if output["output_type"] == "error" or output.get("name") == "stderr"
    ]


def run(*command: str) -> subprocess.CompletedProcess[str]:
    # Under pytest, ipykernel would behave differently.
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST")}
    command = (sys.executable, *command)
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=850, check=False)


def need_course() -> None:
    for module in NEEDED:
        pytest.importorskip(module, reason=f"the course needs {module}")


def exercises() -> list[str]:
    return [
        cell["id"].removeprefix("exercise-").replace("-", ".")
        for lesson in LESSONS
        for cell in cells(lesson)
        if cell["id"].startswith("exercise-")
    ]


@pytest.mark.long
@pytest.mark.weekly
def test_every_cell_runs(tmp_path: Path) -> None:
    need_course()
    ran = run(str(FOLDER / "run.py"), "--quick", "--out", str(tmp_path))
    assert ran.returncode == 0, ran.stderr[-4000:]
    assert sorted(path.name for path in tmp_path.glob("*.ipynb")) == [lesson.name for lesson in LESSONS]
    assert [line for lesson in LESSONS for line in noise(tmp_path / lesson.name)] == []


@pytest.mark.long
@pytest.mark.weekly
def test_no_exercise_is_solved_to_begin_with() -> None:
    need_course()
    ran = run(str(FOLDER / "grade.py"), *(lesson.stem[0] for lesson in LESSONS))
    assert ran.returncode == 1
    assert re.findall(r"Exercise (\S+): not solved yet\. ", ran.stdout) == exercises()
    assert "The cell raised" not in ran.stdout


@pytest.mark.long
@pytest.mark.weekly
def test_every_solution_passes() -> None:
    need_course()
    ran = run(str(FOLDER / "grade.py"), "--solutions", *(lesson.stem[0] for lesson in LESSONS))
    assert re.findall(r"Exercise (\S+): solved\.", ran.stdout) == exercises(), ran.stdout
    assert ran.returncode == 0


def test_an_unknown_lesson_is_a_clear_error() -> None:
    need_course()
    ran = run(str(FOLDER / "grade.py"), "77")
    assert ran.returncode == 2
    assert "There is no lesson 77." in ran.stderr


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda path: path.stem)
def test_each_lesson_states_its_time(lesson: Path) -> None:
    first = "".join(cells(lesson, "markdown")[0]["source"])
    assert first.startswith(f"# Lesson {lesson.stem[0]}: ")
    assert STATED.search(first)


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda path: path.stem)
def test_each_exercise_has_a_grade_and_a_folded_solution(lesson: Path) -> None:
    names = {cell["id"]: "".join(cell["source"]) for kind in ("code", "markdown") for cell in cells(lesson, kind)}
    tasks = [name.removeprefix("exercise-") for name in names if name.startswith("exercise-")]
    assert len(tasks) >= 2
    for task in tasks:
        assert names[f"check-{task}"] == f'grade("{task.replace("-", ".")}", globals())'
        assert names[f"solution-{task}"].startswith("<details><summary>Solution</summary>")


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda path: path.stem)
def test_the_published_copy_was_run_in_full(lesson: Path) -> None:
    """Every cell has run, in order, and nothing is in it that should not be."""
    counts = [cell["execution_count"] for cell in cells(lesson)]
    assert counts == list(range(1, len(counts) + 1))
    assert noise(lesson) == []
    written = lesson.read_text(encoding="utf-8")
    assert not [word for word in ("/home/", "/root/", "/tmp/", "/work/") if word in written]


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda path: path.stem)
def test_every_picture_has_a_text(lesson: Path) -> None:
    """For screen readers, and for the site."""
    for cell in cells(lesson):
        for output in cell["outputs"]:
            for kind in ("image/png", "image/jpeg"):
                if kind in output.get("data", {}):
                    assert output["metadata"][kind]["alt"], cell["id"]


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda path: path.stem)
def test_links_between_lessons_lead_somewhere(lesson: Path) -> None:
    for cell in cells(lesson, "markdown"):
        for link in re.findall(r"\]\((?!https?://)([^)#]+)\)", "".join(cell["source"])):
            assert (FOLDER / link).exists(), f"{link} in {lesson.name}"
