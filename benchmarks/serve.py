"""What answers over HTTP cost, from the start of a server of its own: time, memory, and what it does when idle.

    python benchmarks/serve.py                       photos made here: 25 kB, and 12 megapixels (3.2 MB)
    python benchmarks/serve.py PHOTO --seconds 15    a small photo of your own

Each part takes `--seconds`. Client and server share the processors. Memory is proportional (shared pages count once),
of the server and its decoders. Linux only.
"""

from __future__ import annotations

import argparse
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from load import PHOTOS, Client, form, one_after_the_other, percentile, serving
from photos import large, small
from processes import family, memory, only_child, processor_seconds

CLIENTS, WARM_UP, SETTLE = 8, 1.0, 1.0
GOOD = (200, 201)


@dataclass(frozen=True)
class Speed:
    """What one server did.

    Attributes:
        first: seconds from its start to its first answer.
        asked: how often one client asked.
        p50, p99: milliseconds of an answer to one client.
        alone: megabytes of memory after one client.
        crowded: megabytes of memory after several.
        rate: answers a second to several clients.
    """

    first: float
    asked: int
    p50: float
    p99: float
    alone: float
    crowded: float
    rate: float


def measure(port: int, start: float, photo: bytes, seconds: float, path: str = PHOTOS) -> Speed:
    """Ask a server that was started at `start` on the performance counter: once, then one client, then several."""
    server, body = only_child(), form(photo)
    client = Client(port, path)
    status, first = client.ask(body), time.perf_counter() - start
    client.close()
    if status not in GOOD:
        sys.exit(f"expected an answer, but the server's status was {status}")
    answers(port, body, 1, WARM_UP, path)
    times, _ = answers(port, body, 1, seconds, path)
    alone = memory(family(server))
    _, rate = answers(port, body, CLIENTS, seconds, path)
    p50, p99 = percentile(times, 0.5), percentile(times, 0.99)
    return Speed(first, len(times), p50, p99, alone, memory(family(server)), rate)


def answers(port: int, body: bytes, clients: int, seconds: float, path: str = PHOTOS) -> tuple[list[float], float]:
    """Milliseconds of each answer, and answers a second; all must be good."""
    asked = one_after_the_other(port, body, clients, seconds, path)
    if bad := [one.status for one in asked if one.status not in GOOD]:
        sys.exit(f"expected {len(asked)} good answers, but {len(bad)} were not; the first had the status {bad[0]}")
    took = max(one.due + one.took for one in asked) - min(one.due for one in asked)
    return [one.took * 1000 for one in asked], len(asked) / took


def idle(server: int, seconds: float) -> float:
    """Milliseconds of processor time that a server takes while nobody asks."""
    time.sleep(SETTLE)
    before = processor_seconds(family(server))
    time.sleep(seconds)
    return (processor_seconds(family(server)) - before) * 1000


def main() -> None:
    """Start a server, ask, and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("photo", type=Path, nargs="?", help="a small photo; one made here where none is given")
    parser.add_argument("--seconds", type=float, default=5)
    chosen = parser.parse_args()
    photo, phone = chosen.photo.read_bytes() if chosen.photo else small(), large()
    start = time.perf_counter()
    with serving() as port:
        speed = measure(port, start, photo, chosen.seconds)
        spent = idle(only_child(), chosen.seconds)
        times, _ = answers(port, form(phone), 1, chosen.seconds)
    print(f"start to first answer: {speed.first:.2f} s")
    print(f"one client, {len(photo):,} bytes, {speed.asked:,} times: p50 {speed.p50:.1f} ms, ", end="")
    print(f"p99 {speed.p99:.1f} ms; then {speed.alone:.0f} MB of memory")
    print(f"{CLIENTS} clients: {speed.rate:.0f} answers/s; then {speed.crowded:.0f} MB of memory")
    print(f"idle for {chosen.seconds:g} s: {spent:.0f} ms of processor time")
    print(f"12 megapixels, {len(phone) / 1e6:.1f} MB, {len(times):,} times: ", end="")
    print(f"p50 {percentile(times, 0.5):.0f} ms, p99 {percentile(times, 0.99):.0f} ms")


if __name__ == "__main__":
    main()
