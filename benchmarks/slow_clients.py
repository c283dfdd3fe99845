"""Slow clients of three kinds, and what an honest one sees of them.

    python benchmarks/slow_clients.py                                    200 clients for 30 s
    python benchmarks/slow_clients.py --clients 3000 --seconds 600

A third sends a header, a third a body, a byte each few seconds; a third asks for much and reads a byte as often.
A client that is cut off reconnects. Next to them one honest client sends photos, one after the other.
"""

from __future__ import annotations

import argparse
import contextlib
import socket
import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import Event, Process
from multiprocessing.synchronize import Event as Flag
from pathlib import Path

from load import Asked, connect, form, one_after_the_other, percentile, serving
from photos import small

EVERY = 5.0
_ASK = b"GET /bootstrap/static/css/bootstrap.min.css HTTP/1.1\r\nHost: a\r\n\r\n"
_OPENINGS = (
    b"GET / HTTP/1.1\r\nHost: a\r\nX-Slow: ",
    b"POST /api/v1/predictions HTTP/1.1\r\nHost: a\r\nContent-Length: 9000000\r\n\r\n",
    _ASK * 50,  # of which a server need not answer all
)


def slow(port: int, clients: int, stop: Flag) -> None:
    """Keep so many slow clients busy until stopped."""
    connections: dict[int, socket.socket] = {}
    while not stop.is_set():
        start = time.monotonic()
        for number in range(clients):
            _one_byte(port, number, connections)
        stop.wait(max(0.0, EVERY - (time.monotonic() - start)))
    for connection in connections.values():
        connection.close()


def _one_byte(port: int, number: int, connections: dict[int, socket.socket]) -> None:
    try:
        if number not in connections:
            connections[number] = connect(port)
            connections[number].sendall(_OPENINGS[number % 3])
            connections[number].settimeout(0)
        elif number % 3 == 2:
            if not connections[number].recv(1):
                raise ConnectionResetError
        else:
            connections[number].send(b"a")
    except BlockingIOError:
        return
    except OSError:
        with contextlib.suppress(KeyError):
            connections.pop(number).close()


def report(name: str, asked: list[Asked]) -> None:
    """Print what the honest client saw."""
    good = [one.took * 1000 for one in asked if one.status == 201]
    lost = {code: n for code, n in Counter(one.status for one in asked).items() if code != 201}
    print(f"{name:<24}{len(good):>6,} answered, p50 {percentile(good, 0.5):.0f} ms, ", end="")
    print(f"p99 {percentile(good, 0.99):.0f} ms, lost: {lost or 'none'}")


def main() -> None:
    """Start a server, ask it in peace, then among slow clients."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("photo", type=Path, nargs="?", help="a small photo; one made here where none is given")
    parser.add_argument("--clients", type=int, default=200)
    parser.add_argument("--seconds", type=float, default=30)
    chosen = parser.parse_args()
    body, stop = form(chosen.photo.read_bytes() if chosen.photo else small()), Event()
    with serving() as port, ProcessPoolExecutor(1) as apart:
        apart.submit(one_after_the_other, port, body, 1, 2).result()
        report("alone", apart.submit(one_after_the_other, port, body, 1, 10).result())
        crowd = Process(target=slow, args=(port, chosen.clients, stop))
        crowd.start()
        time.sleep(2)
        report(
            f"{chosen.clients:,} slow ones", apart.submit(one_after_the_other, port, body, 1, chosen.seconds).result()
        )
        stop.set()
        crowd.join()


if __name__ == "__main__":
    main()
