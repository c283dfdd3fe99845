from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from pawsight.batch.watch.hooks import command_hook
from pawsight.batch.watch.visits import VisitResult
from pawsight.errors import BadSettings

ANSWER = VisitResult("1", "cat", {"cat": 0.9, "dog": 0.0}, "m", 2, ["/x/a b';touch y.jpg"], "2026-01-01T00:00:00+00:00")


def test_a_command_gets_the_visit_and_no_shell(tmp_path: Path) -> None:
    out, warnings = tmp_path / "out", list[str]()
    code = "import os, sys; open(sys.argv[1], 'w').write(os.environ['PAWSIGHT_PHOTO'] + sys.stdin.read())"
    hook = command_hook("cat", f'{sys.executable} -c "{code}" {out}', ["cat", "dog"], warnings.append)
    hook(ANSWER)
    assert out.read_text() == ANSWER.photos[0] + json.dumps(ANSWER.to_dict())
    assert not (tmp_path / "y.jpg").exists()
    out.unlink()
    command_hook("dog", f'{sys.executable} -c "{code}" {out}', ["cat", "dog"], warnings.append)(ANSWER)
    assert not out.exists()
    assert warnings == []


@pytest.mark.parametrize("command", ["/nowhere/to/be/found", f'{sys.executable} -c "raise SystemExit(3)"'])
def test_a_command_that_fails_is_named(command: str) -> None:
    warnings: list[str] = []
    command_hook("any", command, ["cat"], warnings.append)(ANSWER)
    assert "The command for 'any' failed" in warnings[0]


@pytest.mark.parametrize(("verdict", "command"), [("horse", "x"), ("cat", ""), ("cat", "'open")])
def test_commands_that_cannot_be(verdict: str, command: str) -> None:
    with pytest.raises(BadSettings, match=f"--on {verdict}"):
        command_hook(verdict, command, ["cat"], print)
