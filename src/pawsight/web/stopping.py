"""An end without a lost answer: who has begun to ask is answered, nobody new is let in, and it does not take long."""

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
_FRESH = 0.5  # a connection that was heard of so lately may be about to ask
_TICK = 0.05
_ROUNDS = 4  # of connections to let in


def run(server: Any, within: float) -> None:
    """Serve until SIGTERM or Ctrl-C; then finish what has begun, and return.

    Args:
        server: one of waitress, listening.
        within: seconds that requests in flight may still take. A second signal cuts them off at once.
    """
    stop = threading.Event()
    with _listening_to_signals(stop, server):
        while not stop.is_set():
            _turn(server, 1.0)
            server.rest()
        _finish(server, within)
    server.task_dispatcher.shutdown(timeout=_TICK)


@contextmanager
def _listening_to_signals(stop: threading.Event, server: Any) -> Iterator[None]:
    """Signals set a mark and no more, so that they never break into the middle of something; the second one does."""

    def ask(number: int, _: FrameType | None) -> None:
        if stop.is_set():
            raise KeyboardInterrupt
        stop.set()
        server.pull_trigger()

    if threading.current_thread() is not threading.main_thread():  # where somebody else looks after signals
        yield
        return
    before = {number: signal.signal(number, ask) for number in _SIGNALS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _turn(server: Any, seconds: float) -> None:
    wasyncore.loop(timeout=seconds, use_poll=server.adj.asyncore_use_poll, map=server._map, count=1)


def _finish(server: Any, within: float) -> None:
    server.stopping = True
    _let_in_who_waits(server)
    wasyncore.dispatcher.close(server)  # only the socket that listens; connections stay
    end = time.monotonic() + within
    _turn(server, 0)  # what has come already is read before anybody is called idle
    while (busy := _busy(server)) and time.monotonic() < end:
        _turn(server, _TICK)
    if busy:
        _log.warning("Stopped after %g s with %d connections still at work.", within, len(busy))


def _let_in_who_waits(server: Any) -> None:
    """Whom the system has connected already would else be thrown out unheard; but a flood must not push out others."""
    for _ in range(_ROUNDS):
        known = len(server.active_channels)
        server.handle_accept()
        if len(server.active_channels) == known:
            return


def _busy(server: Any) -> list[Any]:
    """Connections that ask or are being answered. Each is told that this is its last answer; idle ones are closed."""
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
