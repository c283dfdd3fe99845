"""The index's tables, brought up to date when an archive is opened.

All steps that are missing are taken in one transaction: killed half-way, nothing of it happened, and the next start
takes them again. Two programs that start together take turns.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.engine import URL, Connection, Engine

from pawsight.errors import ArchiveUnavailable, BadArchive

SCRIPTS = Path(__file__).with_name("migrations")
HEAD = "0001"
_LOCK = b"pawsight migration".hex()
_VERSION = "alembic_version"

Writer = Callable[..., AbstractContextManager[Connection]]


def migrate(engine: Engine, writer: Writer, scripts: Path = SCRIPTS, head: str = HEAD) -> None:
    """Bring an index to the newest schema.

    Args:
        engine: of the index.
        writer: opens a transaction that no other with the same lock runs beside.
        scripts: folder of the migrations.
        head: the newest of them.

    Raises:
        BadArchive: the index is of a newer Pawsight.
    """
    with engine.connect() as connection:
        if _version(connection) == head:
            return
    with writer(_LOCK) as connection:
        if _version(connection) != head:
            _upgrade(connection, scripts, head)


def schema(url: URL) -> str | None:
    """The schema of an index, read without changing anything; None where there is no index yet.

    Raises:
        ArchiveUnavailable: the database does not answer.
    """
    if url.get_backend_name() == "sqlite" and not Path(url.database or "").exists():
        return None
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    try:
        with engine.connect() as connection:
            return _version(connection)
    except (sa.exc.SQLAlchemyError, ModuleNotFoundError) as error:
        reason = str(getattr(error, "orig", None) or error).strip().splitlines()[0]
        raise ArchiveUnavailable(
            f"Expected the archive's database to answer, but it does not ({reason}).",
            "Check archive_url, and whether the database runs.",
        ) from error


def _version(connection: Connection) -> str | None:
    if not sa.inspect(connection).has_table(_VERSION):
        return None
    return connection.execute(sa.text(f"SELECT version_num FROM {_VERSION}")).scalar_one_or_none()  # noqa: S608


def _upgrade(connection: Connection, scripts: Path, head: str) -> None:
    """Alembic is slow to load, and only a new or old index needs it."""
    from alembic import command
    from alembic.config import Config
    from alembic.util import CommandError

    config = Config()
    config.set_main_option("script_location", str(scripts).replace("%", "%%"))
    config.attributes["connection"] = connection
    try:
        command.upgrade(config, head)
    except CommandError as error:
        raise BadArchive(
            f"Expected an index of schema {head} or older, but it has {_version(connection)}.",
            "A newer Pawsight wrote it: use that one, or restore the backup from before.",
        ) from error
