"""The server lets photos go by itself."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pawsight.archive.store import Archive
from pawsight.classifier import Classifier
from pawsight.decoding import DecoderPool
from pawsight.errors import ArchiveUnavailable
from pawsight.settings import Settings
from pawsight.web.server.apply_retention import ClockWatch, applying_retention
from pawsight.web.service import classify_upload


def wait_for(done: Callable[[], bool]) -> None:
    until = time.monotonic() + 30
    while not done():
        assert time.monotonic() < until
        time.sleep(0.01)


def test_what_is_too_much_goes_again_and_again(
    classifier: Classifier, decoders: DecoderPool, picture: Any, tmp_path: Path
) -> None:
    with (
        Archive.open(Settings(archive=str(tmp_path), archive_max_bytes=1)) as archive,
        applying_retention(archive, 0.01),
    ):
        for number in range(2):
            classify_upload(picture(seed=number), classifier, archive, decoders)
            wait_for(lambda: archive.find().total == 0)
            assert archive.stored_bytes() == 0


def test_an_archive_that_is_away_for_a_while(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    calls = []

    def away(**_: bool) -> int:
        calls.append(1)
        raise ArchiveUnavailable("Expected the archive, but it is away.")

    with Archive.open(Settings(archive=str(tmp_path))) as archive:
        monkeypatch.setattr(archive, "tidy", away)
        with applying_retention(archive, 0.01):
            wait_for(lambda: len(calls) > 2)
    assert "it is away" in caplog.text


def test_a_clock_that_jumps_ahead_deletes_nothing_for_a_day(monkeypatch: pytest.MonkeyPatch) -> None:
    clock, now, ticks = ClockWatch(), time.time(), time.monotonic()
    assert clock.is_trusted()

    def pass_time(wall: float, seconds: float) -> bool:
        monkeypatch.setattr(time, "time", lambda: now + wall)
        monkeypatch.setattr(time, "monotonic", lambda: ticks + seconds)
        return clock.is_trusted()

    assert pass_time(600, 600)
    assert not pass_time(40 * 86_400, 1200)
    assert not pass_time(40 * 86_400 + 600, 1800)
    assert pass_time(41 * 86_400 + 1200, 1200 + 86_401)
