"""Limits of the HTTP server: waitress, made safe against slow, greedy and numerous clients.

Waitress reads requests in one thread and answers them in others. By itself it has no timeout as long as a byte comes
now and then, no limit to the requests that wait, and it stops accepting connections when slow clients hold all of them.
Here each request has a timeout, each queue a length, and a new connection closes the one that has been idle longest.
No server for WSGI ships all of that.
"""

from __future__ import annotations

import math
import socket
import threading
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
from pawsight.web.api.problems import MEDIA_TYPE, bare_page, of_status
from pawsight.web.security import cors
from pawsight.web.security.headers import HEADERS
from pawsight.web.server.parser import Request
from pawsight.web.uploads import body_limit, photo_limit

RATE = 1000.0
RETRY_AFTER = 1
_PAUSE = 0.01  # seconds
_IDLE, _HEADERS, _AT_ONCE, _QUICK, _LARGE = 30, 32_768, 64, 2, 1
_AHEAD = 8  # requests that a client may send before it has the first answer; browsers wait for each (RFC 9112, 9.3.2)


class _TooSlow(Error):  # type: ignore[misc]  # waitress has no types
    code, reason = 408, "Request Timeout"


class _Problem(ErrorTask):  # type: ignore[misc]
    """The response to a request that never reaches the app: a problem, or a page for a browser."""

    def execute(self) -> None:
        problem = of_status(self.request.error.code)
        person = "text/html" in self.request.headers.get("ACCEPT", "")
        kind, body = ("text/html", bare_page(problem)) if person else (MEDIA_TYPE, msgspec.json.encode(asdict(problem)))
        self.status = f"{problem.status} {self.request.error.reason}"
        headers = HEADERS | self.channel.server.cors_headers(self.request)
        self.response_headers.extend([("Content-Type", kind), *headers.items()])
        self.set_close_on_finish()
        self.content_length = len(body)
        self.write(body)


class _Channel(HTTPChannel):  # type: ignore[misc]
    """One connection, with timeouts."""

    error_task_class: Any = _Problem
    parser_class: Any = Request
    request: Request | None
    requests: list[Request]

    def __init__(self, server: LimitedServer, *arguments: Any, **more: Any) -> None:
        super().__init__(server, *arguments, **more)
        self.requests_lock = threading.RLock()  # `received` holds it around waitress's own, which takes it, too
        self.idle_since = time.monotonic()
        self._sending_since: float | None = None
        self._sent = 0

    def received(self, data: bytes) -> bool:
        """Parse what has arrived. Of many pipelined requests, the first few are answered; then it closes."""
        with self.requests_lock:  # until the rest is dropped, so that no answer makes room for more of them
            taken: bool = super().received(data)
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
        self.idle_since = math.inf  # it hands over to the reading thread before it returns
        super().service()
        self.idle_since = time.monotonic()

    @property
    def idle_for_client_since(self) -> float:
        """When it last began to wait for its client."""
        return self.request.began if self.request is not None else self.idle_since

    @property
    def buffered_bytes(self) -> int:
        """Bytes of its requests in memory or in temporary files."""
        return sum(request.body_bytes_received for request in [*self.requests, self.request] if request is not None)

    def enforce_timeouts(self, now: float, grace: float) -> None:
        """Close the connection of a client that sends or reads too slowly; called in the reading thread."""
        if not self.total_outbufs_len:
            self._sending_since = None
        elif self._sending_since is None:
            self._sending_since, self._sent = now, 0
        elif _is_too_slow(self._sending_since, self._sent, now, grace):
            self.drop()
        half = self.request
        if half is not None and not self.requests and _is_too_slow(half.began, half.moved, now, grace):
            self.refuse(_TooSlow("too slow"))

    def refuse(self, error: Error) -> None:
        """Answer an incomplete request with an error, and close."""
        with self.requests_lock:
            request, self.request = self.request, None
            if request is None:
                return
            request.error = error
            self.requests.append(request)
        self.server.add_task(self)

    def reject_busy(self) -> None:
        """Answer a complete request with 503, at once and with next to no work."""
        readable = self.server.cors_headers(self.requests[0])
        response = _busy(readable) if readable else _BUSY
        with self.outbuf_lock:
            self.outbufs[-1].append(response)
            self.current_outbuf_count += len(response)
            self.total_outbufs_len += len(response)
            self._flush_some()
        self.close_when_flushed = self.requests[0].connection_close
        for request in self.requests:
            request.close()
        self.requests = []

    def drop(self) -> None:
        """Close at once; waitress would first wait until it can send, and a client can see to it that it never can."""
        self.will_close = True
        self.handle_close()


def _busy(more: dict[str, str]) -> bytes:
    """The response to a photo while the queue is full, with more headers."""
    body = msgspec.json.encode(asdict(of_status(503)))
    lines = {"Content-Type": MEDIA_TYPE, "Content-Length": str(len(body)), "Retry-After": str(RETRY_AFTER)}
    lines |= HEADERS | more
    head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    return f"HTTP/1.1 503 Service Unavailable\r\nServer: Pawsight\r\n{head}\r\n".encode() + body


_BUSY = _busy({})


def _is_too_slow(since: float, moved: int, now: float, grace: float) -> bool:
    """Return whether `moved` bytes are too few for the time since it began: after `grace` seconds, `RATE` a second."""
    return now - since > grace + moved / RATE


class LimitedServer(TcpWSGIServer):  # type: ignore[misc]
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
        self.on_rejected: Callable[[], object] = lambda: None  # called for each rejected request
        self.stopping = False  # then each answer is its connection's last
        self._origins = cors.origins(settings.cors_origins)
        self._buffered = 0
        self._overloaded = False
        self._quick, self._large, photos = _queue(_QUICK), _queue(_LARGE), _queue(settings.threads)
        about = (listener.family, listener.type, listener.proto, listener.getsockname())
        super().__init__(app, {}, _sock=listener, dispatcher=photos, adj=limits, sockinfo=about, bind_socket=False)

    def add_task(self, channel: _Channel) -> None:
        """Queue a complete request: photos wait for each other, and nothing else waits for photos.

        A request for many photos has all of them in memory while it is answered, hundreds of megabytes; such ones go
        one after the other.
        """
        request = channel.requests[0]
        if self.stopping:
            request.headers["CONNECTION"] = "close"
        large = request.body_bytes_received > photo_limit(self.settings)
        if request.error is not None or not (large or request.command == "POST"):
            self._quick.add_task(channel)
        elif self.waiting < self.settings.max_waiting and self._buffered < self._max_buffered:
            (self._large if large else self.task_dispatcher).add_task(channel)
        else:
            self.on_rejected()
            channel.reject_busy()
            self._overloaded = True

    def cors_headers(self, request: Request) -> dict[str, str]:
        """Return the headers with which a page of another site can read why its request is refused here."""
        return cors.refusal_headers(self._origins, getattr(request, "path", ""), request.headers.get("ORIGIN", ""))

    def yield_slot(self) -> None:
        """Leave the processor to the threads that classify while the queue is full; called between two polls.

        A poll costs the same whether one request has arrived or a hundred: fewer polls leave more time for responses.
        """
        if self._overloaded:
            self._overloaded = False
            time.sleep(_PAUSE)

    @property
    def waiting(self) -> int:
        """Requests with photos in the queue."""
        return len(self.task_dispatcher.queue) + len(self._large.queue)

    @property
    def _max_buffered(self) -> int:
        return 10 * body_limit(self.settings)

    def handle_accept(self) -> None:
        """Accept waiting connections; beyond the limit, close the one that has been idle longest.

        Only so many at once that a new connection was polled several times before it can be the one.
        """
        for _ in range(min(_AT_ONCE, max(1, self.settings.max_connections // 8))):
            if len(self.active_channels) >= self.settings.max_connections:
                self._close_longest_idle()
            before = len(self.active_channels)
            super().handle_accept()
            if len(self.active_channels) == before:
                return

    def _close_longest_idle(self) -> None:
        idle = [channel for channel in self.active_channels.values() if len(channel.requests) != 1]
        if idle:
            min(idle, key=lambda channel: channel.idle_for_client_since).drop()

    def maintenance(self, now: float) -> None:
        """Enforce the limits on all connections; called every second."""
        super().maintenance(now)
        for channel in list(self.active_channels.values()):
            channel.enforce_timeouts(time.monotonic(), self.settings.max_slow_seconds)
        channels = list(self.active_channels.values())
        self._buffered = sum(channel.buffered_bytes for channel in channels)
        if self._buffered > self._max_buffered:
            max(channels, key=lambda channel: channel.buffered_bytes * (not channel.requests)).drop()

    def close(self) -> None:
        """Stop listening, and finish running requests."""
        for queue in (self._quick, self._large):
            queue.shutdown(timeout=1)
        super().close()


def _queue(threads: int) -> ThreadedTaskDispatcher:
    queue = ThreadedTaskDispatcher()
    queue.set_thread_count(threads)
    return queue
