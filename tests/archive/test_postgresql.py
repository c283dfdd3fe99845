"""PostgreSQL behind a network that swallows what is sent: nothing waits forever, and nothing of an upload stays."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import parse_qs, urlsplit

import pytest

from pawsight.archive.entry import ArchiveEntry
from pawsight.archive.store import Archive
from pawsight.errors import ArchiveUnavailable
from pawsight.settings import Settings

Result = TypeVar("Result")
SILENCE = "pawsight.archive.postgresql.SILENCE"


class Proxy:
    """Forwards TCP connections to PostgreSQL; while it hangs it confirms every byte and passes none on."""

    def __init__(self, folder: str) -> None:
        self.target = f"{folder}/.s.PGSQL.5432"
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port = self.listener.getsockname()[1]
        self.flows = threading.Event()
        self.flows.set()
        self.ends: list[socket.socket] = [self.listener]
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self.listener.accept()
                server = socket.socket(socket.AF_UNIX)
                server.connect(self.target)
                self.ends += [client, server]
                for pair in ((client, server), (server, client)):
                    threading.Thread(target=self._pass_on, args=pair, daemon=True).start()

    def _pass_on(self, source: socket.socket, target: socket.socket) -> None:
        with suppress(OSError):
            while data := source.recv(65_536):
                self.flows.wait()
                target.sendall(data)
            target.shutdown(socket.SHUT_WR)

    def close(self) -> None:
        self.flows.set()
        for end in self.ends:
            end.close()


@pytest.fixture
def proxy(postgresql: str) -> Iterator[Proxy]:
    opened = Proxy(parse_qs(urlsplit(postgresql).query)["host"][0])
    yield opened
    opened.close()


@pytest.fixture
def settings(proxy: Proxy, tmp_path: Path) -> Settings:
    url = f"postgresql://postgres@127.0.0.1:{proxy.port}/postgres?connect_timeout=4"
    return Settings(archive=str(tmp_path / "archive"), archive_url=url)


@pytest.fixture
def archive(settings: Settings) -> Iterator[Archive]:
    """An archive whose database is reached through the proxy."""
    with soon(lambda: Archive.open(settings)) as opened:
        yield opened


@contextmanager
def hanging(proxy: Proxy, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Nothing comes through while the block runs, and that is noticed soon."""
    with monkeypatch.context() as patch:
        patch.setattr(SILENCE, 0.5)
        proxy.flows.clear()
        try:
            yield
        finally:
            proxy.flows.set()


def soon(work: Callable[[], Result]) -> Result:
    """Do what works again soon: a busy machine may take longer than these tests wait for a connection."""
    for _ in range(9):
        with suppress(ArchiveUnavailable):
            return work()
    return work()


def files(settings: Settings) -> list[str]:
    return sorted(path.name for path in settings.archive_folder.rglob("*.jpg*"))


def test_a_server_that_hangs_costs_seconds_and_leaves_nothing(
    archive: Archive,
    proxy: Proxy,
    settings: Settings,
    put: Callable[..., ArchiveEntry],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    soon(lambda: put(archive, 1))
    before = files(settings)
    with hanging(proxy, monkeypatch):
        with pytest.raises(ArchiveUnavailable):
            put(archive, 2)
        with pytest.raises(ArchiveUnavailable):
            archive.probe()
        with pytest.raises(ArchiveUnavailable):
            Archive.open(settings)
        assert files(settings) == before
    soon(lambda: put(archive, 2))
    assert soon(archive.find).total == 2


def test_it_hangs_in_the_middle_of_a_transaction(
    archive: Archive, proxy: Proxy, put: Callable[..., ArchiveEntry], monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(ArchiveUnavailable), archive.index.writing() as session:  # noqa: PT012
        connection = session.connection()
        with hanging(proxy, monkeypatch):
            connection.exec_driver_sql("SELECT 1")
    soon(lambda: put(archive, 2))
    assert soon(archive.find).total == 1


def test_a_slow_statement_is_waited_for(archive: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    """The server answers others meanwhile, or refuses them because it has too many clients."""
    from pawsight.archive.postgresql import _is_alive  # needs psycopg

    for alive in (lambda: True, partial(_is_alive, ["host=127.0.0.1 port=1 connect_timeout=60"], {})):
        with archive.index.writing() as session:
            connection = session.connection()
            driver: Any = connection.connection.driver_connection
            driver.is_alive = alive
            monkeypatch.setattr(SILENCE, 0.2)
            assert connection.exec_driver_sql("SELECT 7 FROM pg_sleep(1)").scalar() == 7
            monkeypatch.undo()


def test_the_options_of_connections_reach_the_system(archive: Archive) -> None:
    """A host that vanishes confirms nothing; the system then ends the connection by these times."""
    with archive.index.engine.connect() as connection:
        raw = socket.socket(fileno=connection.connection.driver_connection.fileno())  # type: ignore[union-attr]
        try:
            assert raw.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)
            assert raw.getsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE) == 10
            assert raw.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT) == 20_000
        finally:
            raw.detach()
