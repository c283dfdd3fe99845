"""The server lets photos go by itself."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pawsight.archive.store import Archive
from pawsight.classifier import Classifier
from pawsight.decoding import Decoders
from pawsight.errors import ArchiveUnavailable
from pawsight.settings import Settings
from pawsight.web.answers import answer
from pawsight.web.tidying import tidying


def wait_for(done: Callable[[], bool]) -> None:
    until = time.monotonic() + 30
    while not done():
        assert time.monotonic() < until
        time.sleep(0.01)


def test_what_is_too_much_goes_again_and_again(
    classifier: Classifier, decoders: Decoders, picture: Any, tmp_path: Path
) -> None:
    with Archive.open(Settings(archive=str(tmp_path), archive_max_bytes=1)) as archive, tidying(archive, 0.01):
        for number in range(2):
            answer(picture(seed=number), classifier, archive, decoders)
            wait_for(lambda: archive.find().total == 0)
            assert archive.stored_bytes() == 0


def test_an_archive_that_is_away_for_a_while(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    calls = []

    def away() -> int:
        calls.append(1)
        raise ArchiveUnavailable("Expected the archive, but it is away.")

    with Archive.open(Settings(archive=str(tmp_path))) as archive:
        monkeypatch.setattr(archive, "tidy", away)
        with tidying(archive, 0.01):
            wait_for(lambda: len(calls) > 2)
    assert "it is away" in caplog.text
