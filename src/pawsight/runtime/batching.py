"""Let threads that predict one photo each share runs of a graph.

As many runs as there are processors go on at once. Photos that come meanwhile wait, and the next run takes up to `MOST`
of them: that costs less processor time than one by one, and 10 MB less memory than four at a time. A photo that
comes alone never waits for others.
"""

from __future__ import annotations

import threading
from collections import deque
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from pawsight.parallel import usable_processors
from pawsight.runtime import InferenceSession, Outputs
from pawsight.types import Pixels

MOST = 2


class BatchingSession:
    """A session whose callers pass one photo each. Thread-safe.

    Args:
        session: a loaded graph, that takes several calls at once.
        most: photos in one run.
        at_once: runs at the same time.
    """

    def __init__(self, session: InferenceSession, most: int = MOST, at_once: int = 0) -> None:
        self._session, self._most = session, most
        self._at_once = self._free = at_once or usable_processors()
        self._waiting: deque[_Call] = deque()
        self._lock = threading.Lock()

    def run(self, photo: Pixels) -> Outputs:
        """Run the graph for one photo.

        Args:
            photo: `(size, size, 3)` uint8.

        Returns:
            The outputs for one photo, `(1, ...)` each.

        Raises:
            Exception: whatever the session raised, in each of the threads that shared the run.
        """
        call = _Call(photo)
        with self._lock:
            if self._free:
                self._free -= 1
                call.batch = [call]
            else:
                self._waiting.append(call)
        if not call.batch:
            call.turn.acquire()
        if call.batch:  # this thread does the work for all of them
            self._run(call)
        if call.error:
            raise call.error
        return call.outputs

    def warm_up(self, size: int) -> None:
        """Make as many runs at once as there may be, each of as many blank photos as one takes.

        A graph keeps the memory of its runs for the next ones. Without this, a server would grow at some later moment,
        when two of its largest runs first meet.

        Args:
            size: side of the photos, in pixels.
        """
        photos = np.zeros((self._most, size, size, 3), np.uint8)
        with ThreadPoolExecutor(self._at_once) as threads:
            for _ in range(3):  # the memory that is kept settles with the second time
                list(threads.map(self._session.run, [photos] * self._at_once))

    def _run(self, leader: _Call) -> None:
        try:
            photos = [call.photo for call in leader.batch]
            out = self._session.run(np.stack(photos) if len(photos) > 1 else photos[0][None])  # one needs no copy
            for place, call in enumerate(leader.batch):
                call.outputs = out.one(place)
        except BaseException as error:
            for call in leader.batch:
                call.error = error
        finally:
            self._start_next()
        for call in leader.batch[1:]:
            call.turn.release()

    def _start_next(self) -> None:
        """Let the photo that has waited longest, and some of those behind it, begin; or give the place back."""
        with self._lock:
            if not self._waiting:
                self._free += 1
                return
            count = min(self._most, len(self._waiting))
            batch = [self._waiting.popleft() for _ in range(count)]
        batch[0].batch = batch
        batch[0].turn.release()


class _Call:
    """One photo, and what becomes of it.

    Attributes:
        turn: held until the outputs are there, or this call has a batch.
        batch: photos that this call's thread is to run, its own first; empty where another thread does.
    """

    outputs: Outputs

    def __init__(self, photo: Pixels) -> None:
        self.photo = photo
        self.turn = threading.Lock()
        self.turn.acquire()
        self.batch: list[_Call] = []
        self.error: BaseException | None = None
