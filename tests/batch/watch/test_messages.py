from __future__ import annotations

import json
import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest

from pawsight.batch.watch import messages
from pawsight.batch.watch.visits import VisitResult
from pawsight.errors import BadSettings

ANSWER = VisitResult("1", "cat", {"cat": 0.9, "dog": 0.0}, "m", 2, ["/x/a b';touch y.jpg"], "2026-01-01T00:00:00+00:00")


class Hub(HTTPServer):
    """A receiver that fails as often as it should."""

    def __init__(self, failures: int) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.failures, self.received = failures, list[tuple[dict[str, Any], str | None]]()


class Handler(BaseHTTPRequestHandler):
    server: Hub

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.failures -= 1
        if self.server.failures < 0:
            self.server.received.append((json.loads(body), self.headers["Authorization"]))
        self.send_response(200 if self.server.failures < 0 else 503)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Keep quiet."""


@pytest.fixture
def hub(request: pytest.FixtureRequest) -> Iterator[Hub]:
    with Hub(getattr(request, "param", 0)) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.mark.parametrize("hub", [0, 2], indirect=True)
def test_a_webhook_is_tried_again(hub: Hub) -> None:
    warnings: list[str] = []
    send = messages.webhook(f"http://127.0.0.1:{hub.server_port}/hook", "secret")
    outbox = messages.Outbox("The webhook", send, warnings.append, pause=0.01)
    with outbox:
        outbox(ANSWER)
        outbox(ANSWER)
        end = time.monotonic() + 20
        while len(hub.received) < 2 and time.monotonic() < end:
            time.sleep(0.01)
    assert [received for received, _ in hub.received] == [ANSWER.to_dict()] * 2
    assert hub.received[0][1] == "Bearer secret"
    assert warnings == []


def test_a_message_that_nobody_takes_is_given_up_and_named() -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    warnings: list[str] = []
    send = messages.webhook(f"http://127.0.0.1:{port}/")
    with messages.Outbox("The webhook", send, warnings.append, pause=0.001) as outbox:
        outbox(ANSWER)
    assert len(warnings) == 1
    assert "The webhook did not take a message" in warnings[0]


def test_a_slow_receiver_does_not_fill_the_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(messages, "MOST_WAITING", 3)
    warnings: list[str] = []
    outbox = messages.Outbox("The webhook", lambda _: None, warnings.append)
    for _ in range(5):
        outbox(ANSWER)
    assert outbox._waiting.qsize() == 3
    assert "the oldest of 3 waiting messages was dropped" in warnings[0]


@pytest.mark.parametrize("address", ["ftp://x/", "file:///etc/passwd", "hub", "http://"])
def test_what_is_no_web_address(address: str) -> None:
    with pytest.raises(BadSettings, match="no web address"):
        messages.webhook(address)


@pytest.mark.parametrize("address", ["http://x/y", "mqtt://host", "mqtt:///topic", "host"])
def test_what_is_no_broker(address: str) -> None:
    pytest.importorskip("paho.mqtt", reason="MQTT needs the extra mqtt")
    with pytest.raises(BadSettings, match="no address of a broker"):
        messages.mqtt(address)


def test_a_broker_gets_the_message(tmp_path: Path) -> None:
    client = pytest.importorskip("paho.mqtt.subscribe", reason="MQTT needs the extra mqtt")
    broker = shutil.which("mosquitto") or shutil.which("mosquitto", path="/usr/sbin")
    if not broker:
        pytest.skip("needs mosquitto")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with subprocess.Popen([broker, "-p", str(port)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            warnings: list[str] = []
            send = messages.mqtt(f"mqtt://127.0.0.1:{port}/home/flap")
            got: list[Any] = []
            with messages.Outbox("The broker", lambda m: send(m), warnings.append, pause=0.05) as outbox:
                end = time.monotonic() + 20
                while not _answers(port) and time.monotonic() < end:
                    time.sleep(0.02)
                listener = threading.Thread(
                    target=lambda: got.append(client.simple("home/flap", hostname="127.0.0.1", port=port, keepalive=5))
                )
                listener.start()
                while not got and time.monotonic() < end:
                    outbox(ANSWER)  # until the listener has subscribed
                    listener.join(0.1)
            assert json.loads(got[0].payload) == ANSWER.to_dict()
        finally:
            process.terminate()


def _answers(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), 1):
            return True
    except OSError:
        return False
