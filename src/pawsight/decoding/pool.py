"""A pool of decoder processes, which are replaced when they end."""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import msgspec

from pawsight.decoding import wire
from pawsight.decoding.process import Decoder, Ended, NotStarted
from pawsight.errors import IMAGE_ERRORS, BrokenImage, DecodersUnavailable, ImageError, too_costly
from pawsight.model.card import Input
from pawsight.settings import Settings
from pawsight.types import LIMITS, Limits

_log = logging.getLogger(__name__)
SECONDS, MEMORY = 5, 1_000_000_000
_TICK = 0.1
_SLACK = 1_000_000


class DecoderPool:
    """Decodes photos in other processes. Thread-safe; a process starts when it is needed, or by `warm`.

    A photo that takes long continues at a lower priority, and its slot is given to another one; there are as many slots
    for slow photos as for all others.

    Args:
        count: photos decoded at the same time.
        seconds: of processor time for one photo; several times as many of wall-clock time.
        memory: bytes for one photo.
    """

    def __init__(self, count: int = 1, seconds: int = SECONDS, memory: int = MEMORY) -> None:
        self.count, self.seconds, self.memory = count, seconds, memory
        self._places, self._slow_places = threading.Semaphore(count), threading.Semaphore(count)
        self._idle: list[Decoder] = []
        self._busy: set[Decoder] = set()
        self._something_to_watch, self._watching = threading.Event(), False
        self._owner, self._closed = os.getpid(), False
        self._lock = threading.RLock()  # the garbage collector may call `close` in a thread that holds it

    @classmethod
    def by(cls, settings: Settings) -> DecoderPool:
        """Make the pool that the settings describe."""
        return cls(settings.decoders, settings.max_decode_seconds, settings.max_decode_bytes)

    def open(
        self,
        data: bytes,
        how: Input,
        limits: Limits = LIMITS,
        *,
        keep_metadata: bool = False,
        thumbnail: bool = False,
    ) -> wire.DecodedPhoto:
        """Decode one photo; waits for a free place.

        Args:
            data: the content of a file.
            how: what the model wants.
            limits: what the file may cost.
            keep_metadata: store it as it came.
            thumbnail: make a small copy, too.

        Raises:
            ImageError: one of its children, by what is wrong with the bytes; also where they ended the decoder.
            DecodersUnavailable: no decoder can be started.
        """
        task = wire.encode(wire.DecodeTask(data, how, limits, self.seconds, keep_metadata, thumbnail))
        place = _Place(self._places, self._slow_places)
        most = 4 * limits.pixels + 2 * len(data) + _SLACK
        try:
            with self._decoder(len(task)) as decoder:
                decoded = _good(decoder.ask(task, self.seconds, most, place.yield_slot))
        finally:
            place.leave()
        return wire.with_shared_end(decoded, data)

    @contextmanager
    def _decoder(self, size: int) -> Iterator[Decoder]:
        """Take a decoder for one photo; one that has not finished when the block ends is ended."""
        decoder = self._take()
        try:
            yield decoder
        except NotStarted as error:
            raise _unavailable("it ended at once") from error
        except (Ended, msgspec.MsgspecError) as error:
            decoder.end()
            raise _fatal(error, size) from error
        except ImageError:  # its last word on this photo
            raise
        except BaseException:
            decoder.end()
            raise
        finally:
            self._give_back(decoder)

    def warm(self) -> None:
        """Start a decoder in the background, so that the first photo does not wait for it."""
        self._give_back(self._take())

    def _take(self) -> Decoder:
        with self._lock:
            if self._owner != os.getpid():  # a fork: those are the parent's, and two cannot talk to one
                self._idle, self._busy, self._watching, self._owner = [], set(), False, os.getpid()
            decoder = self._idle_or_new()
            self._busy.add(decoder)
        self._watch()
        return decoder

    def _idle_or_new(self) -> Decoder:
        while self._idle:
            if (decoder := self._idle.pop()).alive:
                return decoder
            decoder.end()
        try:
            return Decoder(self.memory)
        except OSError as error:
            raise _unavailable(error.strerror) from error

    def _watch(self) -> None:
        """Start the thread that enforces timeouts; it sleeps while no photo is being decoded."""
        self._something_to_watch.set()
        if not self._watching:
            self._watching = True
            threading.Thread(target=self._look_at_the_clock, name="decoders", daemon=True).start()

    def _look_at_the_clock(self) -> None:
        while not self._closed:
            self._something_to_watch.wait()
            time.sleep(_TICK)
            with self._lock:
                busy = list(self._busy)
                if not busy:
                    self._something_to_watch.clear()
            for decoder in busy:
                decoder.watch()

    def _give_back(self, decoder: Decoder) -> None:
        with self._lock:
            self._busy.discard(decoder)
            if not self._closed and not decoder.slow:  # whether it still lives is asked before the next photo
                self._idle.append(decoder)
                return
        decoder.end()

    def close(self) -> None:
        """End the decoders; busy ones end after their photo."""
        with self._lock:
            self._closed = True
            self._something_to_watch.set()
            idle, self._idle = self._idle, []
        for decoder in idle:
            decoder.end()


def _good(message: bytes) -> wire.Decoded:
    """Return the reply, or raise the refusal that it holds."""
    reply: wire.Decoded | wire.DecodeError = wire.read_reply(message)
    if isinstance(reply, wire.DecodeError):
        raise IMAGE_ERRORS.get(reply.code, ImageError)(reply.message, reply.hint)
    return reply


class _Place:
    """A slot of the pool; waits for a free one.

    Args:
        places: free slots.
        slow: free slots for photos that take long.
    """

    def __init__(self, places: threading.Semaphore, slow: threading.Semaphore) -> None:
        places.acquire()
        self._slow, self._held = slow, places
        self._left = False
        self._lock = threading.Lock()

    def yield_slot(self) -> None:
        """Change to a slot for slow photos, where one is free."""
        with self._lock:
            if not self._left and self._slow.acquire(blocking=False):
                self._held.release()
                self._held = self._slow

    def leave(self) -> None:
        """Release the slot."""
        with self._lock:
            self._left = True
            self._held.release()


def _fatal(error: Exception, size: int) -> ImageError:
    """Return the refusal of a photo that ended its decoder."""
    costly = isinstance(error, Ended) and error.costly
    _log.warning("A decoder ended over a photo of %d bytes (%s).", size, "a limit" if costly else "a crash")
    if costly:
        return too_costly()
    return BrokenImage("The photo made the decoder crash.", "Copy or export it again.")


def _unavailable(reason: str | None) -> DecodersUnavailable:
    return DecodersUnavailable(
        f"Expected a process that opens photos, but it does not start ({reason}).", "Try again in a moment."
    )
