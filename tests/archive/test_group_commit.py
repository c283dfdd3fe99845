"""Uploads in shared transactions: fewer commits, and each upload fails or succeeds by itself."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy import Connection, event

from pawsight.archive.database import Index, where
from pawsight.archive.group_commit import GroupWriter
from pawsight.archive.tables import DeletionRow
from pawsight.errors import ArchiveUnavailable

Work = Callable[[Connection], str]


@pytest.fixture
def index(tmp_path: Path) -> Iterator[Index]:
    opened = Index(where(tmp_path, ""), lock_timeout=2)
    yield opened
    opened.close()


def note(name: str) -> Work:
    """A work that writes one row and returns its key."""

    def work(connection: Connection) -> str:
        connection.execute(sa.insert(DeletionRow).values(stored=name, format="JPEG"))
        return name

    return work


def noted(index: Index) -> set[str]:
    with index.reading() as session:
        return set(session.scalars(sa.select(DeletionRow.stored)))


def together(writer: GroupWriter[str], works: list[Work]) -> list[Future[str]]:
    """Run works so that all but the first wait while the first one's transaction is open."""
    began, go_on = threading.Event(), threading.Event()

    def first(connection: Connection) -> str:
        began.set()
        go_on.wait(60)
        return note("first")(connection)

    with ThreadPoolExecutor(len(works) + 1) as threads:
        found = [threads.submit(writer.write, "", first)]
        began.wait(60)
        found += [threads.submit(writer.write, "", work) for work in works]
        while len(writer._waiting) < len(works):
            threading.Event().wait(0.01)
        go_on.set()
    return found


def count_commits(index: Index) -> list[object]:
    commits: list[object] = []
    event.listen(index.engine, "commit", commits.append)
    return commits


def test_uploads_that_wait_share_a_transaction(index: Index) -> None:
    commits = count_commits(index)
    names = [f"photo {number}" for number in range(7)]
    found = together(GroupWriter(index), [note(name) for name in names])
    assert [one.result() for one in found] == ["first", *names]
    assert noted(index) == {"first", *names}
    assert len(commits) == 2


def test_no_transaction_has_more_than_it_may(index: Index) -> None:
    commits = count_commits(index)
    together(GroupWriter(index, most=3), [note(f"photo {number}") for number in range(7)])
    assert len(noted(index)) == 8
    assert len(commits) == 4  # 1 + 3 + 3 + 1


def test_one_that_fails_does_not_take_others_along(index: Index) -> None:
    def fails(connection: Connection) -> str:
        note("half")(connection)
        raise ZeroDivisionError

    good, bad, other = together(GroupWriter(index), [note("good"), fails, note("other")])[1:]
    assert (good.result(), other.result()) == ("good", "other")
    with pytest.raises(ZeroDivisionError):
        bad.result()
    assert noted(index) == {"first", "good", "other"}


def test_a_commit_that_fails_fails_for_all_and_leaves_nothing(index: Index) -> None:
    def fail(connection: Connection) -> None:
        raise sa.exc.OperationalError("", {}, Exception("disk I/O error"))

    event.listen(index.engine, "commit", fail)
    found = together(GroupWriter(index), [note("one"), note("two")])
    for one in found:
        with pytest.raises(ArchiveUnavailable):
            one.result()
    event.remove(index.engine, "commit", fail)
    assert noted(index) == set()
    assert GroupWriter[str](index).write("", note("later")) == "later"


def test_another_programs_lock_is_waited_for_once(index: Index) -> None:
    """All that wait are refused together, and not one after the other."""
    writer: GroupWriter[str] = GroupWriter(index)
    commits = count_commits(index)
    with index.engine.connect() as other:
        other.exec_driver_sql("COMMIT")
        other.exec_driver_sql("BEGIN IMMEDIATE")
        with ThreadPoolExecutor(4) as threads:
            found = [threads.submit(writer.write, "", note(f"photo {number}")) for number in range(4)]
            for one in found:
                with pytest.raises(ArchiveUnavailable, match="lock"):
                    one.result(60)
        other.exec_driver_sql("ROLLBACK")
    assert (noted(index), commits) == (set(), [])
    assert writer.write("", note("later")) == "later"


def test_the_writer_keeps_its_connection_until_it_fails(index: Index) -> None:
    """Connecting costs as much as a row; one that failed may be in any state."""
    taken: list[object] = []
    event.listen(index.engine, "checkout", lambda connection, *_: taken.append(connection))
    writer: GroupWriter[str] = GroupWriter(index)
    for name in ("one", "two", "three"):
        writer.write("", note(name))
    assert len(taken) == 1

    def fails(connection: Connection) -> str:
        note("half")(connection)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        writer.write("", fails)
    writer.write("", note("four"))
    assert len(taken) == 2
    assert noted(index) == {"one", "two", "three", "four"}
