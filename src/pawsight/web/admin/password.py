"""The admin's password: only a hash is stored, by Werkzeug's scrypt, which is slow to guess from."""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import re
import unicodedata
from pathlib import Path

from werkzeug.security import check_password_hash, generate_password_hash

from pawsight.errors import BadSettings
from pawsight.settings import Settings
from pawsight.storage import private

LEAST, MOST = 12, 1000
FILE = "password"

# OWASP, Password Storage Cheat Sheet: 32 MiB and three passes, about 0.3 s of one core for a try.
_COST = "scrypt:32768:8:3"  # N, r, p
_HASH = re.compile(r"scrypt:(\d{1,7}):\d{1,2}:\d{1,2}\$[^$]+\$[0-9a-f]{128}")
# Pawsight 0.1.0: log2 N, r, p, salt, key; the last two in base64 for URLs.
_OLD_HASH = re.compile(r"scrypt:([1-9]|1\d|20):([1-9]|[12]\d):([1-9]|1\d):([\w-]+):([\w-]{43})", re.ASCII)


def make_hash(password: str) -> str:
    """Return what is stored of a password: `scrypt:32768:8:3$SALT$KEY`.

    Raises:
        BadSettings: it is too short or too long.
    """
    if not LEAST <= len(password) <= MOST:
        raise BadSettings(
            f"A password needs {LEAST} to {MOST:,} characters, but this one has {len(password):,}.",
            "Four or five words that nobody would combine are strong and easy to remember.",
        )
    return generate_password_hash(_normalize(password), _COST)


def matches(password: str, stored: str) -> bool:
    """Return whether a password is the one whose hash was stored; every wrong one takes the same time.

    Raises:
        BadSettings: what was stored is not a hash of a password.
    """
    old = _check(stored)
    if len(password) > MOST:
        return False
    if old:
        return _matches_old(_normalize(password), old)
    return check_password_hash(stored, _normalize(password))


def find(settings: Settings) -> str | None:
    """Return the hash in force: the setting's, or else the file's; None where no password is set.

    Raises:
        BadSettings: it is not a hash of a password.
    """
    stored = settings.admin_password_hash or (private.read(path(settings)) or b"").decode("ascii", "replace").strip()
    if stored:
        _check(stored)
    return stored or None


def is_set(settings: Settings) -> bool:
    """Return whether there is a password, valid or not. It never fails, because every page asks."""
    return bool(settings.admin_password_hash) or os.path.exists(path(settings))


def path(settings: Settings) -> Path:
    """Return the file that holds the hash."""
    return settings.admin_folder / FILE


def store(settings: Settings, password: str) -> None:
    """Set the password; sessions that logged in with another one end."""
    private.write(path(settings), f"{make_hash(password)}\n".encode())


def mark(stored: str) -> str:
    """Return what a session keeps of the hash, so that it ends when the password changes."""
    return hashlib.sha256(stored.encode()).hexdigest()


def _normalize(password: str) -> str:
    """Make one of the two ways in which keyboards type the same letter (NFKC), and of what is no valid Unicode."""
    return unicodedata.normalize("NFKC", password).encode("utf-8", "replace").decode("utf-8")


def _check(stored: str) -> re.Match[str] | None:
    """Refuse what is not a hash; return the parts of one in the form of version 0.1.0, None for today's form."""
    if (new := _HASH.fullmatch(stored)) and int(new[1]).bit_count() == 1:  # scrypt's N is a power of two
        return None
    if old := _OLD_HASH.fullmatch(stored):
        return old
    raise BadSettings(
        "The stored hash of the admin's password cannot be read: it should look like scrypt:32768:8:3$SALT$KEY.",
        "Run `pawsight admin password`.",
    )


def _matches_old(password: str, old: re.Match[str]) -> bool:
    n, r, p = 2 ** int(old[1]), int(old[2]), int(old[3])
    salt, key = (base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)) for text in old.group(4, 5))
    memory = 128 * r * (n + p + 2) + 2**20
    found = hashlib.scrypt(password.encode(), salt=salt, n=n, r=r, p=p, maxmem=memory, dklen=len(key))
    return hmac.compare_digest(found, key)
