"""The index's tables, made or migrated when an archive is opened.

A new index gets its tables as they are now, an old one takes the steps that it misses; either is one transaction:
killed half-way, nothing of it happened, and the next start does it again. Two programs that start together take turns.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.engine import URL, Connection, Engine

from pawsight.archive.tables import Base
from pawsight.errors import ArchiveUnavailable, BadArchive

SCRIPTS = Path(__file__).with_name("migrations")
HEAD = "0002"
_LOCK = b"pawsight migration".hex()
_VERSION = sa.Table(  # as Alembic makes it
    "alembic_version",
    sa.MetaData(),
    sa.Column("version_num", sa.String(32)),
    sa.PrimaryKeyConstraint("version_num", name="alembic_version_pkc"),
)

Writer = Callable[..., AbstractContextManager[Connection]]


def migrate(engine: Engine, writer: Writer, scripts: Path = SCRIPTS, head: str = HEAD) -> None:
    """Migrate an index to the newest schema.

    Args:
        engine: of the index.
        writer: opens a transaction that excludes all others with the same lock.
        scripts: folder of the migrations.
        head: the newest of them.

    Raises:
        BadArchive: the index is of a newer Pawsight.
    """
    with engine.connect() as connection:
        if _version(connection) == head:
            return
    with writer(_LOCK) as connection:
        found = _version(connection)
        if found is None:
            _create(connection, head)
        elif found != head:
            upgrade(connection, scripts, head)


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
    if not sa.inspect(connection).has_table(_VERSION.name):
        return None
    return connection.execute(sa.select(_VERSION.c.version_num)).scalar_one_or_none()


def _create(connection: Connection, head: str) -> None:
    """What all steps together make, without loading Alembic: a first start takes a third less time."""
    Base.metadata.create_all(connection)
    _VERSION.create(connection)
    connection.execute(_VERSION.insert().values(version_num=head))


def upgrade(connection: Connection, scripts: Path = SCRIPTS, head: str = HEAD) -> None:
    """Take the steps from what is there, which may be nothing, to `head`.

    Raises:
        BadArchive: the index is of a newer Pawsight.
    """
    from alembic import command  # slow to load, and only an old index needs it
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
