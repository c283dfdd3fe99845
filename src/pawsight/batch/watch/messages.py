"""Send what was seen to other programs: a webhook (JSON by HTTP) or an MQTT broker."""

from __future__ import annotations

import json
import queue
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from types import TracebackType
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from pawsight.batch.watch.hooks import Report
from pawsight.batch.watch.visits import VisitResult
from pawsight.errors import BadSettings

if TYPE_CHECKING:
    from paho.mqtt.client import Client

MOST_WAITING = 100  # messages; a newer one pushes the oldest out
TRIES = 6
FIRST_PAUSE = 1.0  # seconds before the second try; doubled before each further one
SECONDS = 10.0
Send = Callable[[bytes], None]


class Outbox:
    """Sends messages in a thread of its own, in their order, so that a slow receiver never holds up the camera.

    Args:
        name: of the receiver, for reports.
        send: sends one message; raises OSError where that fails.
        report: gets a line where a message is given up.
        pause: seconds before the second try.
    """

    def __init__(self, name: str, send: Send, report: Report, pause: float = FIRST_PAUSE) -> None:
        self._name, self._send, self._report, self._pause = name, send, report, pause
        self._waiting: queue.Queue[bytes | None] = queue.Queue()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="pawsight-outbox", daemon=True)

    def __enter__(self) -> Outbox:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Send what waits, without pauses, and end."""
        self._stopping.set()
        self._waiting.put(None)
        self._thread.join(SECONDS * 2)

    def __call__(self, answer: VisitResult) -> None:
        """Queue a message."""
        if self._waiting.qsize() >= MOST_WAITING:
            self._waiting.get()
            self._report(f"{self._name} is too slow: the oldest of {MOST_WAITING} waiting messages was dropped.")
        self._waiting.put(json.dumps(answer.to_dict()).encode())

    def _run(self) -> None:
        while (message := self._waiting.get()) is not None:
            self._deliver(message)

    def _deliver(self, message: bytes) -> None:
        problem: OSError | None = None
        for number in range(TRIES):
            if number and self._stopping.wait(self._pause * 2 ** (number - 1)):
                break
            try:
                self._send(message)
                return
            except OSError as error:  # also what urllib raises
                problem = error
        self._report(f"{self._name} did not take a message: {problem}")


def webhook(address: str, token: str = "") -> Send:
    """Make a sender that POSTs JSON.

    Args:
        address: `http://` or `https://`.
        token: sent as `Authorization: Bearer`, unless empty.

    Raises:
        BadSettings: another kind of address.
    """
    if urlsplit(address).scheme not in ("http", "https") or not urlsplit(address).hostname:
        raise BadSettings(f"--webhook {address}: this is no web address.", "It starts with http:// or https://.")
    headers = {"Content-Type": "application/json", "User-Agent": "pawsight"}
    if token:
        headers["Authorization"] = f"Bearer {token}"

    def send(message: bytes) -> None:
        request = urllib.request.Request(address, message, headers, method="POST")  # noqa: S310
        try:
            with urllib.request.urlopen(request, timeout=SECONDS):  # noqa: S310
                pass
        except urllib.error.HTTPError as error:
            error.close()  # it holds the connection
            raise OSError(f"it answered {error.code} {error.reason}") from None

    return send


def mqtt(address: str) -> Send:
    """Make a sender that publishes to an MQTT broker, with confirmation (QoS 1).

    Args:
        address: `mqtt://user:password@host:1883/topic`, or `mqtts://` for TLS.

    Raises:
        BadSettings: another kind of address.
    """
    parts = urlsplit(address)
    topic = unquote(parts.path.lstrip("/"))
    if parts.scheme not in ("mqtt", "mqtts") or not parts.hostname or not topic:
        raise BadSettings(
            "--mqtt: this is no address of a broker and a topic.", "It looks like mqtt://host:1883/home/cat-flap."
        )
    client = _client(address)

    def send(message: bytes) -> None:
        if not client.is_connected():
            _connect(client, parts.hostname or "", parts.port or (8883 if parts.scheme == "mqtts" else 1883))
        sent = client.publish(topic, message, qos=1)
        try:
            sent.wait_for_publish(SECONDS)
        except (RuntimeError, ValueError) as error:
            raise OSError(str(error)) from error
        if not sent.is_published():
            raise OSError("the broker did not confirm the message in time")

    return send


def _client(address: str) -> Client:
    from paho.mqtt.client import Client
    from paho.mqtt.enums import CallbackAPIVersion

    parts = urlsplit(address)
    client = Client(CallbackAPIVersion.VERSION2)
    if parts.username:
        client.username_pw_set(unquote(parts.username), unquote(parts.password or ""))
    if parts.scheme == "mqtts":
        client.tls_set()
    return client


def _connect(client: Client, host: str, port: int) -> None:
    client.connect(host, port)
    client.loop_start()
    end = time.monotonic() + SECONDS
    while not client.is_connected():
        if time.monotonic() > end:
            raise OSError("the broker does not answer")
        time.sleep(0.05)
