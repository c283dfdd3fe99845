"""Whether a local Ray cluster gives the predictions of one process, and how its speed grows with its nodes.

    python benchmarks/cluster.py                     # 100,000 photos, 10,000 different ones
    python benchmarks/cluster.py --photos 2000 --different 200

Small JPEGs are drawn into a temporary folder; the rest are links to them under names of their own. One process with one
thread classifies all, then clusters of one and of two nodes with one processor each, which write JSON lines by
`--output`. On Linux, the process and the first node are kept on one core, the second node on another. The time of a
cluster includes its start; the time from its first partition to its last one is shown, too.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

IN_A_FOLDER = 1000
WIDTH, HEIGHT = 320, 240
NODE: dict[str, Any] = {"num_cpus": 1, "object_store_memory": 200 << 20}


def main() -> None:
    """Classify alone, then on one node and on two, and compare."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--photos", type=int, default=100_000)
    parser.add_argument("--different", type=int, default=10_000)
    parser.add_argument("--partition-size", type=int, default=512)
    parser.add_argument("--model", default="default", help="name or folder of a model")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        top = Path(name)
        draw(top / "photos", given.photos, given.different)
        print(f"{given.photos:,} photos, {os.cpu_count()} processors, load before the start {os.getloadavg()[0]:.1f}")
        alone = {"PYTHON_CPU_COUNT": "1"}
        with on_core(0):
            seconds = predict(top / "alone.jsonl", top / "photos", given.model, alone, "--workers", "1")
        print(f"one process: {given.photos / seconds:,.1f} photos/s")
        for nodes in (1, 2):
            output = top / f"nodes-{nodes}"
            seconds = on_cluster(nodes, output, top / "photos", given.model, given.partition_size)
            times = sorted(part.stat().st_mtime for part in output.glob("part-*"))
            steady = (given.photos - given.partition_size) / max(1e-9, times[-1] - times[0])
            print(f"{nodes} nodes: {given.photos / seconds:,.1f} photos/s with the start, {steady:,.1f} once started")
            print(f"  {compare(top / 'alone.jsonl', output)}")


def draw(top: Path, count: int, different: int) -> None:
    """Make `count` photos, of which `different` ones are not links to others."""
    random = np.random.default_rng(0)
    for number in range(count):
        path = place(top, number)
        path.parent.mkdir(parents=True, exist_ok=True)
        if number >= different:
            os.link(place(top, number % different), path)
            continue
        coarse = random.integers(0, 256, (6, 8, 3), dtype=np.uint8)
        Image.fromarray(coarse).resize((WIDTH, HEIGHT), Image.Resampling.BICUBIC).save(path, quality=85)


def place(top: Path, number: int) -> Path:
    """Return where a photo stands."""
    return top / f"{number // IN_A_FOLDER:04}" / f"{number % IN_A_FOLDER:04}.jpg"


def on_cluster(nodes: int, output: Path, photos: Path, model: str, size: int) -> float:
    """Classify on a cluster that is started for it; return the seconds of the command."""
    from ray.cluster_utils import Cluster

    with on_core(0):
        cluster = Cluster(initialize_head=True, head_node_args=NODE | {"include_dashboard": False})
    try:
        for number in range(1, nodes):
            with on_core(number):
                cluster.add_node(**NODE)
        cluster.wait_for_nodes()
        words = ["--engine", "ray", "--output", str(output), "--partition-size", str(size)]
        return predict(output.with_suffix(".log"), photos, model, {"RAY_ADDRESS": cluster.address}, *words)
    finally:
        cluster.shutdown()


@contextmanager
def on_core(number: int) -> Iterator[None]:
    """Keep the programs that are started inside the block on one core, where the system can."""
    if not hasattr(os, "sched_setaffinity"):
        yield
        return
    allowed = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {sorted(allowed)[number % len(allowed)]})
    try:
        yield
    finally:
        os.sched_setaffinity(0, allowed)


def predict(into: Path, photos: Path, model: str, variables: dict[str, str], *words: str) -> float:
    """Run `pawsight predict`; return its seconds."""
    command = [sys.executable, "-m", "pawsight", "predict", str(photos), "--model", model, "--format", "jsonl", *words]
    start = time.perf_counter()
    with into.open("wb") as file:
        subprocess.run(command, stdout=file, env=os.environ | variables, check=True)  # noqa: S603
    return time.perf_counter() - start


def compare(alone: Path, output: Path) -> str:
    """Say how far the rows of a cluster are from those of one process."""
    verdicts = largest = count = 0.0
    for row, other in zip(rows([alone]), rows(sorted(output.glob("part-*"))), strict=True):
        if row["path"] != other["path"]:
            raise SystemExit(f"Other photos: {row['path']}, {other['path']}")
        count, verdicts = count + 1, verdicts + (row["verdict"] != other["verdict"])
        largest = max(largest, *(abs(score - other["scores"][name]) for name, score in row["scores"].items()))
    return f"{count:,.0f} rows compared: {verdicts:.0f} other verdicts, largest difference of a score {largest:.1g}"


def rows(files: list[Path]) -> Iterator[dict[str, Any]]:
    """Yield the rows of some files of JSON lines."""
    for path in files:
        with path.open("rb") as file:
            yield from map(json.loads, file)


if __name__ == "__main__":
    main()
