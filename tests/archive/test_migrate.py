"""The index's tables come to be in steps; a kill takes none of them half."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import event
from sqlalchemy.engine import Connection, Engine

from pawsight.archive.entry import ArchiveEntry
from pawsight.archive.migrate import HEAD, SCRIPTS, migrate, upgrade
from pawsight.archive.store import Archive
from pawsight.archive.tables import Base
from pawsight.errors import BadArchive
from pawsight.settings import Settings

Put = Callable[..., ArchiveEntry]
Settle = Callable[..., Settings]
SOURCE = Path(__file__).parents[2] / "src"
STEP = os.environ.get("PAWSIGHT_TEST_STEP", "5")  # 1: a kill before every single statement
NEXT = """
import sqlalchemy as sa
from alembic import op
revision, down_revision = "0003", "0002"
def upgrade():
    op.add_column("entries", sa.Column("remark", sa.String))
    op.execute("UPDATE entries SET remark = 'old'")
    op.create_index("ix_entries_remark", "entries", ["remark"])
"""


def test_a_new_index_is_what_the_tables_say(archive: Archive) -> None:
    with archive.index.reading() as session:
        assert differences(session.connection()) == []


def test_the_steps_build_the_same(archive: Archive) -> None:
    new = described(archive.index.engine)
    with archive.index._writer() as connection:
        for table in sa.inspect(connection).get_table_names():
            connection.execute(sa.text(f"DROP TABLE {table}" + " CASCADE" * (connection.dialect.name == "postgresql")))
        upgrade(connection)
        assert differences(connection) == []
    assert described(archive.index.engine) == new


def differences(connection: Connection) -> list[Any]:
    return compare_metadata(MigrationContext.configure(connection, opts={"compare_type": True}), Base.metadata)


def described(engine: Engine) -> dict[str, list[str]]:
    """All that the database says of each table, by its name."""
    look = sa.inspect(engine)
    asks = (look.get_columns, look.get_indexes, look.get_pk_constraint, look.get_foreign_keys)
    return {table: [repr(ask(table)) for ask in asks] for table in look.get_table_names()}


def test_the_newest_migration_is_the_one_that_is_asked_for() -> None:
    assert ScriptDirectory(str(SCRIPTS)).get_heads() == [HEAD]


@pytest.fixture
def newer(tmp_path: Path) -> Path:
    """The migrations of a Pawsight to come."""
    folder = tmp_path / "newer"
    shutil.copytree(SCRIPTS, folder, ignore=shutil.ignore_patterns("__pycache__"))
    (folder / "versions" / "0003_next.py").write_text(NEXT)
    return folder


def test_a_newer_index_is_refused_and_left_alone(settled: Settle, put: Put, newer: Path) -> None:
    with Archive.open(settled()) as archive:
        put(archive)
        migrate(archive.index.engine, archive.index._writer, newer, "0003")
    for _ in range(2):
        with pytest.raises(BadArchive, match=r"schema 0002 or older, but it has 0003\. A newer Pawsight"):
            Archive.open(settled())


def test_an_upgrade_keeps_what_is_there(settled: Settle, put: Put, newer: Path) -> None:
    with Archive.open(settled()) as archive:
        entry = put(archive)
        migrate(archive.index.engine, archive.index._writer, newer, "0003")
        assert archive.get(entry.id) == entry
        with archive.index.reading() as session:
            assert session.execute(sa.text("SELECT remark FROM entries")).scalars().all() == ["old"]


def test_an_index_of_the_first_schema_is_upgraded(settled: Settle, put: Put) -> None:
    with Archive.open(settled()) as archive:
        entry = put(archive)
        with archive.index._writer() as connection:
            connection.execute(sa.text("ALTER TABLE details DROP COLUMN looks_like"))
            connection.execute(sa.text("UPDATE alembic_version SET version_num = '0001'"))
    with Archive.open(settled()) as archive:
        assert archive.details(entry.id).looks_like == []
        assert archive.get(entry.id) == entry
        assert archive.details(put(archive, 1).id).looks_like != []


def test_an_upgrade_that_fails_anywhere_changes_nothing(settled: Settle, put: Put, newer: Path) -> None:
    with Archive.open(settled()) as archive:
        entry = put(archive)
        for at in range(1, 100):
            seen = []  # type: ignore[var-annotated]

            def count(*words: object, at: int = at, seen: list[object] = seen) -> None:
                seen.append(words)
                if len(seen) == at:
                    raise KeyboardInterrupt

            event.listen(archive.index.engine, "before_cursor_execute", count)
            try:
                migrate(archive.index.engine, archive.index._writer, newer, "0003")
                break
            except KeyboardInterrupt:
                pass
            finally:
                event.remove(archive.index.engine, "before_cursor_execute", count)
            with archive.index.reading() as session:
                columns = {column["name"] for column in sa.inspect(session.connection()).get_columns("entries")}
            assert "remark" not in columns
            assert archive.get(entry.id) == entry
        assert at > 4


@pytest.mark.long
def test_a_first_start_can_be_killed(settled: Settle, put: Put) -> None:
    """Each kill meets what the one before left; the index is either not there yet or complete."""
    settings = settled()
    words = [sys.executable, Path(__file__).with_name("writer.py"), "migrate", settings.archive, settings.archive_url]
    environment = os.environ | {"PYTHONPATH": str(SOURCE)}
    done = subprocess.run([*words, STEP], env=environment, capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stderr
    kills = int(done.stdout)
    assert kills >= 20 // int(STEP)
    with Archive.open(settings) as archive:
        assert archive.get(put(archive).id)
        with archive.index.reading() as session:
            assert differences(session.connection()) == []


def test_two_first_starts_at_once(settled: Settle) -> None:
    troubles: list[Exception] = []

    def start() -> None:
        try:
            Archive.open(settled()).close()
        except Exception as error:
            troubles.append(error)

    starts = [threading.Thread(target=start) for _ in range(4)]
    for one in starts:
        one.start()
    for one in starts:
        one.join()
    assert troubles == []
