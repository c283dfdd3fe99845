"""What a server and all that it started use, as Linux tells it in /proc."""

from __future__ import annotations

import os
from pathlib import Path


def children(pid: int) -> list[int]:
    """Processes that a process started."""
    tasks = Path(f"/proc/{pid}/task").iterdir()
    return [int(child) for task in tasks for child in (task / "children").read_text().split()]


def family(pid: int) -> list[int]:
    """A process, and all that it and they started."""
    return [pid, *(one for child in children(pid) for one in family(child))]


def only_child() -> int:
    """The one process that we started."""
    (child,) = children(os.getpid())
    return child


def figure(pid: int, file: str, name: str) -> int:
    """A figure in kB from a file of /proc."""
    lines = Path(f"/proc/{pid}/{file}").read_text().splitlines()
    return sum(int(line.split()[1]) for line in lines if line.startswith(f"{name}:"))


def memory(pids: list[int]) -> float:
    """Megabytes of memory; what several share counts once (proportional set size)."""
    return sum(figure(pid, "smaps_rollup", "Pss") for pid in pids) * 1024 / 1e6


def own_memory(pids: list[int]) -> float:
    """Megabytes that they hold for themselves: the share of what files bring changes with who else maps them."""
    return sum(figure(pid, "smaps_rollup", "Pss_Anon") for pid in pids) * 1024 / 1e6


def handles(pids: list[int]) -> int:
    """Open files, connections and pipes."""
    return sum(len(os.listdir(f"/proc/{pid}/fd")) for pid in pids)


def processor_seconds(pids: list[int]) -> float:
    """Seconds of processor time so far, to a hundredth; also of those that these started and that have ended."""
    ticks = 0
    for pid in pids:
        ticks += sum(map(int, Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11:15]))
    return ticks / os.sysconf("SC_CLK_TCK")
