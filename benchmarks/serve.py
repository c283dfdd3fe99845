"""What an answer over HTTP costs: one client, one photo after the other, against a server of its own.

    python benchmarks/serve.py PHOTO

Prints p50 and p99 in milliseconds, with client and server on the same processors.
"""

from __future__ import annotations

import http.client
import socket
import subprocess
import sys
import time
from pathlib import Path

REQUESTS, WARM_UP = 400, 20
EDGE = "pawsight-benchmark"


def form(photo: bytes) -> bytes:
    """The body of a multipart form with one photo."""
    head = f'--{EDGE}\r\nContent-Disposition: form-data; name="image"; filename="photo"\r\n\r\n'
    return head.encode() + photo + f"\r\n--{EDGE}--\r\n".encode()


def ask(client: http.client.HTTPConnection, body: bytes) -> float:
    """Milliseconds from the request to the last byte of its answer."""
    start = time.perf_counter()
    client.request("POST", "/api/v1/predictions", body, {"Content-Type": f"multipart/form-data; boundary={EDGE}"})
    answer = client.getresponse()
    answer.read()
    if answer.status != 201:
        sys.exit(f"expected 201, but the server answered {answer.status}")
    return (time.perf_counter() - start) * 1000


def wait_for(port: int) -> None:
    """Return when the server listens."""
    for _ in range(200):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    sys.exit("the server did not start")


def main(photo: Path) -> None:
    """Start a server, ask, and print."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    words = [sys.executable, "-m", "pawsight", "serve", "--port", str(port)]
    server = subprocess.Popen(words, stderr=subprocess.DEVNULL)  # noqa: S603  # our own words
    try:
        wait_for(port)
        client, body = http.client.HTTPConnection("127.0.0.1", port), form(photo.read_bytes())
        times = sorted([ask(client, body) for _ in range(WARM_UP + REQUESTS)][WARM_UP:])
        print(f"{photo.stat().st_size:,} bytes, {REQUESTS} requests: ", end="")
        print(f"p50 {times[REQUESTS // 2]:.1f} ms, p99 {times[REQUESTS * 99 // 100]:.1f} ms")
    finally:
        server.terminate()
        server.wait()


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: python benchmarks/serve.py PHOTO")
    main(Path(sys.argv[1]))
