"""Hostile files over HTTP: how soon they are refused, and what memory they cost.

    python benchmarks/hostile.py FOLDER

FOLDER holds files and `expected.csv` (columns file, status, code). Prints what came out otherwise than expected, the
times of refusals, and the most memory that the server and its decoders had (resident, summed, so shared pages count
several times; and proportional, at the end). Memory is told on Linux only.
"""

from __future__ import annotations

import csv
import os
import sys
import time
from pathlib import Path

from load import Client, form, percentile, serving


def children(pid: int) -> list[int]:
    """Processes that a process started."""
    tasks = Path(f"/proc/{pid}/task").iterdir()
    return [int(child) for task in tasks for child in (task / "children").read_text().split()]


def memory(pid: int, file: str, name: str) -> int:
    """A figure in MB from a file of /proc."""
    lines = Path(f"/proc/{pid}/{file}").read_text().splitlines()
    return sum(int(line.split()[1]) for line in lines if line.startswith(f"{name}:")) // 1000


def main(folder: Path) -> None:
    """Start a server, send it everything, and print."""
    rows = list(csv.DictReader((folder / "expected.csv").read_text().splitlines()))
    refused, wrong = [], []
    with serving() as port:
        (server,) = children(os.getpid())
        for row in rows:
            client = Client(port, form((folder / row["file"]).read_bytes()))
            start = time.perf_counter()
            status = client.ask()
            if status >= 400:
                refused.append((time.perf_counter() - start) * 1000)
            if str(status).replace("201", "200") not in row["status"].split("|"):
                wrong.append(f"{row['file']}: {status}")
            client.close()
        family = [server, *children(server)]
        peak = sum(memory(pid, "status", "VmHWM") for pid in family)
        now = sum(memory(pid, "smaps_rollup", "Pss") for pid in family)
    print(f"{len(rows)} files, {len(wrong)} not as expected", *wrong, sep="\n")
    print(f"{len(refused)} refused: p50 {percentile(refused, 0.5):.0f} ms, most {max(refused):.0f} ms")
    print(f"{len(family)} processes: {peak} MB at most, {now} MB at the end")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: python benchmarks/hostile.py FOLDER")
    main(Path(sys.argv[1]))
