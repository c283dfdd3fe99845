"""A Ray cluster of two nodes predicts what this machine alone predicts, also where one of the nodes is lost."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from pawsight.batch.find import walk
from pawsight.batch.run import classify_one
from pawsight.classifier import Classifier
from pawsight.cli import group
from pawsight.data import Dataset
from pawsight.types import LOCAL_LIMITS

pytestmark = pytest.mark.skipif(not (find_spec("ray") and find_spec("pyarrow")), reason="clusters need the extra ray")

NODE: dict[str, Any] = {"num_cpus": 1, "object_store_memory": 80 << 20}


@pytest.fixture(scope="module")
def nodes() -> Iterator[Any]:
    """A cluster of two nodes on this machine, of one processor each: `ray.cluster_utils.Cluster`."""
    from ray.cluster_utils import Cluster

    try:
        made = Cluster(initialize_head=True, head_node_args=NODE | {"include_dashboard": False})
        made.add_node(**NODE)
    except Exception as error:
        if "timed out during startup" not in str(error):
            raise
        pytest.skip("this machine is too busy: a Ray node did not start within Ray's 30 seconds")
    made.wait_for_nodes()
    yield made
    made.shutdown()


@pytest.fixture
def cluster(nodes: Any) -> str:
    """Its address."""
    return str(nodes.address)


@pytest.fixture
def classifier(tiny_model: Path) -> Classifier:
    """The tiny model with the limits of the command line, which are wider than those of the server."""
    return Classifier.load(tiny_model, limits=LOCAL_LIMITS)


@pytest.fixture
def many(photos: Path, picture: Callable[..., bytes]) -> Path:
    """A folder of 306 photos, of which one is broken."""
    for number in range(300):
        (photos / f"{number:03}.jpg").write_bytes(picture(seed=number))
    (photos / "broken.jpg").write_bytes(b"no photo")
    return photos


def _run(cluster: str, *words: str | Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pawsight", *map(str, words)]
    environment = os.environ | {"RAY_ADDRESS": cluster}
    return subprocess.run(command, capture_output=True, text=True, env=environment, timeout=800, check=False)


def _into_partitions(photos: Path, model: Path, output: Path) -> list[str | Path]:
    return ["predict", photos, "--model", model, "--engine", "ray", "--output", output, "--partition-size", "3"]


def _predict(*words: str | Path, **variables: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pawsight", "predict", *map(str, words), "--format", "jsonl"]
    environment = os.environ | variables
    return subprocess.run(command, capture_output=True, text=True, env=environment, timeout=600, check=False)


@pytest.mark.long
def test_the_same_output_as_alone(cluster: str, many: Path, tiny_model: Path, classifier: Classifier) -> None:
    together = _predict(many, f"file://{many}/cat.jpg", "--model", tiny_model, "--engine", "ray", RAY_ADDRESS=cluster)
    assert together.returncode == 1, together.stderr
    *lines, last = together.stdout.splitlines()
    _check_rows(map(json.loads, lines), many, classifier)
    assert json.loads(last)["label"] == "cat"
    assert together.stderr.splitlines()[-1].startswith("307 photos, 1 failed")


def _check_rows(rows: Iterable[dict[str, Any]], folder: Path, classifier: Classifier) -> None:
    """Compare rows with the predictions of this process; the sixth digit may be rounded otherwise."""
    for row, path in zip(rows, walk([str(folder)]), strict=True):
        alone = classify_one(classifier, path).to_dict()
        assert (row.pop("scores") or {}) == pytest.approx(alone.pop("scores") or {}, abs=2e-6)
        assert row == alone


@pytest.mark.long
def test_a_lost_node_costs_its_partitions_alone(
    nodes: Any, cluster: str, many: Path, tiny_model: Path, classifier: Classifier, tmp_path: Path
) -> None:
    """The run ends with all predictions, and a second one finds them all."""
    third, output = nodes.add_node(**NODE), tmp_path / "predictions"
    nodes.wait_for_nodes()
    words = _into_partitions(many, tiny_model, output)
    command = [sys.executable, "-m", "pawsight", *map(str, words)]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=os.environ | {"RAY_ADDRESS": cluster}
    ) as run:
        while run.poll() is None and not list(output.glob("part-*")):
            time.sleep(0.05)
        assert len(list(output.glob("part-*"))) < 102, "the node must be lost while there is work"
        nodes.remove_node(third, allow_graceful=False)
        _, said = run.communicate(timeout=600)
    assert run.returncode == 1, said
    assert said.splitlines()[-1].startswith("306 photos, 1 failed")
    files = sorted(output.glob("part-*.jsonl"))
    assert len(files) == 102
    _check_rows((json.loads(line) for file in files for line in file.read_bytes().splitlines()), many, classifier)
    again = _run(cluster, *words)
    assert again.returncode == 0, again.stderr
    assert "102 partitions were complete before" in again.stderr


@pytest.mark.long
def test_ctrl_c_leaves_complete_partitions(
    cluster: str, many: Path, tiny_model: Path, classifier: Classifier, tmp_path: Path
) -> None:
    output = tmp_path / "predictions"
    words = _into_partitions(many, tiny_model, output)
    words += ["--format", "parquet"]
    command = [sys.executable, "-m", "pawsight", *map(str, words)]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=os.environ | {"RAY_ADDRESS": cluster}
    ) as run:
        while run.poll() is None and not list(output.glob("part-*")):
            time.sleep(0.05)
        run.send_signal(signal.SIGINT)
        _, said = run.communicate(timeout=600)
    assert run.returncode == 2, said
    assert "partitions are complete. To go on, give the same command again." in said
    left = _run(cluster, *words)
    assert "were complete before" in left.stderr
    from pyarrow import parquet

    files = sorted(output.glob("part-*.parquet"))
    assert len(files) == 102
    _check_rows((row for file in files for row in parquet.read_table(file).to_pylist()), many, classifier)


@pytest.mark.weekly
def test_evaluation_and_check_as_alone(cluster: str, coloured: Dataset, tiny_model: Path) -> None:
    commands: list[list[str | Path]] = [
        ["evaluate", tiny_model, "--data", coloured.folder, "--split", "train", "--format", "json"],
        ["data", "check", coloured.folder, "--model", tiny_model, "--format", "json"],
    ]
    for words in commands:
        alone, together = _run(cluster, *words), _run(cluster, *words, "--engine", "ray")
        assert alone.returncode == together.returncode == 0, together.stderr
        assert json.loads(together.stdout) == json.loads(alone.stdout)


@pytest.mark.long
def test_no_cluster_is_reported_in_one_line(photos: Path, tiny_model: Path) -> None:
    done = _predict(photos, "--model", tiny_model, "--engine", "ray", RAY_ADDRESS="127.0.0.1:1")
    assert done.returncode == 2
    assert "Expected a Ray cluster at 127.0.0.1:1" in done.stderr.splitlines()[-1]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--output", "x"], "--output needs --engine ray"),
        (["--format", "parquet"], "go together with --engine ray --output"),
        (["--partition-size", "5"], "go together with --engine ray --output"),
        (["--engine", "ray", "--output", "x", "--format", "csv"], "--format jsonl or --format parquet"),
    ],
)
def test_options_of_partitions(photos: Path, words: list[str], said: str) -> None:
    done = CliRunner().invoke(group, ["predict", str(photos), *words])
    assert done.exit_code == 2
    assert said in done.output


@pytest.mark.parametrize("words", [("--cache", "x.db"), ("--explain", "maps")])
def test_what_works_on_one_machine_only(photos: Path, words: tuple[str, str]) -> None:
    done = _predict(photos, "--engine", "ray", *words)
    assert done.returncode == 2
    assert "--engine ray does not go together with" in done.stderr
