"""A private PostgreSQL, archives in both databases, and uploads."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pawsight.archive.entry import ArchiveEntry
from pawsight.archive.store import Archive
from pawsight.archive.tables import EntryRow
from pawsight.classifier import Prediction
from pawsight.model.looks_like import Resemblance
from pawsight.settings import Settings

THUMBNAIL = b"\xff\xd8 a small JPEG, as far as the archive cares"
Settle = Callable[..., Settings]
Put = Callable[..., ArchiveEntry]


def _prediction(label: str = "cat", score: float = 0.98, *, model: str = "tiny-1", seed: int = 0) -> Prediction:
    chance = np.random.default_rng(seed)
    features = chance.normal(size=32).astype(np.float32)
    maps = chance.normal(size=(4, 4, 2)).astype(np.float32)
    other = "dog" if label == "cat" else "cat"
    verdict = label if score > 0.7 else "unsure"
    scores = {label: score, other: 0.02}
    return Prediction(label, verdict, scores, model, features, maps, looks_like=[Resemblance("tabby", 0.61)])


@pytest.fixture(scope="session")
def prediction() -> Callable[..., Prediction]:
    """A maker of answers: `prediction("dog", 0.6, model="tiny-1", seed=3)`; each seed has features of its own."""
    return _prediction


@dataclass(frozen=True)
class Cluster:
    """A PostgreSQL cluster of our own, reached by a socket in its folder; it syncs as a real one does."""

    folder: Path
    user: dict[str, Any]

    @property
    def url(self) -> str:
        return f"postgresql://postgres@/postgres?host={self.folder}"

    def run(self, *words: str) -> None:
        program = find_postgresql() / words[0]
        done = subprocess.run(
            [program, *words[1:]], capture_output=True, text=True, cwd=self.folder, timeout=300, **self.user
        )
        assert done.returncode == 0, done.stderr

    def start(self) -> None:
        options = f"-k {self.folder} -c listen_addresses='' -c timezone=Asia/Tokyo"
        self.run("pg_ctl", "-D", "data", "-l", "log", "-w", "-t", "240", "-o", options, "start")

    def crash(self) -> None:
        """Stop it without a chance to tidy up."""
        self.run("pg_ctl", "-D", "data", "-m", "immediate", "-w", "stop")


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    """PostgreSQL, running."""
    find_postgresql()
    folder = Path(tempfile.mkdtemp(prefix="pawsight-"))  # not below pytest's folder, where other users cannot go
    user: dict[str, Any] = {}
    if os.getuid() == 0:
        user = {"user": server_user(), "group": "nogroup", "extra_groups": []}
        shutil.chown(folder, user["user"])
    made = Cluster(folder, user)
    made.run("initdb", "-D", "data", "-U", "postgres", "-A", "trust", "--no-locale", "-E", "UTF8", "--no-sync")
    made.start()
    try:
        yield made
    finally:
        made.crash()
        shutil.rmtree(folder)


def find_postgresql() -> Path:
    """The folder of the newest PostgreSQL's programs."""
    pytest.importorskip("psycopg", reason="needs psycopg: pip install '.[postgres]'")
    if found := shutil.which("initdb"):
        return Path(found).parent
    if debian := sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb")):
        return debian[-1].parent
    pytest.skip("needs PostgreSQL: apt-get install postgresql")


def server_user() -> str:
    """PostgreSQL refuses to run as root."""
    import pwd  # not on Windows

    return next(name for name in ("postgres", "nobody") if name in {one.pw_name for one in pwd.getpwall()})


@pytest.fixture
def postgresql(cluster: Cluster) -> str:
    """The URL of an empty database."""
    import psycopg

    with psycopg.connect(cluster.url, autocommit=True) as connection:
        connection.execute("DROP SCHEMA public CASCADE")
        connection.execute("CREATE SCHEMA public")
    return cluster.url


@pytest.fixture(params=["sqlite", "postgresql"])
def settled(request: pytest.FixtureRequest, tmp_path: Path) -> Settle:
    """A maker of settings for an archive in this test's folder, on either database: `settled(retention_days=3)`."""
    url = request.getfixturevalue("postgresql") if request.param == "postgresql" else ""

    def make(**more: object) -> Settings:
        return Settings(archive=str(tmp_path / "archive"), archive_url=url, **more)  # type: ignore[arg-type]

    return make


@pytest.fixture
def archive(settled: Settle) -> Iterator[Archive]:
    """An empty archive, on either database."""
    with Archive.open(settled()) as opened:
        yield opened


@pytest.fixture
def upload(picture: Callable[..., bytes]) -> Callable[[int], bytes]:
    """A maker of small photos: each number gives another one."""
    return lambda seed: picture(seed=seed, comment=b"taken by somebody")


@pytest.fixture
def put(upload: Callable[[int], bytes]) -> Put:
    """Put the photo of a number: `put(archive, 3, label="dog", score=0.6, visitor="token")`."""

    def put(archive: Archive, seed: int = 0, *, visitor: str = "", **answer: object) -> ArchiveEntry:
        said = _prediction(seed=seed, **answer)  # type: ignore[arg-type]
        photo = archive.strip_metadata(upload(seed))
        return archive.put(photo, said, width=64, height=48, thumbnail=THUMBNAIL, visitor=visitor, milliseconds=7.5)

    return put


@pytest.fixture(params=["put", "put_while"])
def put_either_way(request: pytest.FixtureRequest, put: Put, upload: Callable[[int], bytes]) -> Put:
    """Like `put`; and with the prediction made while the file is written, as the server does it."""

    def put_while(archive: Archive, seed: int = 0) -> ArchiveEntry:
        photo, said = archive.strip_metadata(upload(seed)), _prediction(seed=seed)
        entry, same = archive.put_while(photo, lambda: (said, 7.5), width=64, height=48, thumbnail=THUMBNAIL)
        assert same is said
        return entry

    return put if request.param == "put" else put_while


@pytest.fixture
def age() -> Callable[[Archive, ArchiveEntry, float], None]:
    """`age(archive, entry, days)` makes an entry older."""

    def make_older(archive: Archive, entry: ArchiveEntry, days: float) -> None:
        with archive.index.writing() as session:
            row = session.get(EntryRow, entry.id)
            assert row
            row.created -= timedelta(days=days)

    return make_older
