"""Decoders kept ready, and replaced when they end."""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

import msgspec
from msgspec import structs

from pawsight.card import Input
from pawsight.decoding import wire
from pawsight.decoding.process import Decoder, Ended, NotStarted
from pawsight.errors import BrokenImage, DecodersUnavailable, ImageError, too_costly
from pawsight.settings import Settings
from pawsight.types import LIMITS, Limits, Pixels

_log = logging.getLogger(__name__)
SECONDS, MEMORY = 5, 1_000_000_000
_TICK = 0.1
_KINDS = {kind.code: kind for kind in ImageError.__subclasses__()}
_SLACK = 1_000_000

Seen = TypeVar("Seen")
Reply = TypeVar("Reply", wire.Fitted, wire.Rest)


class Decoders:
    """Opens photos in other processes. Thread-safe; starts nothing before it is needed, or told to by `warm`.

    A photo that takes long goes on behind the others, and its place is given to another one; there are as many places
    for slow ones as for all others.

    Args:
        count: photos opened at the same time.
        seconds: of processor time for one photo; several times as many by the clock.
        memory: bytes for one photo.
    """

    def __init__(self, count: int = 1, seconds: int = SECONDS, memory: int = MEMORY) -> None:
        self.count, self.seconds, self.memory = count, seconds, memory
        self._places, self._slow_places = threading.Semaphore(count), threading.Semaphore(count)
        self._idle: list[Decoder] = []
        self._busy: set[Decoder] = set()
        self._something_to_watch, self._watching = threading.Event(), False
        self._owner, self._closed = os.getpid(), False
        self._lock = threading.Lock()

    @classmethod
    def by(cls, settings: Settings) -> Decoders:
        """As the settings want them."""
        return cls(settings.decoders, settings.max_decode_seconds, settings.max_decode_bytes)

    def open(self, data: bytes, how: Input, limits: Limits = LIMITS, *, keep_metadata: bool = False) -> wire.Opened:
        """Open one photo; waits for its turn.

        Args:
            data: the content of a file.
            how: what the model wants.
            limits: what the file may cost.
            keep_metadata: store it as it came.

        Raises:
            ImageError: one of its children, by what is wrong with the bytes; also where they ended the decoder.
            DecodersUnavailable: no decoder can be started.
        """
        return self.open_for(_nobody, data, how, limits, keep_metadata=keep_metadata)[0]

    def open_for(
        self,
        look: Callable[[Pixels], Seen],
        data: bytes,
        how: Input,
        limits: Limits = LIMITS,
        *,
        keep_metadata: bool = False,
    ) -> tuple[wire.Opened, Seen]:
        """Open one photo, and let a model look at it while the decoder goes on with what else there is to do.

        Args:
            look: called with the photo's square; what it returns comes back beside the photo.
            data, how, limits, keep_metadata: as in `open`, which also says what is raised.
        """
        task = wire.encode(wire.Task(data, how, limits, self.seconds, keep_metadata))
        place = _Place(self._places, self._slow_places)
        most = 4 * limits.pixels + 2 * len(data) + _SLACK
        try:
            with self._decoder(len(task)) as decoder:
                fitted = _good(wire.Fitted, decoder.ask(task, self.seconds, most, place.make_way))
                seen = look(wire.square(fitted.fitted))
                rest = _good(wire.Rest, decoder.next(self.seconds, most, place.make_way))
        finally:
            place.leave()
        return wire.Opened(fitted=fitted.fitted, **structs.asdict(rest)), seen

    @contextmanager
    def _decoder(self, size: int) -> Iterator[Decoder]:
        """A decoder for one photo; where it is not done with that when the block ends, it is never asked again."""
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
        """Start a decoder in the background, so that the first photo need not wait for it."""
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
        """Have one thread look at the clock; it sleeps while no photo is being opened."""
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
            if not self._closed and not decoder.slow and decoder.alive:
                self._idle.append(decoder)
                return
        decoder.end()

    def close(self) -> None:
        """End the decoders; those that are busy end after their photo."""
        with self._lock:
            self._closed = True
            self._something_to_watch.set()
            idle, self._idle = self._idle, []
        for decoder in idle:
            decoder.end()


def _good(kind: type[Reply], message: bytes) -> Reply:
    """A reply, unless the photo was refused."""
    reply = wire.read_reply(message)
    if isinstance(reply, wire.Refused):
        raise _KINDS.get(reply.code, ImageError)(reply.message, reply.hint)
    if not isinstance(reply, kind):
        raise msgspec.ValidationError(f"Expected {kind.__name__}, but {type(reply).__name__} came.")
    return reply


def _nobody(_: Pixels) -> None:
    """Looks at nothing."""


class _Place:
    """The right to use a processor; waits for one.

    Args:
        places: free ones.
        slow: free ones for those that take long.
    """

    def __init__(self, places: threading.Semaphore, slow: threading.Semaphore) -> None:
        places.acquire()
        self._slow, self._held = slow, places
        self._left = False
        self._lock = threading.Lock()

    def make_way(self) -> None:
        """Change to a place for slow ones, where one is free."""
        with self._lock:
            if not self._left and self._slow.acquire(blocking=False):
                self._held.release()
                self._held = self._slow

    def leave(self) -> None:
        """Give the place back."""
        with self._lock:
            self._left = True
            self._held.release()


def _fatal(error: Exception, size: int) -> ImageError:
    """What to say of a photo that a decoder did not survive."""
    costly = isinstance(error, Ended) and error.costly
    _log.warning("A decoder ended over a photo of %d bytes (%s).", size, "a limit" if costly else "a crash")
    if costly:
        return too_costly()
    return BrokenImage("Expected a photo that opens, but the decoder broke on this one.", "Copy or export it again.")


def _unavailable(reason: str | None) -> DecodersUnavailable:
    return DecodersUnavailable(
        f"Expected a process that opens photos, but it does not start ({reason}).", "Try again in a moment."
    )
