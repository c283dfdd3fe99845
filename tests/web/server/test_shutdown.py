"""SIGTERM: who has begun to ask is answered, and the server ends with 0 in time. With real processes."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

pytestmark = pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGTERM that can be handled")


@contextmanager
def serving(model: Path, **environment: str) -> Iterator[tuple[subprocess.Popen[str], tuple[str, int]]]:
    command = [sys.executable, "-m", "pawsight", "serve", "--port", "0", "--model", str(model)]
    quiet = os.environ | {"PAWSIGHT_ARCHIVE_KEEP": "nothing"} | environment
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=quiet) as process:
        assert process.stderr is not None
        url = process.stderr.readline().split()[3]
        address = urlsplit(url)
        try:
            urllib.request.urlopen(f"{url}/livez", timeout=30).close()
            yield process, (str(address.hostname), int(address.port or 0))
        finally:
            process.kill()


def request(photo: bytes, connection: str = "close") -> bytes:
    body = b'--x\r\nContent-Disposition: form-data; name="image"; filename="a"\r\n\r\n' + photo + b"\r\n--x--\r\n"
    head = (
        "POST /api/v1/predictions HTTP/1.1\r\nHost: x\r\nContent-Type: multipart/form-data; boundary=x\r\n"
        f"Connection: {connection}\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def answer(connection: socket.socket) -> bytes:
    """All that comes until the server closes."""
    with connection, connection.makefile("rb") as file:
        return file.read()


def refused(address: tuple[str, int]) -> bool:
    """Whether the door closes; who stands in it at that moment is reset, and is not inside either."""
    end = time.monotonic() + 60
    while time.monotonic() < end:
        try:
            socket.create_connection(address, timeout=5).close()
        except (ConnectionRefusedError, ConnectionResetError):
            return True
    return False


def test_a_request_whose_body_still_comes_is_answered(tiny_model: Path, picture: Any) -> None:
    sent = request(picture(), "keep-alive")
    with serving(tiny_model) as (process, address), socket.create_connection(address, timeout=20) as connection:
        connection.sendall(sent[:-50])
        time.sleep(0.3)
        process.send_signal(signal.SIGTERM)
        assert refused(address)  # no new connection is accepted
        connection.sendall(sent[-50:])
        got = answer(connection)
        assert got.startswith(b"HTTP/1.1 201")
        assert b"Connection: close" in got
        assert process.wait(60) == 0


def test_all_that_wait_in_the_queue_are_answered(tiny_model: Path, picture: Any) -> None:
    sent = request(picture(600, 450, seed=1))
    with serving(tiny_model, PAWSIGHT_THREADS="1", PAWSIGHT_STOP_WITHIN="60") as (process, address):
        connections = [socket.create_connection(address, timeout=30) for _ in range(20)]
        for connection in connections:
            connection.sendall(sent)
        process.send_signal(signal.SIGTERM)
        with ThreadPoolExecutor(20) as pool:
            got = list(pool.map(answer, connections))
        assert [one[:12] for one in got] == [b"HTTP/1.1 201"] * 20
        assert process.wait(60) == 0


def test_who_never_ends_does_not_hold_it(tiny_model: Path, picture: Any) -> None:
    with serving(tiny_model, PAWSIGHT_STOP_WITHIN="1") as (process, address):
        with socket.create_connection(address, timeout=20) as connection:
            connection.sendall(request(picture())[:-50])
            time.sleep(0.3)
            process.send_signal(signal.SIGTERM)
            assert process.wait(60) == 0
        assert process.stderr is not None
        assert "still running" in process.stderr.read()


def test_an_idle_connection_does_not_hold_it(tiny_model: Path, picture: Any) -> None:
    server = serving(tiny_model, PAWSIGHT_STOP_WITHIN="60")
    with server as (process, address), socket.create_connection(address, timeout=20) as connection:
        connection.sendall(b"GET /livez HTTP/1.1\r\nHost: x\r\n\r\n")
        assert connection.recv(12) == b"HTTP/1.1 200"
        process.send_signal(signal.SIGTERM)
        assert process.wait(60) == 0


@pytest.mark.parametrize("number", [signal.SIGHUP, signal.SIGINT, signal.SIGTERM], ids=lambda one: one.name)
def test_each_signal_ends_it_gracefully(tiny_model: Path, picture: Any, number: signal.Signals) -> None:
    sent = request(picture(), "keep-alive")
    with serving(tiny_model) as (process, address), socket.create_connection(address, timeout=20) as connection:
        connection.sendall(sent[:-50])
        process.send_signal(number)
        assert refused(address)
        if number == signal.SIGHUP:
            process.send_signal(number)  # a terminal that closes may send it twice
        connection.sendall(sent[-50:])
        assert answer(connection).startswith(b"HTTP/1.1 201")
        while number == signal.SIGHUP and process.poll() is None:
            process.send_signal(number)  # also while the rest is put away
            time.sleep(0.01)
        assert process.wait(60) == 0
