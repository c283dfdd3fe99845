"""Work in a process of its own, with its state on disk: it outlasts its parent, and all workers see it.

A job is a folder. `status.json` says how far it is, a lock on the file `lock` that its process is alive, `running` that
it has begun, and `stop` that it should end.
"""

from __future__ import annotations

import _thread
import signal
import subprocess
import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

import msgspec
from msgspec import Struct

from pawsight.errors import PawsightError
from pawsight.storage import private
from pawsight.storage.lock import is_locked, wait_for_lock
from pawsight.types import Item

State = Literal["running", "done", "failed", "stopped"]
_OFTEN = 0.3  # seconds between two looks, or two words on how far it is
_PATIENCE = 60.0  # seconds in which a process that was started may show that it lives


class Status(Struct, frozen=True, kw_only=True):
    """How far a job is.

    Attributes:
        task: what it does.
        state: `failed` also where its process is gone without a word.
        step: what is being done, in words.
        done, total: things of that step.
        left: seconds; None where nobody knows.
        at: when this was written, in seconds since 1970.
        reason: why it failed.
    """

    task: str
    state: State
    step: str = ""
    done: int = 0
    total: int = 0
    left: float | None = None
    at: float
    reason: str = ""


class Job:
    """One job at a time in a folder, from the outside.

    Args:
        folder: of the job; made when it is started.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def status(self) -> Status | None:
        """Return how far it is; None where none was ever started."""
        status = read(self.folder)
        if status and status.state == "running" and not self._lives(status):
            status = read(self.folder) or status  # it may have ended between the two looks
            if status.state == "running":
                return msgspec.structs.replace(status, state="failed", reason="Its process ended without a word.")
        return status

    @property
    def runs(self) -> bool:
        """Whether it is at work."""
        status = self.status()
        return status is not None and status.state == "running"

    def start(self, task: str, command: Sequence[str]) -> None:
        """Start a program that calls `working`; what it prints goes to `log`.

        Args:
            task: what it does.
            command: to run; it belongs to nobody's terminal, and goes on when this process ends.
        """
        private.make_folder(self.folder)
        for name in ("stop", "running"):
            private.remove(self.folder / name)
        write(self.folder, Status(task=task, state="running", at=time.time()))
        with private.translated(), open(self.folder / "log", "wb") as log:
            process = subprocess.Popen(  # noqa: S603  # our own program
                command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
            )
        threading.Thread(target=process.wait, name="job", daemon=True).start()  # or it would stay as a zombie

    def stop(self) -> None:
        """Ask it to end; it leaves nothing half-done."""
        private.write(self.folder / "stop", b"")

    def _lives(self, status: Status) -> bool:
        begun = (self.folder / "running").exists()  # looked at first: the process locks before it says so
        with private.translated():
            if is_locked(self.folder / "lock"):
                return True
        return not begun and time.time() - status.at < _PATIENCE


class JobProgress:
    """What a job says of itself, from the inside; wraps things on their way as `types.Watch` wants it."""

    def __init__(self, folder: Path, task: str) -> None:
        self._folder, self._task = folder, task
        self._said = 0.0
        self._ends: float | None = None

    def expect(self, seconds: float) -> None:
        """Say how much longer all will take."""
        self._ends = time.time() + seconds

    def __call__(self, items: Iterable[Item], total: int, label: str) -> Iterator[Item]:
        """Pass things on, and say now and then how many of them are done."""
        start = time.time()
        self._say(label, 0, total, None)
        for count, item in enumerate(items, 1):
            yield item
            if time.time() - self._said >= _OFTEN:
                self._say(label, count, total, (time.time() - start) / count * (total - count))

    def _say(self, step: str, done: int, total: int, left: float | None) -> None:
        now = self._said = time.time()
        left = max(1.0, self._ends - now) if self._ends else left
        status = Status(task=self._task, state="running", step=step, done=done, total=total, left=left, at=now)
        write(self._folder, status)


@contextmanager
def working(folder: Path, task: str) -> Iterator[JobProgress]:
    """Be a job while the block runs: its end, good or bad, is written down.

    Args:
        folder: of the job.
        task: what it does.
    """
    with private.translated():
        lock = wait_for_lock(private.make_folder(folder) / "lock", _PATIENCE)  # others hold it only to look
    private.write(folder / "running", b"", durable=False)
    end, ended = Status(task=task, state="done", at=0), threading.Event()
    signal.signal(signal.SIGINT, signal.default_int_handler)  # ignored where the server came from `nohup ... &`
    try:
        threading.Thread(target=_look_for_stop, args=(folder, ended), daemon=True).start()
        yield JobProgress(folder, task)
    except KeyboardInterrupt:
        end = msgspec.structs.replace(end, state="stopped")
    except PawsightError as error:
        end = msgspec.structs.replace(end, state="failed", reason=str(error))
    except BaseException:
        end = msgspec.structs.replace(end, state="failed", reason="Something went wrong; it is in the job's log.")
        raise
    finally:
        ended.set()
        write(folder, msgspec.structs.replace(end, at=time.time()))
        lock.release()


def _look_for_stop(folder: Path, ended: threading.Event) -> None:
    while not ended.wait(_OFTEN):
        if (folder / "stop").exists():
            _thread.interrupt_main()
            return


def read(folder: Path) -> Status | None:
    """Return what a job wrote last; None where it never did."""
    try:
        return msgspec.json.decode(private.read(folder / "status.json") or b"", type=Status)
    except msgspec.MsgspecError:
        return None


def write(folder: Path, status: Status) -> None:
    """Replace what a job says of itself."""
    private.write(folder / "status.json", msgspec.json.encode(status), durable=False)
