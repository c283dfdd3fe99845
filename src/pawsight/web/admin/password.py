"""The admin's password: never kept, only a hash that is slow to guess from."""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import secrets
import unicodedata
from pathlib import Path

from pawsight import private
from pawsight.errors import BadSettings
from pawsight.settings import Settings

LEAST, MOST = 12, 1000
FILE = "password"

# OWASP, Password Storage Cheat Sheet: 32 MiB and three passes, about 0.3 s of one core for a try.
_COST = (15, 8, 3)  # log2 N, r, p
_MAY_COST = (20, 32, 16)
_BYTES = 32


def make_hash(password: str) -> str:
    """What is kept of a password: `scrypt:15:8:3:SALT:KEY`; no character in it means anything to a shell.

    Raises:
        BadSettings: it is too short or too long.
    """
    if not LEAST <= len(password) <= MOST:
        raise BadSettings(
            f"Expected a password of {LEAST} to {MOST:,} characters, but it has {len(password):,}.",
            "Four or five words that nobody would put together are good, and easy to keep in mind.",
        )
    salt = secrets.token_bytes(16)
    return ":".join(["scrypt", *map(str, _COST), _text(salt), _text(_derive(password, salt, _COST))])


def matches(password: str, kept: str) -> bool:
    """Whether a password is the one whose hash was kept; takes the same time for every wrong one.

    Raises:
        BadSettings: what was kept is no hash of ours.
    """
    cost, salt, key = _parse(kept)
    return len(password) <= MOST and hmac.compare_digest(_derive(password, salt, cost), key)


def find(settings: Settings) -> str | None:
    """The hash that counts: the setting's, or else the file's; None where no password is set.

    Raises:
        BadSettings: it is no hash of ours.
    """
    kept = settings.admin_password_hash or (private.read(path(settings)) or b"").decode("ascii", "replace").strip()
    if kept:
        _parse(kept)
    return kept or None


def is_set(settings: Settings) -> bool:
    """Whether there is a password, good or bad; fails never, for every page asks."""
    return bool(settings.admin_password_hash) or os.path.exists(path(settings))


def path(settings: Settings) -> Path:
    """The file that holds the hash."""
    return settings.admin_folder / FILE


def store(settings: Settings, password: str) -> None:
    """Set the password; whoever is logged in with another one is so no longer."""
    private.write(path(settings), f"{make_hash(password)}\n".encode())


def mark(kept: str) -> str:
    """What a session keeps of the hash, to end when that changes."""
    return hashlib.sha256(kept.encode()).hexdigest()


def _derive(password: str, salt: bytes, cost: tuple[int, int, int]) -> bytes:
    """Two keyboards may type one letter in two ways (NFC, NFD); NFKC makes them one."""
    secret = unicodedata.normalize("NFKC", password).encode("utf-8", "surrogatepass")
    log_n, r, p = cost
    needed = 128 * r * (2**log_n + p + 2)
    return hashlib.scrypt(secret, salt=salt, n=2**log_n, r=r, p=p, maxmem=needed + 2**20, dklen=_BYTES)


def _parse(kept: str) -> tuple[tuple[int, int, int], bytes, bytes]:
    try:
        kind, log_n, r, p, salt, key = kept.split(":")
        cost = (int(log_n), int(r), int(p))
        fits = kind == "scrypt" and all(1 <= one <= most for one, most in zip(cost, _MAY_COST, strict=True))
        if fits and len(_bytes(key)) == _BYTES:
            return cost, _bytes(salt), _bytes(key)
    except ValueError:
        pass
    raise BadSettings(
        "Expected the hash of the admin's password to read scrypt:15:8:3:SALT:KEY, but it does not.",
        "Run `pawsight admin password`.",
    )


def _text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def _bytes(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
