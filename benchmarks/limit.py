"""Pawsight next to the plainest server of the same parts: what archive, sandbox and limits cost. The ratio counts.

    python benchmarks/limit.py                             three rounds of 5 s, photos of 25 kB made here
    python benchmarks/limit.py --seconds 10 --rounds 5
    python benchmarks/limit.py --before CHECKOUT           also next to `pawsight serve` of another checkout

All servers run the graph of the same model, each with one thread for a photo, and are idle while another one is asked.
A round asks each in turn: one client, then eight. No two photos are equal, so that each is written. Clients have cores
of their own where there are more than two. `processor` is the processor time that a server and its decoders took for an
answer: it depends least on what else the machine does. Start and memory are measured before, on a server alone, memory
(shared pages once) after eight clients. Linux only.
"""

from __future__ import annotations

import argparse
import itertools
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from load import Asked, Client, each, form, percentile, serving, started
from photos import unlike
from processes import children, family, memory, only_child, processor_seconds
from serve import GOOD

from pawsight.zoo import find

CLIENTS, WARM_UP, CORES = (1, 8), 2.0, 2


@dataclass
class Figures:
    """What one server did at one number of clients.

    Attributes:
        times: milliseconds of each answer.
        clock: seconds that it was asked for.
        processor: seconds of processor time that it took.
    """

    times: list[float] = field(default_factory=list)
    clock: float = 0.0
    processor: float = 0.0

    def row(self) -> list[float]:
        """p50 and p99 in milliseconds, answers a second, milliseconds of processor time for an answer."""
        count = len(self.times)
        return [
            percentile(self.times, 0.5),
            percentile(self.times, 0.99),
            count / self.clock,
            self.processor * 1000 / count,
        ]


@dataclass
class Server:
    """One that is running."""

    name: str
    port: int
    path: str
    pid: int
    figures: dict[int, Figures] = field(default_factory=lambda: {clients: Figures() for clients in CLIENTS})


def timed(bodies: Iterator[bytes], seconds: float) -> Iterator[bytes]:
    """Bodies until the time is over."""
    end = time.perf_counter() + seconds
    return itertools.takewhile(lambda _: time.perf_counter() < end, bodies)


def ask(server: Server, bodies: Iterator[bytes], clients: int, seconds: float) -> list[Asked]:
    """Ask a server; all answers must be good."""
    before, start = processor_seconds(family(server.pid)), time.perf_counter()
    asked = each(server.port, timed(bodies, seconds), clients, server.path)
    clock = time.perf_counter() - start
    if bad := [one.status for one in asked if one.status not in GOOD]:
        sys.exit(f"{server.name}: {len(bad)} of {len(asked)} answers were not good; the first had the status {bad[0]}")
    figures = server.figures[clients]
    figures.times += [one.took * 1000 for one in asked]
    figures.clock += clock
    figures.processor += processor_seconds(family(server.pid)) - before
    return asked


@contextmanager
def servers_cores() -> Iterator[None]:
    """Give what the block starts cores of its own, and this program the others, where there are enough."""
    cores = sorted(os.sched_getaffinity(0))
    if len(cores) > CORES:
        os.sched_setaffinity(0, cores[:CORES])
    yield
    os.sched_setaffinity(0, cores)
    if len(cores) > CORES:
        for task in os.listdir("/proc/self/task"):
            os.sched_setaffinity(int(task), cores[CORES:])


def start(stack: ExitStack, name: str, words: list[str], path: str, settings: dict[str, str]) -> Server:
    """Start another server."""
    known = set(children(os.getpid()))
    with servers_cores():
        port = stack.enter_context(started(words, settings) if words else serving(**settings))
    (pid,) = set(children(os.getpid())) - known
    return Server(name, port, path, pid)


def alone(bodies: Iterator[bytes], model: str, archive: str) -> tuple[float, float, float]:
    """Seconds from a start to the first answer, and megabytes after one client and after eight, of Pawsight."""
    began = time.perf_counter()
    with serving(PAWSIGHT_MODEL=model, PAWSIGHT_ARCHIVE=archive) as port:
        Client(port).ask(next(bodies))
        first = time.perf_counter() - began
        server = Server("Pawsight", port, "/api/v1/predictions", only_child())
        ask(server, bodies, 1, WARM_UP)
        after_one = memory(family(server.pid))
        ask(server, bodies, 8, WARM_UP)
        return first, after_one, memory(family(server.pid))


def show(servers: list[Server]) -> None:
    """Print a table for each number of clients; ratios are to the plain server."""
    plain, names = servers[0], ("p50, ms", "p99, ms", "answers/s", "processor, ms")
    for clients in CLIENTS:
        base = plain.figures[clients].row()
        print(f"\n| {clients} client{'s' if clients > 1 else ''} | " + " | ".join(names) + " | n |")
        print("|---" * (len(names) + 2) + "|")
        for server in servers:
            row = server.figures[clients].row()
            cells = [f"{value:.2f} ({value / one:.2f})" for value, one in zip(row, base, strict=True)]
            print(f"| {server.name} | " + " | ".join(cells) + f" | {len(server.figures[clients].times):,} |")


def main() -> None:
    """Start the servers, ask them in turn, and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=5)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--before", type=Path, help="another checkout of Pawsight, to compare with")
    chosen = parser.parse_args()
    model, bodies = str(find(os.environ.get("PAWSIGHT_MODEL", "default"))), map(form, unlike())
    with ExitStack() as stack:
        # Deleted at the end: for minutes after many files are deleted, ext4 without a journal is slow to make new ones.
        archive = stack.enter_context(tempfile.TemporaryDirectory())
        first, after_one, after_eight = alone(bodies, model, archive)
        print(
            f"start to first answer: {first:.2f} s; memory: {after_one:.0f} MB after one client, {after_eight:.0f} MB ",
            end="",
        )
        print("after eight", flush=True)
        plain = [sys.executable, str(Path(__file__).with_name("plain_server.py")), model]
        servers = [start(stack, "plain", plain, "/predict", {})]
        settings = {"PAWSIGHT_MODEL": model}
        if chosen.before:
            older = settings | {"PYTHONPATH": str(chosen.before / "src")}
            servers.append(start(stack, "before", [], "/api/v1/predictions", older))
        servers.append(start(stack, "Pawsight", [], "/api/v1/predictions", settings))
        for server in servers:
            ask(server, bodies, CLIENTS[-1], WARM_UP)
            server.figures[CLIENTS[-1]] = Figures()
        for _, clients, server in itertools.product(range(chosen.rounds), CLIENTS, servers):
            ask(server, bodies, clients, chosen.seconds)
    show(servers)


if __name__ == "__main__":
    main()
