"""Pin every package that serving, training, tests and docs install: `python tools/constraints.py` (or `make lock`).

Writes `constraints.txt`: exact versions for every supported Python and system, no addresses. `make serve` and
`make test` install by it, so that both still work when newer releases of these packages would not.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
HEAD = """\
# Versions that `make serve`, `make test` and `make docs` install. Made by `make lock`; do not edit.
"""
GROUPS = ("test", "lint", "docs", "fuzz-api")
OLDEST = "3.11"


def main() -> None:
    """Resolve all extras and groups, and write the file."""
    command = [sys.executable, "-m", "uv", "pip", "compile", "pyproject.toml", "--all-extras"]
    command += [word for name in GROUPS for word in ("--group", name)]
    command += ["--universal", "--python-version", OLDEST, "--upgrade", "--quiet"]
    command += ["--no-annotate", "--no-header", "--no-emit-index-url", "--no-emit-find-links"]
    pins = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout  # noqa: S603
    (ROOT / "constraints.txt").write_text(HEAD + pins, encoding="utf-8")


if __name__ == "__main__":
    main()
