from __future__ import annotations

import threading
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from pawsight.batch.audit_server import serve_page


def fetch(address: str, body: bytes | None = None) -> tuple[int, bytes]:
    try:
        with urllib.request.urlopen(address, body, timeout=20) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, b""


def test_a_page_is_shown_and_its_marks_are_taken(tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text("the page")
    addresses: list[str] = []
    marks: list[frozenset[int]] = []
    announced = threading.Event()

    def serve() -> None:
        def announce(address: str) -> None:
            addresses.append(address)
            announced.set()

        marks.append(serve_page(tmp_path / "page.html", announce))

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    assert announced.wait(20)
    (address,) = addresses
    assert fetch(address) == (200, b"the page")
    assert fetch(address.rsplit("/", 2)[0] + "/")[0] == 404  # without the secret
    assert fetch(address.rsplit("/", 2)[0] + "/marks", b"1")[0] == 404
    assert fetch(address + "marks", b"one")[0] == 400
    assert thread.is_alive()
    assert fetch(address + "marks", b"3 17")[0] == 200
    thread.join(20)
    assert marks == [frozenset({3, 17})]


def test_nothing_marked(tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text("the page")
    answers: list[int] = []

    def announce(address: str) -> None:
        thread = threading.Thread(target=lambda: answers.append(fetch(address + "marks", b"")[0]), daemon=True)
        thread.start()

    assert serve_page(tmp_path / "page.html", announce) == frozenset()


@pytest.mark.parametrize("count", [2])
def test_each_page_has_its_own_address(tmp_path: Path, count: int) -> None:
    (tmp_path / "page.html").write_text("the page")
    addresses: list[str] = []

    def announce(address: str) -> None:
        addresses.append(address)
        threading.Thread(target=fetch, args=(address + "marks", b"1"), daemon=True).start()

    for _ in range(count):
        assert serve_page(tmp_path / "page.html", announce) == frozenset({1})
    assert len({address.rsplit("/", 2)[1] for address in addresses}) == count
