"""A Ray cluster of two nodes says what this machine alone says."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(not (find_spec("ray") and find_spec("pyarrow")), reason="clusters need the extra ray")

MEGABYTES = 1 << 20


@pytest.fixture(scope="module")
def cluster() -> Iterator[str]:
    """The address of a cluster of two nodes on this machine, of one processor each."""
    from ray.cluster_utils import Cluster

    node = {"num_cpus": 1, "object_store_memory": 80 * MEGABYTES}
    try:
        made = Cluster(initialize_head=True, head_node_args=node | {"include_dashboard": False})
        made.add_node(**node)
    except Exception as error:
        if "timed out during startup" not in str(error):
            raise
        pytest.skip("this machine is too busy: a Ray node did not start within Ray's 30 seconds")
    made.wait_for_nodes()
    yield made.address
    made.shutdown()


def _predict(*words: str | Path, **variables: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pawsight", "predict", *map(str, words), "--format", "jsonl"]
    environment = os.environ | variables
    return subprocess.run(command, capture_output=True, text=True, env=environment, timeout=600, check=False)


def test_the_same_output_as_alone(cluster: str, photos: Path, tiny_model: Path, picture: Callable[..., bytes]) -> None:
    for number in range(300):  # more than travel together
        (photos / f"{number:03}.jpg").write_bytes(picture(seed=number))
    (photos / "broken.jpg").write_bytes(b"no photo")
    alone = _predict(photos, "--model", tiny_model)
    together = _predict(
        photos, f"file://{photos}/cat.jpg", "--model", tiny_model, "--engine", "ray", RAY_ADDRESS=cluster
    )
    assert (alone.returncode, together.returncode) == (1, 1), together.stderr
    *lines, last = together.stdout.splitlines()
    assert lines == alone.stdout.splitlines()
    assert json.loads(last)["label"] == "cat"
    assert together.stderr.splitlines()[-1].startswith("307 photos, 1 failed")


def test_no_cluster_is_told_in_one_line(photos: Path, tiny_model: Path) -> None:
    done = _predict(photos, "--model", tiny_model, "--engine", "ray", RAY_ADDRESS="127.0.0.1:1")
    assert done.returncode == 2
    assert "Expected a Ray cluster at 127.0.0.1:1" in done.stderr.splitlines()[-1]


@pytest.mark.parametrize("words", [("--cache", "x.db"), ("--explain", "maps")])
def test_what_works_on_one_machine_only(photos: Path, words: tuple[str, str]) -> None:
    done = _predict(photos, "--engine", "ray", *words)
    assert done.returncode == 2
    assert "Expected --engine ray without" in done.stderr
