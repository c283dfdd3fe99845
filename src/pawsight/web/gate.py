"""What stands between the network and the app: waitress, made safe against clients that mean no good.

Waitress reads requests in one thread and answers them in others. By itself it lets anyone be as slow as they like, as
long as a byte comes now and then; it takes in more work than it can ever answer; and it stops listening when slow
clients hold all its connections. Here each request has its time, each lane its length, and the slowest makes way.
"""

from __future__ import annotations

import math
import socket
import time
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

import msgspec
from waitress.adjustments import Adjustments
from waitress.channel import HTTPChannel
from waitress.server import TcpWSGIServer
from waitress.task import ErrorTask, ThreadedTaskDispatcher
from waitress.utilities import Error

from pawsight.settings import Settings
from pawsight.web.headers import HEADERS
from pawsight.web.http import Request
from pawsight.web.problems import MEDIA_TYPE, bare_page, of_status
from pawsight.web.uploads import body_limit, photo_limit

RATE = 1000.0
RETRY_AFTER = 1
_REST = 0.01  # seconds
_IDLE, _HEADERS, _AT_ONCE, _QUICK, _LARGE = 30, 32_768, 64, 2, 1
_AHEAD = 8  # requests that a client may send before it has the first answer; browsers wait for each (RFC 9112, 9.3.2)


class _TooSlow(Error):  # type: ignore[misc]  # waitress has no types
    code, reason = 408, "Request Timeout"


class _Problem(ErrorTask):  # type: ignore[misc]
    """What is refused before the app is asked, in the app's words; a page for who sends a form from a browser."""

    def execute(self) -> None:
        problem = of_status(self.request.error.code)
        person = "text/html" in self.request.headers.get("ACCEPT", "")
        kind, body = ("text/html", bare_page(problem)) if person else (MEDIA_TYPE, msgspec.json.encode(asdict(problem)))
        self.status = f"{problem.status} {self.request.error.reason}"
        self.response_headers.extend([("Content-Type", kind), *HEADERS.items()])
        self.set_close_on_finish()
        self.content_length = len(body)
        self.write(body)


class _Channel(HTTPChannel):  # type: ignore[misc]
    """One connection, and how long it may take."""

    error_task_class: Any = _Problem
    parser_class: Any = Request
    request: Request | None
    requests: list[Request]

    def __init__(self, server: Gate, *arguments: Any, **more: Any) -> None:
        super().__init__(server, *arguments, **more)
        self.free_since = time.monotonic()
        self._sending_since: float | None = None
        self._sent = 0

    def received(self, data: bytes) -> bool:
        """Take in what has come. Of many requests in one piece, the first few are answered; then it closes."""
        taken: bool = super().received(data)
        with self.requests_lock:
            for request in self.requests[_AHEAD:]:
                request.close()
            if len(self.requests) > _AHEAD:
                del self.requests[_AHEAD:]
                self.requests[-1].headers["CONNECTION"] = "close"
        return taken

    def send(self, data: bytes, do_close: bool = True) -> int:
        """Send a part of an answer."""
        sent: int = super().send(data, do_close)
        self._sent += sent
        return sent

    def service(self) -> None:
        """Answer one request."""
        self.free_since = math.inf  # it hands over to the thread that reads before it returns
        super().service()
        self.free_since = time.monotonic()

    @property
    def waiting_since(self) -> float:
        """When it last began to wait for its client."""
        return self.request.began if self.request is not None else self.free_since

    @property
    def held(self) -> int:
        """Bytes of requests that are kept for it."""
        return sum(request.body_bytes_received for request in [*self.requests, self.request] if request is not None)

    def hurry(self, now: float, grace: float) -> None:
        """Give up on a client that sends or reads too slowly; called in the thread that reads."""
        if not self.total_outbufs_len:
            self._sending_since = None
        elif self._sending_since is None:
            self._sending_since, self._sent = now, 0
        elif _behind(self._sending_since, self._sent, now, grace):
            self.drop()
        half = self.request
        if half is not None and not self.requests and _behind(half.began, half.moved, now, grace):
            self.refuse(_TooSlow("too slow"))

    def refuse(self, error: Error) -> None:
        """Answer a request that is not complete with an error, and close."""
        with self.requests_lock:
            request, self.request = self.request, None
            if request is None:
                return
            request.error = error
            self.requests.append(request)
        self.server.add_task(self)

    def turn_away(self) -> None:
        """Answer a complete request that there is no time for, at once and with next to no work."""
        with self.outbuf_lock:
            self.outbufs[-1].append(_BUSY)
            self.current_outbuf_count += len(_BUSY)
            self.total_outbufs_len += len(_BUSY)
            self._flush_some()
        self.close_when_flushed = self.requests[0].connection_close
        for request in self.requests:
            request.close()
        self.requests = []

    def drop(self) -> None:
        """Close at once; waitress would first wait until it can send, and a client can see to it that it never can."""
        self.will_close = True
        self.handle_close()


def _busy() -> bytes:
    """The whole answer to a photo that cannot be answered soon."""
    body = msgspec.json.encode(asdict(of_status(503)))
    lines = {"Content-Type": MEDIA_TYPE, "Content-Length": str(len(body)), "Retry-After": str(RETRY_AFTER), **HEADERS}
    head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    return f"HTTP/1.1 503 Service Unavailable\r\nServer: Pawsight\r\n{head}\r\n".encode() + body


_BUSY = _busy()


def _behind(since: float, moved: int, now: float, grace: float) -> bool:
    """Whether `moved` bytes are too few for the time since it began: after `grace` seconds, `RATE` a second."""
    return now - since > grace + moved / RATE


class Gate(TcpWSGIServer):  # type: ignore[misc]
    """A waitress server with limits.

    Args:
        app: WSGI application.
        listener: a listening socket.
        settings: the limits.
    """

    channel_class = _Channel

    def __init__(self, app: Any, listener: socket.socket, settings: Settings) -> None:
        limits = Adjustments(
            sockets=[listener],
            threads=settings.threads,
            ident="Pawsight",
            max_request_header_size=_HEADERS,
            max_request_body_size=body_limit(settings) + 1,
            connection_limit=2 * settings.max_connections,  # that many are never reached: see `handle_accept`
            channel_timeout=_IDLE,
            cleanup_interval=1,
            recv_bytes=65_536,
            asyncore_use_poll=True,  # select() fails from 1,024 files on
            log_socket_errors=False,
            clear_untrusted_proxy_headers=False,  # `proxies` does that
        )
        self.settings = settings
        self.turned_away: Callable[[], object] = lambda: None  # called for each photo there is no time for
        self.stopping = False  # then each answer is its connection's last
        self._held = 0
        self._crowded = False
        self._quick, self._large, answers = _lane(_QUICK), _lane(_LARGE), _lane(settings.threads)
        about = (listener.family, listener.type, listener.proto, listener.getsockname())
        super().__init__(app, {}, _sock=listener, dispatcher=answers, adj=limits, sockinfo=about, bind_socket=False)

    def add_task(self, channel: _Channel) -> None:
        """Put a request that is complete into its lane: photos wait for each other, and nothing waits for photos.

        A request for many photos has all of them in memory while it is answered, hundreds of megabytes; such ones go
        one after the other.
        """
        request = channel.requests[0]
        if self.stopping:
            request.headers["CONNECTION"] = "close"
        large = request.body_bytes_received > photo_limit(self.settings)
        if request.error is not None or not (large or request.command == "POST"):
            self._quick.add_task(channel)
        elif self.waiting < self.settings.max_waiting and self._held < self._most_held:
            (self._large if large else self.task_dispatcher).add_task(channel)
        else:
            self.turned_away()
            channel.turn_away()
            self._crowded = True

    def rest(self) -> None:
        """Let others work where photos are being turned away; called between two looks at all connections.

        A look costs the same whether one request has come or a hundred: fewer looks leave more time for answers.
        """
        if self._crowded:
            self._crowded = False
            time.sleep(_REST)

    @property
    def waiting(self) -> int:
        """Requests with photos that no thread has begun with."""
        return len(self.task_dispatcher.queue) + len(self._large.queue)

    @property
    def _most_held(self) -> int:
        return 10 * body_limit(self.settings)

    def handle_accept(self) -> None:
        """Take the connections that wait; where there are too many, the one that has waited longest makes way.

        Only so many at once that whoever is new has been heard several times before it is the one.
        """
        for _ in range(min(_AT_ONCE, max(1, self.settings.max_connections // 8))):
            if len(self.active_channels) >= self.settings.max_connections:
                self._make_room()
            before = len(self.active_channels)
            super().handle_accept()
            if len(self.active_channels) == before:
                return

    def _make_room(self) -> None:
        waiting = [channel for channel in self.active_channels.values() if len(channel.requests) != 1]
        if waiting:
            min(waiting, key=lambda channel: channel.waiting_since).drop()

    def maintenance(self, now: float) -> None:
        """Look after all connections; called every second."""
        super().maintenance(now)
        for channel in list(self.active_channels.values()):
            channel.hurry(time.monotonic(), self.settings.max_slow_seconds)
        channels = list(self.active_channels.values())
        self._held = sum(channel.held for channel in channels)
        if self._held > self._most_held:
            max(channels, key=lambda channel: channel.held * (not channel.requests)).drop()

    def close(self) -> None:
        """Stop listening, and let what is being answered end."""
        for lane in (self._quick, self._large):
            lane.shutdown(timeout=1)
        super().close()


def _lane(threads: int) -> ThreadedTaskDispatcher:
    lane = ThreadedTaskDispatcher()
    lane.set_thread_count(threads)
    return lane
