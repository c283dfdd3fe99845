"""PostgreSQL as operators name it: behind a pooler, with several hosts, without an encoding, and misspelled."""

from __future__ import annotations

import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from pawsight.archive.entry import ArchiveEntry
from pawsight.archive.store import Archive
from pawsight.errors import ArchiveUnavailable, BadSettings
from pawsight.settings import Settings

Put = Callable[..., ArchiveEntry]


@pytest.fixture
def socket_folder(postgresql: str) -> str:
    """Where PostgreSQL's socket is; its database is empty."""
    return parse_qs(urlsplit(postgresql).query)["host"][0]


@pytest.fixture
def pooler(cluster: Any, socket_folder: str) -> Iterator[str]:
    """The URL of PgBouncer, which gives each transaction any of its two connections."""
    program = shutil.which("pgbouncer", path="/usr/sbin:/usr/bin:/usr/local/bin")
    if program is None:
        pytest.skip("needs PgBouncer: apt-get install pgbouncer")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    folder = Path(tempfile.mkdtemp(prefix="pawsight-"))
    folder.chmod(0o755)
    (folder / "settings.ini").write_text(
        f"[databases]\npostgres = host={socket_folder} user=postgres\n[pgbouncer]\nlisten_addr = 127.0.0.1\n"
        f"listen_port = {port}\nauth_type = any\npool_mode = transaction\ndefault_pool_size = 2\nunix_socket_dir =\n"
    )
    words = [program, "-q", str(folder / "settings.ini")]
    with subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **cluster.user) as process:
        try:
            for _ in range(100):
                with suppress(OSError):
                    socket.create_connection(("127.0.0.1", port), 1).close()
                    break
                time.sleep(0.1)
            yield f"postgresql://postgres@127.0.0.1:{port}/postgres"
        finally:
            process.terminate()
            shutil.rmtree(folder)


def test_a_pooler_that_changes_connections_between_transactions(pooler: str, put: Put, tmp_path: Path) -> None:
    """It knows no prepared statements: those of one connection are not there in the next transaction."""
    with Archive.open(Settings(archive=str(tmp_path), archive_url=pooler)) as archive, ThreadPoolExecutor(8) as pool:
        entries = list(pool.map(partial(put, archive), range(40)))
        assert {entry.id for entry in pool.map(lambda entry: archive.get(entry.id), entries)} == {
            entry.id for entry in entries
        }
        archive.probe()
        assert archive.find().total == 40


def test_a_database_without_an_encoding(cluster: Any, socket_folder: str, put: Put, tmp_path: Path) -> None:
    import psycopg

    with psycopg.connect(cluster.url, autocommit=True) as connection:
        connection.execute("DROP DATABASE IF EXISTS bare")
        connection.execute("CREATE DATABASE bare ENCODING 'SQL_ASCII' TEMPLATE template0")
    url = f"postgresql://postgres@/bare?host={socket_folder}"
    with Archive.open(Settings(archive=str(tmp_path), archive_url=url)) as archive:
        entry = put(archive, 1)
        archive.correct(entry.id, "cat")
        assert archive.get(entry.id).correction == "cat"


def test_several_hosts_of_which_one_is_there(socket_folder: str, put: Put, tmp_path: Path) -> None:
    url = f"postgresql://postgres@/postgres?host=/nowhere&host={socket_folder}&target_session_attrs=read-write"
    with Archive.open(Settings(archive=str(tmp_path), archive_url=url)) as archive:
        assert put(archive, 1)


@pytest.mark.parametrize("url", ["postgresql://a@b:5432,c:5432/d", "postgresql://a@b:port/d", "d"])
def test_what_is_no_url(tmp_path: Path, url: str) -> None:
    with pytest.raises(BadSettings, match="archive_url"):
        Archive.open(Settings(archive=str(tmp_path), archive_url=url))


def test_an_option_that_there_is_not(socket_folder: str, tmp_path: Path) -> None:
    url = f"postgresql://postgres@/postgres?host={socket_folder}&colour=red"
    with pytest.raises(BadSettings, match=r"archive_url.*colour"):
        Archive.open(Settings(archive=str(tmp_path), archive_url=url))


def test_why_there_is_no_connection_is_for_the_operator_alone(
    socket_folder: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    url = f"postgresql://postgres@/no_such_database?host={socket_folder}"
    with pytest.raises(ArchiveUnavailable) as refused:
        Archive.open(Settings(archive=str(tmp_path), archive_url=url))
    assert "no_such_database" not in str(refused.value)
    assert "no_such_database" in caplog.text
