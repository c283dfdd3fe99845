"""Graceful shutdown: running requests are finished, no new ones are accepted, and it does not take long."""

from __future__ import annotations

import logging
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

from waitress import wasyncore

_log = logging.getLogger(__name__)
_SIGNALS = (signal.SIGINT, signal.SIGTERM)
_HANGUP = getattr(signal, "SIGHUP", None)  # the terminal was closed; Windows has no such signal
_FRESH = 0.5  # seconds; a connection that was active so recently may be about to send a request
_TICK = 0.05
_ROUNDS = 4  # of connections to accept


def run(server: Any, within: float) -> None:
    """Serve until SIGTERM, SIGHUP or Ctrl-C; then finish running requests, and return.

    Args:
        server: one of waitress, listening.
        within: seconds that running requests may still take. A second SIGTERM or Ctrl-C ends them at once; a second
            SIGHUP, which terminals may send, does not.
    """
    stop = threading.Event()
    with _listening_to_signals(stop, server):
        while not stop.is_set():
            _turn(server, 1.0)
            server.yield_slot()
        _finish(server, within)
    server.task_dispatcher.shutdown(timeout=_TICK)


@contextmanager
def _listening_to_signals(stop: threading.Event, server: Any) -> Iterator[None]:
    """Signals only set a flag, so that they never interrupt anything half-way; the second one does.

    Under `nohup` SIGHUP is ignored, and stays so. Once asked to stop, the process ignores it to its end: a terminal may
    send it more than once.
    """

    def ask(number: int, _: FrameType | None) -> None:
        if stop.is_set():
            if number == _HANGUP:
                return
            raise KeyboardInterrupt
        stop.set()
        server.pull_trigger()

    if threading.current_thread() is not threading.main_thread():  # where other code handles signals
        yield
        return
    hangup = [_HANGUP] if _HANGUP and signal.getsignal(_HANGUP) != signal.SIG_IGN else []
    before = {number: signal.signal(number, ask) for number in [*_SIGNALS, *hangup]}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, signal.SIG_IGN if number == _HANGUP and stop.is_set() else handler)


def _turn(server: Any, seconds: float) -> None:
    wasyncore.loop(timeout=seconds, use_poll=server.adj.asyncore_use_poll, map=server._map, count=1)


def _finish(server: Any, within: float) -> None:
    server.stopping = True
    _accept_waiting(server)
    wasyncore.dispatcher.close(server)  # only the socket that listens; connections stay
    end = time.monotonic() + within
    _turn(server, 0)  # what has arrived is read before a connection is taken for idle
    while (busy := _busy(server)) and time.monotonic() < end:
        _turn(server, _TICK)
    if busy:
        _log.warning("Stopped after %g s with %d requests still running.", within, len(busy))


def _accept_waiting(server: Any) -> None:
    """Accept what the system has connected already, which would be reset; but a flood must not push out others."""
    for _ in range(_ROUNDS):
        known = len(server.active_channels)
        server.handle_accept()
        if len(server.active_channels) == known:
            return


def _busy(server: Any) -> list[Any]:
    """Connections with a request. Each response says that it is the connection's last; idle connections are closed."""
    busy = []
    for channel in list(server.active_channels.values()):
        for request in list(channel.requests):
            request.headers["CONNECTION"] = "close"
        asks = channel.requests or channel.request or channel.total_outbufs_len
        if asks or time.time() - channel.last_activity < _FRESH:
            busy.append(channel)
        else:
            channel.will_close = True
    return busy
