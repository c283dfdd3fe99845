"""Folders to sort, and what they look like from outside."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from pawsight.batch.journal import Mode, Step
from pawsight.batch.plan import SkippedFile, SortPlan
from pawsight.batch.sort import begin, carry_out
from pawsight.batch.undo import Undo, newest

Tree = dict[str, tuple[str, int, int]]


def do(plan: SortPlan) -> list[SkippedFile]:
    """Carry out a plan; what was left."""
    return [left for left in carry_out(begin(plan)) if left]


def do_all(plan: SortPlan) -> Path:
    """Carry out a plan of which nothing may be left; the folder that it sorted into."""
    assert do(plan) == []
    return Path(plan.into)


def undo(into: Path) -> list[SkippedFile]:
    """Take the newest sort back; what stays."""
    undoing = Undo(newest(into))
    kept = [one for one in undoing.run() if one]
    undoing.clear(stays=kept)
    return kept


@pytest.fixture(scope="session")
def tree() -> Callable[[Path], Tree]:
    """All in and below a folder: path -> (hash, mtime in nanoseconds, permissions); folders have no hash."""
    return _tree


def _tree(top: Path) -> Tree:
    found: Tree = {}
    for path in [top, *top.rglob("*")]:
        status = path.stat()
        digest = "" if path.is_dir() else hashlib.sha256(path.read_bytes()).hexdigest()
        found[str(path.relative_to(top))] = (digest, status.st_mtime_ns, status.st_mode)
    return found


@pytest.fixture
def album(tmp_path: Path) -> Path:
    """A world with a folder of small files in it, whose times and permissions differ; none has to be a photo."""
    world = tmp_path / "world"
    for number, name in enumerate(
        ["photos/a.jpg", "photos/a.jpg.xmp", "photos/sub/a.jpg", "photos/sub/b.jpg", "x.txt"]
    ):
        path = world / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(name.encode() * 9)
        path.chmod([0o644, 0o600, 0o444][number % 3])
        os.utime(path, ns=(10**18, 10**18 + 123_456_789 * (number + 1)))
    for number, folder in enumerate([world / "photos" / "sub", world / "photos", world]):
        os.utime(folder, ns=(10**18, 10**18 + 987_654_321 * (number + 1)))
    return world


@pytest.fixture(scope="session")
def plan_of() -> Callable[..., SortPlan]:
    """A maker of plans for an `album`, without a model: `plan_of(world, "move")`."""
    return _plan_of


def _plan_of(world: Path, mode: Mode) -> SortPlan:
    folder, into = world / "photos", world / "deep" / "sorted"
    wanted = {"a.jpg": "cat/a.jpg", "a.jpg.xmp": "cat/a.jpg.xmp", "sub/a.jpg": "cat/a-2.jpg", "sub/b.jpg": "dog/b.jpg"}
    steps = [_step(mode, folder / source, source, target) for source, target in wanted.items()]
    text = "a sidecar"
    steps.append(Step("write", "dog/b.jpg.xmp", hashlib.sha256(text.encode()).hexdigest(), len(text), text=text))
    return SortPlan(
        folder=str(folder), into=str(into), mode=mode, model="tiny-1", classes=["cat", "dog"], steps=steps, left=[]
    )


def _step(mode: Mode, path: Path, source: str, target: str) -> Step:
    data, verdict = path.read_bytes(), "" if source.endswith(".xmp") else target.partition("/")[0]
    digest = hashlib.sha256(data).hexdigest()
    return Step(mode, target, digest, len(data), source, path.stat().st_mtime_ns, verdict)
