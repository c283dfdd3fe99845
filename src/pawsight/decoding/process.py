"""One decoder process, from the side of the server: start, request, timeout, end."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import IO

from pawsight.decoding import wire

try:
    from fcntl import F_SETPIPE_SZ, fcntl
except ImportError:  # only Linux lets pipes be widened
    fcntl = None  # type: ignore[assignment]

PATIENCE = 0.5
_WIDTH = 1 << 20  # what Linux allows everybody
# Processor time tells a costly photo from a busy machine, and the clock only has to end what waits without computing;
# where a system cannot limit the first, the clock does it.
_CLOCK = 6 if hasattr(os, "setpriority") else 1
_BEHIND = 10
_BY_A_LIMIT = {-getattr(signal, name) for name in ("SIGXCPU", "SIGKILL") if hasattr(signal, name)}
_SPARE = "32000000"
# What a decoder needs of the server's variables; passwords of databases stand in others.
_KEPT = ("PATH", "SYSTEMROOT", "LANG", "LC_ALL", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH")


class Ended(Exception):
    """The decoder ended over a photo.

    Attributes:
        costly: by a limit, and not by a crash.
    """

    def __init__(self, costly: bool) -> None:
        super().__init__(costly)
        self.costly = costly


class NotStarted(Exception):
    """The decoder ended before it had seen a photo."""


@dataclass(frozen=True)
class _Deadline:
    slow: float
    end: float
    when_slow: Callable[[], None]


class Decoder:
    """A process of its own that opens photos, one at a time.

    Args:
        memory: bytes that it may use beyond what its libraries take.
    """

    def __init__(self, memory: int) -> None:
        words = [sys.executable, "-m", "pawsight.decoding.worker", str(memory)]
        self._process = subprocess.Popen(  # noqa: S603  # our own words
            words, env=_environment(), stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        self._tasks, self._replies = _wide(_piped(self._process.stdin)), _wide(_piped(self._process.stdout))
        self._ready = self._late = False
        self._deadline: _Deadline | None = None
        self.slow = False

    @property
    def alive(self) -> bool:
        """Whether it can be asked."""
        return self._process.poll() is None

    def ask(self, message: bytes, seconds: int, most: int, when_slow: Callable[[], None]) -> bytes:
        """Send it a photo, and wait for the reply.

        Args:
            message: the task.
            seconds: of processor time that it may take.
            most: bytes of a reply.
            when_slow: called by `watch` when it takes longer than `PATIENCE`.

        Raises:
            Ended: the process ended over this photo.
            NotStarted: the process ended before it was ready.
        """
        self._wait_until_ready()
        with self._in_time(seconds, when_slow):
            wire.send(self._tasks, message)
            return wire.receive(self._replies, most)

    @contextlib.contextmanager
    def _in_time(self, seconds: int, when_slow: Callable[[], None]) -> Iterator[None]:
        now = time.monotonic()
        self._deadline = _Deadline(now + PATIENCE, now + seconds * _CLOCK, when_slow)
        try:
            yield
        except (EOFError, OSError) as error:
            raise Ended(costly=self._late or self._ended_by_a_limit()) from error
        finally:
            self._deadline = None

    def _wait_until_ready(self) -> None:
        if not self._ready:
            try:
                wire.receive(self._replies, len(wire.READY))
            except EOFError:
                raise NotStarted from None
            self._ready = True

    def watch(self) -> None:
        """Lower the priority of a photo that takes long, and end one that takes too long; called ten times a second."""
        deadline, now = self._deadline, time.monotonic()
        if deadline is None:
            return
        if now > deadline.end:
            self._late = True
            self._process.kill()
        elif now > deadline.slow and not self.slow:
            self._step_back()
            deadline.when_slow()

    def _step_back(self) -> None:
        """Lower the process's priority. That cannot be undone, so it decodes no photo after this one."""
        self.slow = True
        if hasattr(os, "setpriority"):
            with contextlib.suppress(OSError):
                os.setpriority(os.PRIO_PROCESS, self._process.pid, _BEHIND)

    def _ended_by_a_limit(self) -> bool:
        """Return whether the system ended it, for its time or for want of memory, and not a mistake of its own."""
        try:
            return self._process.wait(1) in _BY_A_LIMIT
        except subprocess.TimeoutExpired:  # it lives, and sent nonsense
            self._process.kill()
            return False

    def end(self) -> None:
        """Kill the process."""
        self._process.kill()
        self._process.wait()
        for stream in (self._tasks, self._replies):
            with contextlib.suppress(OSError):  # what was still to be written has no reader
                stream.close()


def _environment() -> dict[str, str]:
    """Return where Python finds its modules; one thread for NumPy's BLAS, whose others would only cost memory; and 32
    MB kept for the next photo, as asking the system for new memory takes a tenth of the time of a large photo."""
    kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
    paths = os.pathsep.join(os.path.abspath(path) for path in sys.path)
    memory = {"OPENBLAS_NUM_THREADS": "1", "MALLOC_MMAP_THRESHOLD_": _SPARE, "MALLOC_TRIM_THRESHOLD_": _SPARE}
    return kept | memory | {"PYTHONPATH": paths, "PYTHONSAFEPATH": "1"}


def _piped(stream: IO[bytes] | None) -> IO[bytes]:
    if stream is None:
        raise TypeError("Expected a process that was started with pipes, but it has none.")
    return stream


def _wide(stream: IO[bytes]) -> IO[bytes]:
    """Widen a pipe so that it holds a photo: with the usual 64 kB, two processes wake each other up for each piece."""
    if fcntl is not None:
        with contextlib.suppress(OSError):  # this user has too many wide ones already
            fcntl(stream, F_SETPIPE_SZ, _WIDTH)
    return stream
