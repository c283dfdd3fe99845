"""The password's hash: its cost, what it accepts, and where it is kept."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from pawsight.errors import BadSettings
from pawsight.settings import Settings
from pawsight.web.admin import password

GOOD = "four words of mine"


def test_only_the_password_fits() -> None:
    kept = password.make_hash(GOOD)
    assert password.matches(GOOD, kept)
    for wrong in ("", GOOD + " ", GOOD.upper(), GOOD[:-1], "x" * 100_000):
        assert not password.matches(wrong, kept)
    assert GOOD not in kept


def test_the_same_password_has_another_hash_each_time() -> None:
    assert password.make_hash(GOOD) != password.make_hash(GOOD)


def test_a_guess_costs_what_owasp_asks_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    kept = password.make_hash(GOOD)
    assert kept.startswith("scrypt:32768:8:3$")
    assert password.matches(GOOD, kept)


def test_two_keyboards_one_letter() -> None:
    assert password.matches(
        "Zu\N{COMBINING DIAERESIS}rich ist schoen",
        password.make_hash("Z\N{LATIN SMALL LETTER U WITH DIAERESIS}rich ist schoen"),
    )


@pytest.mark.parametrize("given", ["", "x" * 11, "x" * 1001])
def test_too_short_or_too_long(given: str) -> None:
    with pytest.raises(BadSettings, match="12 to 1,000 characters") as caught:
        password.make_hash(given)
    assert "xx" not in str(caught.value)


def test_it_is_kept_where_only_the_owner_reads(tmp_path: Path) -> None:
    settings = Settings(admin=str(tmp_path / "admin"))
    assert password.find(settings) is None
    password.store(settings, GOOD)
    path = password.path(settings)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert [one.name for one in path.parent.iterdir()] == ["password"]
    assert password.matches(GOOD, password.find(settings) or "")


def test_the_setting_goes_before_the_file(tmp_path: Path) -> None:
    hashed = password.make_hash("another one of mine")
    settings = Settings(admin=str(tmp_path), admin_password_hash=hashed)
    password.store(settings, GOOD)
    assert password.find(settings) == hashed


# Made by Pawsight 0.1.0.
OLD = "scrypt:15:8:3:PI3ln7bDGbcdXV0JRkVxDA:t5W7d7r2VpzISaQDp-Gz2KuwIWxmNkuM6oH653cvb5I"


def test_a_hash_of_version_0_1_still_logs_in() -> None:
    assert password.matches(GOOD, OLD)
    assert not password.matches(GOOD + " ", OLD)
    assert password.find(Settings(admin_password_hash=OLD)) == OLD


BAD = [
    "12345",
    "scrypt:15:8:3:abc",
    "scrypt:40:8:3:AAAA:" + "A" * 43,
    "scrypt:15:8:3:AAAA:AAAA",
    "md5:1:1:1:AAAA:" + "A" * 43,
    "scrypt:32768:8:3$salt$abc",
    "pbkdf2:sha256:1000$salt$" + "a" * 128,
    "scrypt:99999999:8:3$salt$" + "a" * 128,
]


@pytest.mark.parametrize("kept", BAD)
def test_what_is_no_hash_of_ours(kept: str) -> None:
    with pytest.raises(BadSettings, match="pawsight admin password") as caught:
        password.find(Settings(admin_password_hash=kept))
    assert kept not in str(caught.value)
