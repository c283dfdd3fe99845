"""Ten times what a server can answer: what it still answers, how soon it refuses the rest, how soon it recovers.

    python benchmarks/overload.py                   10 s each
    python benchmarks/overload.py --seconds 600 --times 10

First the capacity, by eight clients that each wait for their answer; then requests at ten times that pace, whether or
not they are answered; then the eight clients again, for 5 s. The askers share the processors with the server.
"""

from __future__ import annotations

import argparse
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from load import Asked, at_a_pace, form, one_after_the_other, percentile, serving
from photos import small

CLIENTS, AFTER = 8, 5.0


def report(name: str, asked: list[Asked], seconds: float) -> float:
    """Print one phase; answers a second."""
    statuses = Counter(one.status for one in asked)
    good = [one.took * 1000 for one in asked if one.status == 201]
    refused = [one.took * 1000 for one in asked if one.status == 503]
    print(f"{name:<14}{len(good) / seconds:>7.1f} answers/s, p50 {percentile(good, 0.5):.0f} ms,", end=" ")
    print(f"p99 {percentile(good, 0.99):.0f} ms; {len(refused):,} refused", end="")
    print(f", p50 {percentile(refused, 0.5):.0f} ms, p99 {percentile(refused, 0.99):.0f} ms" if refused else "", end="")
    print(f"; others: {({code: n for code, n in statuses.items() if code not in (201, 503)}) or 'none'}")
    return len(good) / seconds


def main() -> None:
    """Start a server, and load it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("photo", type=Path, nargs="?", help="a small photo; one made here where none is given")
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--times", type=float, default=10)
    chosen = parser.parse_args()
    body = form(chosen.photo.read_bytes() if chosen.photo else small())
    with serving() as port, ProcessPoolExecutor(1) as apart:
        apart.submit(one_after_the_other, port, body, CLIENTS, 3).result()
        quiet = apart.submit(one_after_the_other, port, body, CLIENTS, chosen.seconds).result()
        capacity = report("capacity", quiet, chosen.seconds)
        pace = chosen.times * capacity
        loaded = apart.submit(at_a_pace, port, body, pace, chosen.seconds).result()
        took = max(one.due + one.took for one in loaded) - min(one.due for one in loaded)
        goodput = report(f"{chosen.times:g} times", loaded, took)
        again = apart.submit(one_after_the_other, port, body, CLIENTS, AFTER).result()
        after = report("5 s later", again, AFTER)
    print(f"asked for {len(loaded) / took:,.0f} photos/s; goodput {goodput / capacity:.0%} of the capacity", end="")
    print(f", {after / capacity:.0%} right after")


if __name__ == "__main__":
    main()
