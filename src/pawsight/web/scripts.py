"""The page's JavaScript modules: bundled, as `hatch_build.py` does it, or each by itself, as they are written.

A bundle is smaller and takes few requests. It is used only where it was made of the modules that are here. After a
change to one, or where npm cannot be reached, the modules themselves are served.
"""

from __future__ import annotations

import hashlib
import os
import re
from functools import lru_cache
from pathlib import Path

from flask import g

MODULES = Path(__file__).parent / "static" / "modules"
BUNDLES = Path(__file__).parent / "static" / "vendor" / "bundles"
MADE_OF = "sources.sha256"  # in the folder of bundles: of which modules they were made
_FILES = 128
_IMPORT = re.compile(r'(?:^|;)import\s*(?:[^;"\']*?from\s*)?"\./([\w-]+)\.js"', re.MULTILINE)


def file(name: str) -> Path:
    """Return where a script is, which may not exist: its bundle, or the module itself."""
    bundle = BUNDLES / name
    return bundle if os.path.isfile(bundle) and bundles_are_current() else MODULES / name


def names() -> list[str]:
    """Return the names of all scripts that are served."""
    folders = (MODULES, BUNDLES) if bundles_are_current() else (MODULES,)
    return sorted({path.name for folder in folders for path in folder.glob("*.js")})


def imported_modules(name: str) -> list[str]:
    """Return the names of all modules that one imports, and those that they import: a page can ask for all at once."""
    found: list[str] = []
    waiting = [name]
    while waiting:
        path = file(f"{waiting.pop()}.js")
        fresh = [one for one in _imports(path, path.stat().st_mtime_ns) if one not in found and one != name]
        found += fresh
        waiting += fresh
    return sorted(found)


def version() -> str:
    """Return the first digits of the SHA-256 of all modules, and of the bundles where they are used."""
    return _state()[0]


def bundles_are_current() -> bool:
    """Return whether there are bundles that were made of the modules as they are now."""
    return _state()[1]


def _state() -> tuple[str, bool]:
    if "scripts" not in g:  # a page names dozens of them
        sources = tuple((path, path.stat().st_mtime_ns) for path in sorted(MODULES.glob("*.js")))
        mark = BUNDLES / MADE_OF
        made_of = mark.read_text(encoding="ascii").strip() if mark.is_file() else ""
        g.scripts = _compare(sources, made_of)
    state: tuple[str, bool] = g.scripts
    return state


@lru_cache(4)
def _compare(sources: tuple[tuple[Path, int], ...], made_of: str) -> tuple[str, bool]:
    digest = digest_of([path for path, _ in sources])
    return hashlib.sha256(f"{digest} {made_of == digest}".encode()).hexdigest()[:12], made_of == digest


def digest_of(paths: list[Path]) -> str:
    """Return the SHA-256 of files, in this order."""
    digest = hashlib.sha256()
    for path in paths:
        digest.update(path.read_bytes())
    return digest.hexdigest()


@lru_cache(_FILES)
def _imports(path: Path, changed: int) -> list[str]:
    return list(dict.fromkeys(_IMPORT.findall(path.read_text(encoding="utf-8"))))
