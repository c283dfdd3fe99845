"""`pawsight serve` as a user starts it: a process of its own, a photo over the wire, Ctrl-C."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

from pawsight.web.server.run import listen

COMMAND = [sys.executable, "-m", "pawsight", "serve"]


@contextmanager
def serving(options: Sequence[str] = (), **environment: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Start the server; hands over the process and the address from the line that it prints."""
    with subprocess.Popen(
        [*COMMAND, *options], stderr=subprocess.PIPE, text=True, env=os.environ | environment
    ) as process:
        line = process.stderr.readline() if process.stderr else ""
        try:
            yield process, line
        finally:
            process.kill()


def refused(*options: str, **environment: str) -> str:
    done = subprocess.run(
        [*COMMAND, *options], capture_output=True, text=True, timeout=30, check=False, env=os.environ | environment
    )
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert done.stderr.count("\n") == 1
    return done.stderr


def post(address: str, photo: bytes) -> tuple[int, Any]:
    body = b'--x\r\nContent-Disposition: form-data; name="image"; filename="a"\r\n\r\n' + photo + b"\r\n--x--\r\n"
    request = urllib.request.Request(
        f"{address}/api/v1/predictions", body, {"Content-Type": "multipart/form-data; boundary=x"}
    )
    try:
        with urllib.request.urlopen(request, timeout=30) as response:
            return response.status, json.load(response)
    except urllib.error.HTTPError as error:
        with error:
            return error.code, json.load(error)


def test_from_start_to_stop(picture: Any) -> None:
    with serving(["--port", "0"]) as (process, line):
        assert line.startswith("Pawsight answers at http://127.0.0.1:")
        assert line.endswith(" (Ctrl-C stops)\n")
        address = line.split()[3]
        status, answer = post(address, picture(300, 200))
        assert status == 201
        assert set(answer["predictions"][0]["scores"]) == {"cat", "dog"}
        assert post(address, b"hello")[0] == 415
        process.send_signal(signal.SIGINT)
        assert process.wait(10) == 0
        assert process.stderr is not None
        kept, stopped = process.stderr.read().splitlines()
        assert kept.startswith(f"Photos are kept in {os.environ['XDG_DATA_HOME']}")
        assert stopped == "Stopped."


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="needs /proc and a shell")
@pytest.mark.parametrize("closed", ["2>&-", "<&- >&- 2>&-", "2> >(head -n 1 >/dev/null)"])
def test_standard_streams_that_are_closed(closed: str, picture: Any) -> None:
    """As a daemon may start it. An archive's file or a socket would get their numbers, and a decoder write into it."""
    with listen("127.0.0.1", 0) as free:
        port = free.getsockname()[1]
    words = ["bash", "-c", f'exec "$@" {closed}', "bash", *COMMAND, "--port", str(port)]
    with subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL) as process:
        try:
            for _ in range(300):
                with suppress(OSError):
                    socket.create_connection(("127.0.0.1", port), 1).close()
                    break
                time.sleep(0.1)
            assert post(f"http://127.0.0.1:{port}", picture())[0] == 201
            opened = {os.readlink(f"/proc/{process.pid}/fd/{number}").partition(":")[0] for number in range(3)}
            assert opened <= {"/dev/null", "pipe"}
        finally:
            process.terminate()
        assert process.wait(20) == 0


def test_a_server_that_keeps_nothing_says_so() -> None:
    with serving(["--port", "0"], PAWSIGHT_ARCHIVE_KEEP="nothing") as (process, _):
        assert process.stderr is not None
        assert process.stderr.readline() == "Photos are kept nowhere.\n"


def test_the_port_comes_from_the_variable_and_an_option_wins() -> None:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        free = probe.getsockname()[1]
    with serving(PORT=str(free)) as (_, line):
        assert f":{free} " in line
        with serving(["--port", "0"], PORT=str(free)) as (_, other):
            assert f":{free} " not in other


def test_another_model(tiny_model: Any, picture: Any) -> None:
    with serving(["--port", "0", "--model", str(tiny_model)]) as (_, line):
        assert post(line.split()[3], picture())[1]["predictions"][0]["model"] == "tiny-1"


def test_a_port_in_use() -> None:
    with listen("127.0.0.1", 0) as other:
        message = refused("--port", str(other.getsockname()[1]))
    assert "another program listens there" in message
    assert "--port" in message


@pytest.mark.parametrize(
    ("options", "word"),
    [
        (["--model", "no-such-model", "--port", "0"], "no-such-model"),
        (["--port", "many"], "port"),
        (["--port", "70000"], "port"),
        (["--host", "no host", "--port", "0"], "no host"),
    ],
)
def test_what_cannot_be_started_says_why_in_one_line(options: list[str], word: str) -> None:
    assert word in refused(*options)


def test_help_has_an_example() -> None:
    done = subprocess.run([*COMMAND, "--help"], capture_output=True, text=True, check=True)
    assert "pawsight serve --host 0.0.0.0" in done.stdout


def test_no_stranger_gets_a_debugger() -> None:
    assert "run code here" in refused("--host", "0.0.0.0", "--debug")
