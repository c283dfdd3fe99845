"""Photos opened in other processes: the same pixels, and deaths that cost nobody else anything."""

from __future__ import annotations

import io
import os
import pickle
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any

import msgspec
import pytest

from pawsight import images
from pawsight.decoding import DecoderPool, process, wire
from pawsight.errors import BrokenImage, DecodersUnavailable, ImageError, ImageTooComplex
from pawsight.images.strip_metadata import StrippedPhoto, strip_metadata
from pawsight.images.thumbnail import thumbnail
from pawsight.model.card import Input
from pawsight.types import Limits

HOW = Input(size=32, fit="crop")
LINUX = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="needs the limits and /proc of Linux")


@pytest.fixture(scope="module")
def decoders() -> Iterator[DecoderPool]:
    opened = DecoderPool()
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def pair() -> Iterator[DecoderPool]:
    """Two decoders that give a photo a second."""
    opened = DecoderPool(count=2, seconds=1)
    yield opened
    opened.close()


ALL_DAY = Limits(scans=1_000_000)  # with these limits a photo can take as long as a test wants


@pytest.fixture(scope="module")
def slow_photo(scan_bomb: Any) -> bytes:
    """One that takes more than a second."""
    data: bytes = scan_bomb(3000, 2000, 1500)
    return data


def pids() -> set[int]:
    """Processes of ours that open photos."""
    mine, found = str(os.getpid()), set()
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = status.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if fields[1] == mine and fields[0] != "Z" and b"decoding" in (status.parent / "cmdline").read_bytes():
            found.add(int(status.parent.name))
    return found


def test_a_photo_is_opened_as_everywhere(decoders: DecoderPool, picture: Any) -> None:
    data = picture(640, 480, seed=1, orientation=6)
    pixels = images.decode(data, least=HOW.size)
    opened = decoders.open(data, HOW)
    assert opened.fitted == images.fit(pixels, HOW.size, HOW.fit, HOW.interpolation).tobytes()
    assert (opened.width, opened.height, opened.thumbnail) == (480, 640, b"")
    assert decoders.open(data, HOW, thumbnail=True).thumbnail == thumbnail(pixels)
    assert opened.stored == strip_metadata(data)
    assert decoders.open(data, HOW, keep_metadata=True).stored == strip_metadata(data, keep_metadata=True)


@pytest.mark.parametrize("options", [{}, {"format": "PNG"}, {"format": "WEBP"}, {"format": "GIF"}, {"exif": True}])
def test_what_is_stored_comes_back_whole(decoders: DecoderPool, picture: Any, options: dict[str, Any]) -> None:
    """Only what differs from the upload is sent back."""
    data = picture(300, 200, seed=4, **({"orientation": 3} if "exif" in options else options)) + b"behind the end"
    for keep in (False, True):
        assert decoders.open(data, HOW, keep_metadata=keep).stored == strip_metadata(data, keep_metadata=keep)


END = bytes(range(200))


@pytest.mark.parametrize(
    ("stored", "shared"),
    [(b"new" + END, 200), (END[50:], 150), (b"#" * 30 + END[:80], 80), (b"\xff", 0), (b"#" * 99, 0)],
)
def test_the_shared_end_is_the_longest(stored: bytes, shared: int) -> None:
    data = b"head" + END + b"behind the end"
    whole = StrippedPhoto(stored, "JPEG", "hash", "hash")
    part, count, start = wire.without_shared_end(whole, data)
    assert count == shared
    assert part.data + data[start : start + count] == stored
    assert wire.with_shared_end(wire.Decoded(b"", 1, 1, b"", part, count, start), data).stored == whole


@pytest.mark.parametrize("data", [b"", b"hello", b"\xff\xd8\xff"])
def test_a_refusal_is_the_same_too(decoders: DecoderPool, data: bytes) -> None:
    with pytest.raises(ImageError) as here:
        images.decode(data)
    with pytest.raises(type(here.value)) as there:
        decoders.open(data, HOW)
    assert (str(there.value), there.value.hint) == (str(here.value), here.value.hint)


def test_each_hostile_file_comes_back_as_if_opened_here(decoders: DecoderPool, shared: Path) -> None:
    """Also where a rare part of Pillow is needed, since a decoder can load nothing after its start."""
    different = []
    for path in sorted(set((shared / "hostile").iterdir()) - set((shared / "hostile").glob("*.[mc][ds]*"))):
        data = path.read_bytes()
        if outcome(data) != outcome(data, decoders):
            different.append(f"{path.name}: {outcome(data)[0]} here, {outcome(data, decoders)[0]} there")
    assert not different, "\n".join(different)


def outcome(data: bytes, decoders: DecoderPool | None = None) -> tuple[Any, ...]:
    try:
        if decoders:
            opened = decoders.open(data, HOW)
            return ("", opened.fitted, opened.stored.sha256)
        fitted = images.fit(images.decode(data, least=HOW.size), HOW.size, HOW.fit, HOW.interpolation)
        return ("", fitted.tobytes(), strip_metadata(data).sha256)
    except ImageError as error:
        return (error.code,)  # the words may differ where tests make errors of warnings


@pytest.mark.long
@LINUX
@pytest.mark.parametrize("death", [signal.SIGSEGV, signal.SIGKILL])
def test_a_crash_costs_its_own_photo_and_no_other(slow_photo: bytes, picture: Any, death: signal.Signals) -> None:
    good = picture(seed=2)
    others = pids()
    with ThreadPoolExecutor() as threads, closing(DecoderPool(count=2, seconds=60)) as decoders:
        decoders.open(good, HOW)  # so that the decoder's start is over, however slow the machine
        (busy,) = pids() - others
        started = processor_time(busy)
        lost = threads.submit(decoders.open, slow_photo, HOW, ALL_DAY)
        wait_for(lambda: processor_time(busy) > started + 5)  # hundredths of a second: it decodes
        neighbours = threads.submit(lambda: [decoders.open(good, HOW).width for _ in range(5)])
        os.kill(busy, death)
        with pytest.raises(ImageTooComplex if death == signal.SIGKILL else BrokenImage):
            lost.result(60)
        assert neighbours.result(60) == [64] * 5


def wait_for(look: Callable[[], Any]) -> Any:
    for _ in range(3000):
        if found := look():
            return found
        time.sleep(0.01)
    raise TimeoutError


def gone(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] in "ZX"
    except OSError:
        return True


def processor_time(pid: int) -> int:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return int(fields[11]) + int(fields[12])


@LINUX
def test_one_that_is_killed_while_it_waits_costs_nothing(decoders: DecoderPool, picture: Any) -> None:
    decoders.open(picture(), HOW)
    idle = pids()
    for pid in idle:
        os.kill(pid, signal.SIGKILL)
    wait_for(lambda: all(gone(pid) for pid in idle))
    assert decoders.open(picture(), HOW).width == 64


@pytest.mark.long
@LINUX
def test_what_takes_too_long_is_ended_and_makes_way_before(pair: DecoderPool, slow_photo: bytes, picture: Any) -> None:
    with ThreadPoolExecutor(4) as threads:
        bombs = [threads.submit(pair.open, slow_photo, HOW, ALL_DAY) for _ in range(4)]
        assert pair.open(picture(), HOW).width == 64
        for bomb in bombs:
            with pytest.raises(ImageTooComplex, match="time or memory"):
                bomb.result(120)


@LINUX
def test_what_needs_too_much_memory_is_refused(picture: Any) -> None:
    huge = picture(2600, 2600, format="PNG", mode="RGBA", compress_level=1)
    with closing(DecoderPool(memory=20_000_000)) as decoders:
        with pytest.raises(ImageTooComplex, match="time or memory"):
            decoders.open(huge, HOW)
        assert decoders.open(picture(), HOW).width == 64


@LINUX
def test_the_clock_ends_what_uses_no_processor(monkeypatch: pytest.MonkeyPatch, picture: Any) -> None:
    monkeypatch.setattr(process, "_CLOCK", 1)
    others = pids()
    with closing(DecoderPool(seconds=1)) as decoders:
        decoders.open(picture(), HOW)
        (pid,) = pids() - others
        os.kill(pid, signal.SIGSTOP)
        with pytest.raises(ImageTooComplex):
            decoders.open(picture(), HOW)
        assert decoders.open(picture(), HOW).width == 64


@LINUX
def test_a_decoder_can_reach_nothing(decoders: DecoderPool, picture: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PAWSIGHT_ARCHIVE_URL", "postgresql://me:secret@db/pawsight")
    others = pids()
    with closing(DecoderPool()) as fresh:
        fresh.open(picture(), HOW)
        (pid,) = pids() - others
        assert b"secret" not in Path(f"/proc/{pid}/environ").read_bytes()
        open_files = {int(path.name) for path in Path(f"/proc/{pid}/fd").iterdir()}
    assert len(open_files) == 4  # in, out twice and errors, of which two lead nowhere
    limits = dict(re.findall(r"^(Max .+?)  +(\S+)", limits_of(decoders), re.MULTILINE))
    assert (limits["Max open files"], limits["Max file size"], limits["Max core file size"]) == ("0", "0", "0")
    assert int(limits["Max address space"]) < 1_400_000_000


def limits_of(decoders: DecoderPool) -> str:
    return Path(f"/proc/{max(pids())}/limits").read_text()


@LINUX
def test_decoders_end_with_their_owner_even_when_it_is_killed() -> None:
    code = (
        "import time; from pawsight.decoding import DecoderPool; decoders = DecoderPool(); decoders.warm()\n"
        "print(decoders._idle[0]._process.pid, flush=True); time.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) as owner:
        pid = int(owner.stdout.readline() if owner.stdout else 0)
        assert Path(f"/proc/{pid}").exists()
        owner.kill()
    wait_for(lambda: not Path(f"/proc/{pid}").exists())


@LINUX
def test_a_fork_has_decoders_of_its_own(decoders: DecoderPool, picture: Any) -> None:
    decoders.open(picture(), HOW)
    child = os.fork()
    if not child:
        os._exit(0 if decoders.open(picture(80, 60), HOW).width == 80 else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert decoders.open(picture(), HOW).width == 64


def test_a_decoder_that_does_not_start_is_no_photos_fault(monkeypatch: pytest.MonkeyPatch, picture: Any) -> None:
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    with pytest.raises(DecodersUnavailable, match="does not start"):
        DecoderPool().open(picture(), HOW)
    monkeypatch.setattr(sys, "executable", shutil.which("false"))
    with pytest.raises(DecodersUnavailable, match="ended at once"):
        DecoderPool().open(picture(), HOW)


def test_a_photo_that_took_a_decoder_over_can_send_nonsense_only(picture: Any) -> None:
    with pytest.raises(msgspec.MsgspecError):
        wire.read_reply(pickle.dumps(Path("x")))
    with pytest.raises(EOFError):
        wire.receive(io.BytesIO((1 << 40).to_bytes(8, "big")), 1000)


def test_the_garbage_collector_may_close_it_in_a_thread_that_holds_its_lock() -> None:
    pool = DecoderPool()

    def close() -> None:
        with pool._lock:
            pool.close()

    thread = threading.Thread(target=close, daemon=True)
    thread.start()
    thread.join(60)
    assert not thread.is_alive()
