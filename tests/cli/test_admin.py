"""`pawsight admin` as an operator types it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pawsight.settings import Settings
from pawsight.web.admin import password

Run = Callable[..., Any]
GOOD = b"four words of mine"


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setenv("PAWSIGHT_ADMIN", str(tmp_path / "admin"))
    monkeypatch.setattr(password, "_COST", "scrypt:128:8:1")
    return Settings(admin=str(tmp_path / "admin"))


def test_a_password_from_a_pipe(pawsight: Run, settings: Settings) -> None:
    done = pawsight("admin", "password", stdin=GOOD + b"\n")
    assert (done.code, done.err) == (0, "")
    assert "/admin/" in done.out
    assert password.matches(GOOD.decode(), password.find(settings) or "")


def test_it_is_asked_for_twice(pawsight: Run, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    typed = iter([GOOD.decode(), "a slip of the pen", GOOD.decode(), GOOD.decode()])
    monkeypatch.setattr("click.termui.hidden_prompt_func", lambda _: next(typed))
    from pawsight.cli import admin

    monkeypatch.setattr(
        admin, "sys", type("sys", (), {"stdin": type("tty", (), {"isatty": staticmethod(lambda: True)})})
    )
    done = pawsight("admin", "password")
    assert done.code == 0
    assert GOOD.decode() not in done.out + done.err
    assert password.matches(GOOD.decode(), password.find(settings) or "")


def test_too_short(pawsight: Run, settings: Settings) -> None:
    done = pawsight("admin", "password", stdin=b"short\n")
    assert (done.code, done.out) == (2, "")
    assert "12 to 1,000 characters" in done.err
    assert password.find(settings) is None


def test_taking_it_away(pawsight: Run, settings: Settings) -> None:
    pawsight("admin", "password", stdin=GOOD)
    assert pawsight("admin", "password", "--remove").out == "The admin pages are off.\n"
    assert pawsight("admin", "password", "--remove").out == "No password was set.\n"
    assert password.find(settings) is None


def test_a_hash_for_the_setting(pawsight: Run, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = pawsight("admin", "password", "--hash", stdin=GOOD).out.strip()
    assert password.find(settings) is None
    assert password.matches(GOOD.decode(), kept)
    monkeypatch.setenv("PAWSIGHT_ADMIN_PASSWORD_HASH", kept)
    assert "goes before it" in pawsight("admin", "password", stdin=GOOD).err
