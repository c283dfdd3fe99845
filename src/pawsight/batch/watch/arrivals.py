"""Notice new photos in a folder, and hand them over when they are whole."""

from __future__ import annotations

import os
import threading
import time
from pathlib import Path
from types import TracebackType

from watchdog.events import FileSystemEvent, FileSystemEventHandler
from watchdog.observers import Observer
from watchdog.observers.polling import PollingObserver

from pawsight.batch.find import endings, find
from pawsight.errors import NoPhotos

MOST_WAITING = 10_000  # files; when more arrive at once, the folder is listed again later instead
RESCAN_SECONDS = 300.0  # for events that the system has lost
_State = tuple[int, int]


class Arrivals(FileSystemEventHandler):
    """New photos in a folder and below it.

    A file is handed over once its size and modification time have not changed for a while, so that half-written ones
    wait. What is there at the start counts as new.

    Args:
        folder: to watch.
        into: a folder that is not watched, wherever it stands.
        settle: seconds without a change.
        polling: list the folder again and again, for network drives that do not report changes.
    """

    def __init__(self, folder: Path, into: Path, settle: float, polling: bool = False) -> None:
        self._folder, self._into, self._settle = folder, Path(os.path.realpath(into)), settle
        self._lock = threading.Lock()
        self._waiting: dict[str, tuple[_State | None, float]] = {}
        self._next_scan = 0.0
        self._observer = PollingObserver() if polling else Observer()
        self._observer.schedule(self, str(folder), recursive=True)

    def __enter__(self) -> Arrivals:
        self._observer.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._observer.stop()
        self._observer.join()

    def on_any_event(self, event: FileSystemEvent) -> None:
        """Note a file that was made, changed or moved here; called by watchdog in its own thread."""
        if not event.is_directory and event.event_type in ("created", "modified", "moved", "closed"):
            self._note(os.fsdecode(event.dest_path or event.src_path))

    def ready(self) -> list[str]:
        """Return the files that are whole now, and drop them until they change again."""
        now = time.monotonic()
        if now >= self._next_scan:
            self._next_scan = now + RESCAN_SECONDS
            for path in _list(self._folder):
                self._note(path)
        with self._lock:
            waiting = list(self._waiting.items())
        return sorted(path for path, (known, since) in waiting if self._is_whole(path, known, since, now))

    def _is_whole(self, path: str, known: _State | None, since: float, now: float) -> bool:
        state = _state(path)
        with self._lock:
            if state is None:
                self._waiting.pop(path, None)
            elif state != known:
                self._waiting[path] = state, now
            elif state[0] and now - since >= self._settle:
                self._waiting.pop(path, None)
                return True
        return False

    def _note(self, path: str) -> None:
        if not self._is_photo(path):
            return
        with self._lock:
            if path not in self._waiting and len(self._waiting) < MOST_WAITING:
                self._waiting[path] = None, time.monotonic()
            elif path not in self._waiting:
                self._next_scan = min(self._next_scan, time.monotonic() + self._settle)

    def _is_photo(self, path: str) -> bool:
        parts = Path(os.path.relpath(path, self._folder)).parts
        if any(part.startswith(".") for part in parts) or not path.lower().endswith(endings()):
            return False
        return self._into not in Path(os.path.realpath(path)).parents and not os.path.islink(path)


def _list(folder: Path) -> list[str]:
    try:
        return find([str(folder)])
    except NoPhotos:
        return []


def _state(path: str) -> _State | None:
    try:
        status = os.stat(path)
    except OSError:
        return None
    return status.st_size, status.st_mtime_ns
