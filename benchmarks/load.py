"""What the benchmarks of a server share: one of its own, photos over the wire, and many askers at a set pace."""

from __future__ import annotations

import math
import os
import re
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

EDGE = "pawsight-benchmark"
PHOTOS = "/api/v1/predictions"


def form(photo: bytes) -> bytes:
    """The body of a multipart form with one photo."""
    head = f'--{EDGE}\r\nContent-Disposition: form-data; name="image"; filename="photo"\r\n\r\n'
    return head.encode() + photo + f"\r\n--{EDGE}--\r\n".encode()


@contextmanager
def serving(**settings: str) -> Iterator[int]:
    """A server with an archive of its own that nobody keeps; hands over the port."""
    words = [sys.executable, "-m", "pawsight", "serve", "--port", "0"]
    with tempfile.TemporaryDirectory() as folder, started(words, {"PAWSIGHT_ARCHIVE": folder} | settings) as port:
        yield port


@contextmanager
def started(words: list[str], settings: dict[str, str]) -> Iterator[int]:
    """Any server that says on its standard error where it "answers at"; hands over the port, stops it at the end."""
    with subprocess.Popen(words, stderr=subprocess.PIPE, text=True, env=os.environ | settings) as server:  # noqa: S603
        said = ""
        try:
            for line in server.stderr or ():
                said += line
                if found := re.search(r"answers at http://[^ ]*:([0-9]+)", line):
                    yield int(found[1])
                    return
            sys.exit(f"The server did not start. It said:\n{said}")
        finally:
            server.terminate()


@dataclass(frozen=True)
class Asked:
    """One request: when it was due, how long its answer took once it was sent, in seconds; its status (0: none)."""

    due: float
    took: float
    status: int


class Client:
    """Asks again and again over one connection, with as little work as can be: it shares the processors.

    Args:
        port: of the server.
        path: where to ask.
    """

    def __init__(self, port: int, path: str = PHOTOS) -> None:
        self.port = port
        self.connection: socket.socket | None = None
        head = f"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: multipart/form-data; boundary={EDGE}\r\n"
        self.head = f"{head}Content-Length: "

    def ask(self, body: bytes) -> int:
        """The status of one answer to a body as `form` makes it; 0 where there is none."""
        try:
            self.connection = self.connection or connect(self.port)
            self.connection.sendall(f"{self.head}{len(body)}\r\n\r\n".encode() + body)
            return self._status()
        except (OSError, ValueError, IndexError):
            self.close()
            return 0

    def _status(self) -> int:
        head, _, rest = self._receive().partition(b"\r\n\r\n")
        length = int(head.lower().partition(b"content-length: ")[2].split(b"\r", 1)[0])
        while len(rest) < length:
            rest += self._receive()
        if b"connection: close" in head.lower():
            self.close()
        return int(head.split(b" ", 2)[1])

    def _receive(self) -> bytes:
        received = self.connection.recv(65_536) if self.connection else b""
        if not received:
            raise ConnectionResetError
        return received

    def close(self) -> None:
        """Hang up."""
        if self.connection:
            self.connection.close()
        self.connection = None


def one_after_the_other(port: int, body: bytes, clients: int, seconds: float, path: str = PHOTOS) -> list[Asked]:
    """Closed loop: each client asks again when it has its answer."""
    end = time.perf_counter() + seconds
    return each(port, iter(lambda: body if time.perf_counter() < end else b"", b""), clients, path)


def each(port: int, bodies: Iterator[bytes], clients: int, path: str = PHOTOS) -> list[Asked]:
    """Closed loop over bodies: each client takes the next when it has its answer; making bodies counts nowhere."""
    found: list[Asked] = []
    lock = threading.Lock()

    def next_one() -> bytes | None:
        with lock:
            return next(bodies, None)

    def asker() -> None:
        client = Client(port, path)
        while (body := next_one()) is not None:
            due = time.perf_counter()
            status = client.ask(body)
            found.append(Asked(due, time.perf_counter() - due, status))
        client.close()

    _all([threading.Thread(target=asker) for _ in range(clients)])
    return found


def at_a_pace(port: int, body: bytes, rate: float, seconds: float, askers: int = 200) -> list[Asked]:
    """Open loop: requests are due `rate` times a second, whether or not those before are answered."""
    found: list[Asked] = []
    start, turn, lock = time.perf_counter(), iter(range(math.ceil(rate * seconds))), threading.Lock()

    def next_one() -> int | None:
        with lock:
            return next(turn, None)

    def asker() -> None:
        client = Client(port)
        while (number := next_one()) is not None:
            due = start + number / rate
            time.sleep(max(0.0, due - time.perf_counter()))
            began = time.perf_counter()
            status = client.ask(body)
            found.append(Asked(due, time.perf_counter() - began, status))
        client.close()

    _all([threading.Thread(target=asker) for _ in range(askers)])
    return found


def _all(threads: list[threading.Thread]) -> None:
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def percentile(values: list[float], share: float) -> float:
    """The value below which `share` of them lie; 0 where there are none."""
    return sorted(values)[min(len(values) - 1, int(len(values) * share))] if values else 0.0


def connect(port: int) -> socket.socket:
    """A bare connection, for those that do not speak as they should."""
    return socket.create_connection(("127.0.0.1", port), timeout=30)
