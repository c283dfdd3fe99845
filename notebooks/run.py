"""Execute lessons from their first cell to their last, and keep what came out.

    python notebooks/run.py data/catsdogs                  # all lessons, in place: 15 minutes on two cores
    python notebooks/run.py data/catsdogs --lessons 2 3
    python notebooks/run.py --quick --out /tmp/quick       # small, on made-up photos: three minutes, no download

Trainings that are in the folder of runs are opened, not trained again.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from pathlib import Path

import nbformat
from nbclient import NotebookClient

FOLDER = Path(__file__).parent


def execute(lesson: Path, variables: dict[str, str], out: Path) -> None:
    """Run all cells of a lesson in a fresh process.

    Args:
        lesson: the notebook.
        variables: environment variables to add.
        out: where the notebook is written, with its outputs.

    Raises:
        nbclient.exceptions.CellExecutionError: a cell failed; nothing is written.
    """
    notebook = nbformat.read(lesson, as_version=4)
    started: dict[int, float] = {}

    def say(cell: nbformat.NotebookNode, cell_index: int, **_: object) -> None:
        took = time.monotonic() - started[cell_index]
        print(f"{lesson.stem}, cell {cell.id}: {took:.1f} s", flush=True)

    client = NotebookClient(
        notebook,
        timeout=None,
        startup_timeout=600,  # seconds; importing is slow where many things run at once
        kernel_name="python3",
        record_timing=False,
        coalesce_streams=True,
        resources={"metadata": {"path": str(FOLDER)}},
        # TensorFlow's C++ part writes to the terminal, past Python.
        extra_arguments=["--IPKernelApp.capture_fd_output=False"],
        on_cell_start=lambda cell, cell_index: started.update({cell_index: time.monotonic()}),
        on_cell_executed=say,
    )
    client.execute(env=os.environ | variables)
    notebook.metadata.language_info = {"name": "python"}
    nbformat.write(notebook, out)


def execute_all(lessons: list[Path], variables: dict[str, str], out: Path) -> None:
    """Run lessons one after another, into a folder."""
    out.mkdir(parents=True, exist_ok=True)
    for lesson in lessons:
        execute(lesson, variables, out / lesson.name)


def main() -> None:
    parser = argparse.ArgumentParser(description="Execute the lessons.")
    parser.add_argument("data", nargs="?", type=Path, help="what `pawsight data prepare --fit crop` wrote")
    parser.add_argument("--lessons", nargs="+", type=int, default=range(9), help="which; all of them by default")
    parser.add_argument("--runs", type=Path, default=Path("runs"), help="where trainings are kept")
    parser.add_argument("--weights", type=Path, help="VGG16's ImageNet weights; Keras downloads them by default")
    parser.add_argument("--photos", action="store_true", help="show photos of the data set, too")
    parser.add_argument("--quick", action="store_true", help="small, on made-up photos")
    parser.add_argument("--out", type=Path, default=FOLDER, help="folder to write to; in place by default")
    given = parser.parse_args()
    if not given.quick and not given.data:
        parser.error("give the prepared photos, or --quick")
    lessons = [lesson for number in given.lessons for lesson in sorted(FOLDER.glob(f"{number}-*.ipynb"))]
    if given.quick:
        with tempfile.TemporaryDirectory() as folder:
            paths = {"PAWSIGHT_DATA": f"{folder}/data", "PAWSIGHT_RUNS": f"{folder}/runs"}
            execute_all(lessons, paths | {"PAWSIGHT_QUICK": "1"}, given.out)
        return
    variables = {"PAWSIGHT_DATA": str(given.data.resolve()), "PAWSIGHT_RUNS": str(given.runs.resolve())}
    if given.weights:
        variables["PAWSIGHT_VGG16"] = str(given.weights.resolve())
    execute_all(lessons, variables | ({"PAWSIGHT_SHOW_PHOTOS": "1"} if given.photos else {}), given.out)


if __name__ == "__main__":
    main()
