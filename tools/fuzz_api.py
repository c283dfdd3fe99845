"""Ask a real server what its OpenAPI description allows, and what it does not, with Schemathesis.

    make fuzz-api                                            or: python tools/fuzz_api.py path/to/schemathesis
    python tools/fuzz_api.py path/to/schemathesis -n 200     more cases of each operation

The server is one of its own, with an archive that is thrown away. `fuzz/schemathesis_hooks.py` makes real photos. Ends
with Schemathesis' exit status: 0 where nothing was found.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

ROOT = Path(__file__).parents[1]
CASES, SEED, SECONDS = "8", "1", "90"


def main() -> int:
    """Start a server, ask it, stop it."""
    program, *more = sys.argv[1:]
    with tempfile.TemporaryDirectory() as folder:
        places = {f"PAWSIGHT_{name.upper()}": f"{folder}/{name}" for name in ("archive", "state", "admin")}
        command = [sys.executable, "-m", "pawsight", "serve", "--port", "0"]
        with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=os.environ | places) as server:  # noqa: S603
            address = server.stderr.readline().split()[3] if server.stderr else ""
            # What the server logs is shown; a pipe that nobody reads would stop it.
            reader = threading.Thread(target=shutil.copyfileobj, args=(server.stderr, sys.stderr))
            reader.start()
            try:
                return ask(program, address, more)
            finally:
                server.terminate()
                reader.join()


def ask(program: str, address: str, more: list[str]) -> int:
    """Run Schemathesis against a server; returns its exit status."""
    words = ["run", f"{address}/api/openapi.json", "--checks", "all", "-n", CASES, "--seed", SEED]
    words += ["--max-time", SECONDS, "--no-color", *more]
    hooks = {"SCHEMATHESIS_HOOKS": "fuzz.schemathesis_hooks", "PYTHONPATH": str(ROOT)}
    return subprocess.run([program, *words], cwd=ROOT, env=os.environ | hooks, check=False).returncode  # noqa: S603


if __name__ == "__main__":
    sys.exit(main())
