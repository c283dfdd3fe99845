"""Hostile files over HTTP: how soon they are refused, and what memory they cost.

    python benchmarks/hostile.py FOLDER

FOLDER holds files and `expected.csv` (columns file, status, code). Prints what came out otherwise than expected, the
times of refusals, and the most memory that the server and its decoders had (resident, summed, so shared pages count
several times; and proportional, at the end). Memory is measured on Linux only.
"""

from __future__ import annotations

import csv
import sys
import time
from pathlib import Path

from load import Client, form, percentile, serving
from processes import family, figure, memory, only_child


def main(folder: Path) -> None:
    """Start a server, send it everything, and print."""
    rows = list(csv.DictReader((folder / "expected.csv").read_text().splitlines()))
    refused, wrong = [], []
    with serving() as port:
        server = only_child()
        for row in rows:
            client, body = Client(port), form((folder / row["file"]).read_bytes())
            start = time.perf_counter()
            status = client.ask(body)
            if status >= 400:
                refused.append((time.perf_counter() - start) * 1000)
            if str(status).replace("201", "200") not in row["status"].split("|"):
                wrong.append(f"{row['file']}: {status}")
            client.close()
        pids = family(server)
        peak = sum(figure(pid, "status", "VmHWM") for pid in pids) // 1000
        now = memory(pids)
    print(f"{len(rows)} files, {len(wrong)} not as expected", *wrong, sep="\n")
    print(f"{len(refused)} refused: p50 {percentile(refused, 0.5):.0f} ms, most {max(refused):.0f} ms")
    print(f"{len(pids)} processes: {peak} MB at most, {now:.0f} MB at the end")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: python benchmarks/hostile.py FOLDER")
    main(Path(sys.argv[1]))
