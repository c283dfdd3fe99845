"""Execute the notebook, from its first cell to its last, and keep what came out.

python notebooks/run.py data/catsdogs

Trainings that stand in the folder of runs are opened, not trained again: about five minutes then, else two hours on
two cores. A quick run takes a minute, needs no data and no download, and shows that every cell works:

    python notebooks/run.py --quick --out /tmp/quick.ipynb
"""

from __future__ import annotations

import argparse
import os
import tempfile
from pathlib import Path

import nbformat
from nbclient import NotebookClient

NOTEBOOK = Path(__file__).with_name("cats_and_dogs.ipynb")


def execute(variables: dict[str, str], out: Path) -> None:
    """Run all cells in a fresh process.

    Args:
        variables: of the environment, beside those that stand.
        out: where the notebook goes, with its outputs.

    Raises:
        nbclient.exceptions.CellExecutionError: a cell failed; nothing is written.
    """
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    client = NotebookClient(
        notebook,
        timeout=None,
        kernel_name="python3",
        record_timing=False,
        resources={"metadata": {"path": str(NOTEBOOK.parent)}},
        # What TensorFlow's C++ part writes past Python is for a terminal.
        extra_arguments=["--IPKernelApp.capture_fd_output=False"],
        on_cell_start=lambda cell, cell_index: print(f"cell {cell_index + 1} of {len(notebook.cells)}", flush=True),
    )
    client.execute(env=os.environ | variables)
    nbformat.write(notebook, out)


def main() -> None:
    parser = argparse.ArgumentParser(description="Execute the notebook.")
    parser.add_argument("data", nargs="?", type=Path, help="what `pawsight data prepare --fit crop` wrote")
    parser.add_argument("--runs", type=Path, default=Path("runs"), help="where trainings are kept")
    parser.add_argument("--weights", type=Path, help="VGG16's ImageNet weights; Keras downloads them where not given")
    parser.add_argument("--photos", action="store_true", help="show photos of the data set, too")
    parser.add_argument("--quick", action="store_true", help="small, on made-up photos")
    parser.add_argument("--out", type=Path, default=NOTEBOOK, help="the notebook to write; in place where not given")
    given = parser.parse_args()
    if not given.quick and not given.data:
        parser.error("give the prepared data, or --quick")
    if given.quick:
        with tempfile.TemporaryDirectory() as folder:
            paths = {"PAWSIGHT_DATA": f"{folder}/data", "PAWSIGHT_RUNS": f"{folder}/runs"}
            execute(paths | {"PAWSIGHT_QUICK": "1"}, given.out)
        return
    variables = {"PAWSIGHT_DATA": str(given.data.resolve()), "PAWSIGHT_RUNS": str(given.runs.resolve())}
    if given.weights:
        variables["PAWSIGHT_VGG16"] = str(given.weights.resolve())
    execute(variables | ({"PAWSIGHT_SHOW_PHOTOS": "1"} if given.photos else {}), given.out)


if __name__ == "__main__":
    main()
