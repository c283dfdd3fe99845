"""One decoder: `python -m pawsight.decoding.worker MEMORY` opens photos from stdin until it ends.

It holds nothing worth taking: no settings, no variables of the server, no model. Once its libraries are loaded it
gives up the right to open files and connections, so that a photo that takes it over finds no way out but its answer.
"""

from __future__ import annotations

import math
import os
import signal
import sys
from pathlib import Path

import numpy as np
from PIL import Image, ImageColor  # noqa: F401  # the second is else loaded when a colour is first named

from pawsight import images
from pawsight.decoding import wire
from pawsight.errors import ImageError, too_costly
from pawsight.images import heif
from pawsight.images.strip_metadata import strip_metadata
from pawsight.images.thumbnail import thumbnail

try:
    import resource
except ImportError:  # Windows: the time by the clock is all that is watched there, by `pool`
    resource = None  # type: ignore[assignment]

_ANY = 1 << 62


def main() -> None:
    """Decode photos until the server closes the pipe, or is killed."""
    tasks, replies = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the server, which then closes the pipe
    Image.init()  # all that would else be loaded at need, when no file can be opened any more
    heif.register()
    _confine(int(sys.argv[1]))
    wire.send(replies, wire.READY)
    _hush()
    try:
        while True:
            wire.send(replies, wire.encode(_reply(wire.receive(tasks, _ANY))))
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
    """Print nothing from here on, since it could come from a photo, and open no more files."""
    nothing = os.open(os.devnull, os.O_RDWR)
    for descriptor in (1, 2):
        os.dup2(nothing, descriptor)
    os.close(nothing)
    if resource is not None:
        resource.setrlimit(resource.RLIMIT_NOFILE, (0, 0))


def _reply(message: bytes) -> wire.Decoded | wire.DecodeError:
    task = wire.read_task(message)
    _allow(task.seconds)
    try:
        return _decode(task)
    except ImageError as error:
        return _refuse(error)
    except MemoryError:
        return _refuse(too_costly())


def _allow(seconds: int) -> None:
    """Have the system end this process when it has used this much more processor time."""
    if resource is not None:
        used = resource.getrusage(resource.RUSAGE_SELF)
        until = math.ceil(used.ru_utime + used.ru_stime + seconds)
        resource.setrlimit(resource.RLIMIT_CPU, (until, resource.RLIM_INFINITY))


def _decode(task: wire.DecodeTask) -> wire.Decoded:
    how = task.how
    image = images.decode_image(task.data, least=how.size, limits=task.limits)
    fitted = images.fit_image(image, how.size, how.fit, how.interpolation).tobytes()
    small = thumbnail(np.asarray(image)) if task.thumbnail else b""
    stripped = strip_metadata(task.data, keep_metadata=task.keep_metadata, limits=task.limits)
    width, height = images.size(task.data)
    stored, shared, shared_from = wire.without_shared_end(stripped, task.data)
    return wire.Decoded(fitted, width, height, small, stored, shared, shared_from)


def _refuse(error: ImageError) -> wire.DecodeError:
    return wire.DecodeError(error.code, error.message, error.hint)


if __name__ == "__main__":
    main()
