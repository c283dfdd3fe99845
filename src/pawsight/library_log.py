"""Leave out what libraries written in C++ remark on standard error while they load; all else that they write is shown.

They write to file descriptor 2, past Python's `sys.stderr` and before their own settings are read. So the descriptor
leads through a small process that leaves their remarks out. A thread would not do, because a library may end this
process: where the processor lacks what TensorFlow was compiled for, TensorFlow's last line says so.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from typing import Any

_LONGEST_WAIT = 5.0  # seconds for the rest of what was written; a process that inherited the pipe may keep it open
_ONE_AT_A_TIME = threading.RLock()  # there is one standard error

_FILTER = r"""
import re, signal, sys
signal.signal(signal.SIGINT, signal.SIG_IGN)
remark = re.compile(
    rb"WARNING: All log messages before absl::|I\d{4} \d\d:|\d{4}-\d\d-\d\d \S+ I |To enable the following instruct"
    rb"|E\d{4} .* oneDNN supports DT_|INFO: Created TensorFlow Lite |\[Gloo\] Rank "
)
for line in sys.stdin.buffer:
    if not remark.match(line):
        sys.stderr.buffer.write(line)
        sys.stderr.buffer.flush()
"""


@contextlib.contextmanager
def remarks_left_out(descriptor: int = 2) -> Iterator[None]:
    """Leave remarks of TensorFlow, LiteRT and Gloo out of what is written inside the block.

    Lines arrive when they are complete: a progress bar should not run meanwhile.

    Args:
        descriptor: 2 for standard error, 1 for standard output.
    """
    with _ONE_AT_A_TIME, _filtered(descriptor):
        yield


@contextlib.contextmanager
def _filtered(descriptor: int) -> Iterator[None]:
    try:
        os.fstat(descriptor)
        command = [sys.executable or "python", "-I", "-S", "-c", _FILTER]
        pipes: Any = {"stdin": subprocess.PIPE, "stdout": subprocess.DEVNULL, "stderr": descriptor}
        reader: Any = subprocess.Popen(command, **pipes)  # noqa: S603  # our own program
    except OSError:  # no interpreter to start, or nowhere to write to
        yield
        return
    with contextlib.ExitStack() as at_end:
        at_end.callback(_end, reader)
        before = os.dup(descriptor)
        at_end.callback(os.close, before)
        at_end.callback(os.dup2, before, descriptor)
        os.dup2(reader.stdin.fileno(), descriptor)
        yield
        _flush_c()


def _flush_c() -> None:
    """Write what C's own buffers hold; Windows has no such library by no name."""
    with contextlib.suppress(OSError, TypeError, AttributeError):
        ctypes.CDLL(None).fflush(None)


def _end(reader: Any) -> None:
    """Let the filter write what is left."""
    reader.stdin.close()
    with contextlib.suppress(subprocess.TimeoutExpired):
        reader.wait(_LONGEST_WAIT)
