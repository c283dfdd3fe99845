"""A decoder loads nothing of the server: that costs memory in each, and start."""

from __future__ import annotations

import subprocess
import sys

UNNEEDED = ("pawsight.decoding.pool", "pawsight.settings", "subprocess", "onnxruntime", "sqlalchemy", "flask")


def test_a_decoder_does_not_load_the_pool() -> None:
    code = "import pawsight.decoding.worker, sys; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert [name for name in UNNEEDED if name in loaded] == []
