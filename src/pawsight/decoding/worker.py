"""One decoder: `python -m pawsight.decoding.worker MEMORY` opens photos from stdin until it ends.

It holds nothing worth taking: no settings, no variables of the server, no model. Once its libraries are loaded it
gives up the right to open files and connections, so that a photo that takes it over finds no way out but its answer.
"""

from __future__ import annotations

import math
import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

from PIL import Image, ImageColor  # noqa: F401  # the second is else loaded when a colour is first named

from pawsight import images
from pawsight.archive.photo import clean
from pawsight.decoding import wire
from pawsight.errors import ImageError, too_costly
from pawsight.thumbnail import thumbnail
from pawsight.types import Pixels

try:
    import resource
except ImportError:  # Windows: the time by the clock is all that is watched there, by `pool`
    resource = None  # type: ignore[assignment]

_ANY = 1 << 62


def main() -> None:
    """Answer until the server closes the pipe, also by being killed."""
    tasks, replies = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the server, which then closes the pipe
    Image.init()  # all that Pillow would else load at need, when no file can be opened any more
    _confine(int(sys.argv[1]))
    wire.send(replies, wire.READY)
    _hush()
    try:
        while True:
            for reply in _replies(wire.receive(tasks, _ANY)):
                wire.send(replies, wire.encode(reply))
    except (EOFError, OSError):
        os._exit(0)


def _confine(memory: int) -> None:
    if resource is None:
        return
    for limit in (resource.RLIMIT_CORE, resource.RLIMIT_FSIZE):
        resource.setrlimit(limit, (0, 0))
    try:
        pages = int(Path("/proc/self/statm").read_text().split()[0])
    except OSError:  # macOS, which does not keep to a limit of memory anyway
        return
    most = pages * resource.getpagesize() + memory
    resource.setrlimit(resource.RLIMIT_AS, (most, most))


def _hush() -> None:
    """From here on nothing is printed, since it could be of a photo, and nothing new is opened."""
    nothing = os.open(os.devnull, os.O_RDWR)
    for descriptor in (1, 2):
        os.dup2(nothing, descriptor)
    os.close(nothing)
    if resource is not None:
        resource.setrlimit(resource.RLIMIT_NOFILE, (0, 0))


def _replies(message: bytes) -> Iterator[wire.Fitted | wire.Rest | wire.Refused]:
    """What the model needs, at once; while it looks at that, what the archive needs."""
    task = wire.read_task(message)
    _allow(task.seconds)
    how = task.how
    try:
        pixels = images.decode(task.data, least=how.size, limits=task.limits)
        yield wire.Fitted(images.fit(pixels, how.size, how.fit, how.interpolation).tobytes())
        yield _rest(task, pixels)
    except ImageError as error:
        yield _refuse(error)
    except MemoryError:
        yield _refuse(too_costly())


def _allow(seconds: int) -> None:
    """Let the system end this process when it has used so much more processor time."""
    if resource is not None:
        used = resource.getrusage(resource.RUSAGE_SELF)
        until = math.ceil(used.ru_utime + used.ru_stime + seconds)
        resource.setrlimit(resource.RLIMIT_CPU, (until, resource.RLIM_INFINITY))


def _rest(task: wire.Task, pixels: Pixels) -> wire.Rest:
    width, height = images.size(task.data)
    stored = clean(task.data, keep_metadata=task.keep_metadata, limits=task.limits)
    return wire.Rest(width, height, thumbnail(pixels), stored)


def _refuse(error: ImageError) -> wire.Refused:
    return wire.Refused(error.code, error.message, error.hint)


if __name__ == "__main__":
    main()
