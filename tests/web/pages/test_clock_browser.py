"""A volunteer's clock: 300 photos in, 20 wrong ones corrected, the sorted ZIP out. What is counted are actions."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip("playwright", reason="needs the package pytest-playwright")

from playwright.sync_api import expect

MOST = 40  # actions
WRONG = 20


@pytest.fixture
def shelter(zip_library: None, tmp_path: Path, classifier: Any, picture: Any, colours: Any) -> Path:
    """A ZIP of 300 photos; of those that are predicted to be cats, 20 are dogs, and the model is less sure of these."""
    cat, unsure = (np.asarray(colours[name]) for name in ("cat", "unsure"))
    mixes = [tuple(int(part) for part in cat + (unsure - cat) * share / 20) for share in range(1, 20)]
    doubtful = [mix for mix in mixes if classifier.predict([picture(colour=mix)])[0].verdict == "cat"][-1]
    path = tmp_path / "shelter.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for number in range(WRONG):
            archive.writestr(f"dog-{number}.jpg", picture(colour=doubtful, seed=number))
        for number in range(300 - WRONG):
            name = ("cat", "dog", "neither")[number % 3]
            archive.writestr(f"{name}-{number + WRONG}.jpg", picture(colour=colours[name], seed=number))
    return path


@pytest.mark.long
@pytest.mark.weekly
@pytest.mark.parametrize("keyboard", [False, True], ids=["mouse", "keyboard"])
def test_few_actions_and_no_scrolling(open_batch: Callable[..., Any], shelter: Path, keyboard: bool) -> None:
    batch, actions = open_batch(), 0

    def act(do: Callable[[], Any]) -> None:
        nonlocal actions
        do()
        actions += 1

    act(lambda: batch.choose(shelter))
    expect(batch.how_far).to_have_text("All 300 done", timeout=600_000)
    act(lambda: batch.pick("cat"))
    expect(batch.words().filter(has_not_text=re.compile("^Cat$"))).to_have_count(0)
    if keyboard:
        act(lambda: batch.press("ArrowRight"))
        for _ in range(WRONG):
            act(lambda: batch.press("2"))
    else:
        act(lambda: batch.resize(110))
        wrong = batch.page.locator('#gallery .tile[aria-label^="dog-"]')
        expect(wrong).to_have_count(WRONG)
        for number in range(WRONG):
            act(wrong.nth(number).click)
        act(lambda: batch.press("2"))
    batch.expect_corrected(WRONG)
    expect(batch.page.locator("#save-sorted")).to_be_in_viewport(ratio=1)
    with zipfile.ZipFile(io.BytesIO(batch.downloaded("save-sorted"))) as archive:
        folders = [name.split("/")[0] for name in archive.namelist() if name.split("/")[1].startswith("dog-")]
    actions += 1
    assert set(folders) == {"dog"}
    assert actions <= MOST
    print(f"{actions} actions")
