from __future__ import annotations

import http.server
import io
import os
import socket
import threading
import zipfile
from collections.abc import Callable, Iterator
from http import HTTPStatus
from pathlib import Path

import pytest

from pawsight.data import fetch as module
from pawsight.data.fetch import fetch
from pawsight.errors import DownloadFailed
from pawsight.storage import download


def archive(seed: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as file:
        file.writestr("PetImages/Cat/1.jpg", seed * 100 + os.urandom(200_000))
    return buffer.getvalue()


class Server(http.server.ThreadingHTTPServer):
    """A mirror whose behaviour can be set.

    Attributes:
        content, etag, modified: of its one file.
        ranges: whether it can send parts.
        cut: how many bytes it sends before it hangs up; None sends all.
        asked: the Range header of each request, and from where it was answered.
    """

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.content = archive(b"first")
        self.etag = '"one"'
        self.modified = "Mon, 01 Jan 2024 00:00:00 GMT"
        self.ranges = True
        self.shift = 0
        self.length = True
        self.cut: int | None = None
        self.asked: list[tuple[str | None, int]] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/cats.zip"


class Handler(http.server.BaseHTTPRequestHandler):
    server: Server

    def do_GET(self) -> None:
        if self.path != "/cats.zip":
            self.send_error(HTTPStatus.NOT_FOUND)
            return
        server, wanted = self.server, self.headers["Range"]
        start = int(wanted.removeprefix("bytes=").rstrip("-")) if wanted and server.ranges else 0
        if start and self.headers["If-Range"] not in (server.etag, server.modified):
            start = 0
        server.asked.append((wanted, start))
        if start >= len(server.content):
            self.send_error(HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE)
            return
        self.send_part(start)

    def send_part(self, start: int) -> None:
        server = self.server
        self.send_response(HTTPStatus.PARTIAL_CONTENT if start else HTTPStatus.OK)
        if start:
            end = len(server.content)
            self.send_header("Content-Range", f"bytes {start + server.shift}-{end - 1}/{end}")
        for name, value in (("ETag", server.etag), ("Last-Modified", server.modified)):
            if value:
                self.send_header(name, value)
        if server.length:
            self.send_header("Content-Length", str(len(server.content) - start))
        self.end_headers()
        self.wfile.write(server.content[start:][: server.cut])

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def mirror() -> Iterator[Server]:
    with Server() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    """A proxy of the machine would stand between us and our own server."""
    monkeypatch.setenv("no_proxy", "*")


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "new" / "cats.zip"


@pytest.fixture
def begun(mirror: Server, out: Path) -> int:
    """A download that was cut off; how many bytes arrived."""
    mirror.cut = 120_000
    with pytest.raises(DownloadFailed, match="but it ended after 120,000") as caught:
        fetch(out, mirror.url)
    assert "same command again" in caught.value.hint
    assert not out.exists()
    mirror.cut = None
    return 120_000


def names(out: Path) -> list[str]:
    return sorted(path.name for path in out.parent.iterdir())


def test_a_whole_download(mirror: Server, out: Path) -> None:
    assert fetch(out, mirror.url) == out
    assert out.read_bytes() == mirror.content
    assert names(out) == ["cats.zip"]


def test_progress_is_reported_in_chunks(mirror: Server, out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "CHUNK", 1000)
    seen: list[int] = []

    def watch(chunks: Iterator[bytes], total: int) -> Iterator[bytes]:
        for chunk in chunks:
            seen.append(len(chunk))
            yield chunk
        assert total == len(seen)

    fetch(out, mirror.url, watch)  # type: ignore[arg-type]
    assert sum(seen) == len(mirror.content)
    assert set(seen[:-1]) == {1000}


def test_the_rest_is_fetched_after_a_cut(mirror: Server, out: Path, begun: int) -> None:
    fetch(out, mirror.url)
    assert out.read_bytes() == mirror.content
    assert mirror.asked == [(None, 0), (f"bytes={begun}-", begun)]
    assert names(out) == ["cats.zip"]


def test_without_strong_tag_the_date_tells(mirror: Server, out: Path) -> None:
    mirror.etag, mirror.cut = 'W/"weak"', 5000
    with pytest.raises(DownloadFailed):
        fetch(out, mirror.url)
    mirror.cut = None
    fetch(out, mirror.url)
    assert mirror.asked[-1] == ("bytes=5000-", 5000)
    assert out.read_bytes() == mirror.content


def test_without_any_tag_it_starts_over(mirror: Server, out: Path) -> None:
    mirror.etag = mirror.modified = ""
    mirror.cut = 5000
    with pytest.raises(DownloadFailed):
        fetch(out, mirror.url)
    mirror.cut = None
    fetch(out, mirror.url)
    assert mirror.asked[-1] == (None, 0)
    assert out.read_bytes() == mirror.content


def test_a_file_that_changed_meanwhile_is_not_mixed(mirror: Server, out: Path, begun: int) -> None:
    mirror.content, mirror.etag, mirror.modified = archive(b"second"), '"two"', "Tue, 02 Jan 2024 00:00:00 GMT"
    fetch(out, mirror.url)
    assert out.read_bytes() == mirror.content


def test_a_server_that_cannot_send_parts_sends_all(mirror: Server, out: Path, begun: int) -> None:
    mirror.ranges = False
    fetch(out, mirror.url)
    assert out.read_bytes() == mirror.content
    assert mirror.asked[-1] == (f"bytes={begun}-", 0)


def test_a_part_that_is_whole_already(mirror: Server, out: Path, begun: int) -> None:
    (out.parent / "cats.zip.part").write_bytes(mirror.content)
    fetch(out, mirror.url)
    assert out.read_bytes() == mirror.content


def test_another_part_than_asked_for_is_refused(mirror: Server, out: Path, begun: int) -> None:
    mirror.shift = 7
    with pytest.raises(DownloadFailed, match="another part"):
        fetch(out, mirror.url)


def test_a_file_that_stands_is_not_fetched_again(mirror: Server, out: Path) -> None:
    fetch(out, mirror.url)
    mirror.content = archive(b"second")
    before = out.read_bytes()
    assert fetch(out, mirror.url) == out
    assert out.read_bytes() == before
    assert len(mirror.asked) == 1


def test_something_else_that_stands_is_left_alone(mirror: Server, out: Path) -> None:
    out.parent.mkdir()
    out.write_text("mine")
    with pytest.raises(DownloadFailed, match="no zip stands there"):
        fetch(out, mirror.url)
    assert out.read_text() == "mine"
    assert mirror.asked == []


def test_at_microsofts_address_the_size_is_known(mirror: Server, out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "URL", mirror.url)
    with pytest.raises(DownloadFailed, match="Expected 824,887,076 bytes") as caught:
        fetch(out, mirror.url)
    assert "id=54765" in caught.value.hint
    assert not out.exists()
    monkeypatch.setattr(module, "BYTES", len(mirror.content))
    fetch(out, mirror.url)
    assert out.read_bytes() == mirror.content


def test_a_page_in_place_of_the_zip(mirror: Server, out: Path) -> None:
    mirror.content = b"<html>Please log in.</html>"
    with pytest.raises(DownloadFailed, match="Expected a zip"):
        fetch(out, mirror.url)
    mirror.content, mirror.etag, mirror.modified = archive(b"x"), '"new"', ""
    fetch(out, mirror.url)
    assert out.read_bytes() == mirror.content


def test_a_server_must_say_the_size(mirror: Server, out: Path) -> None:
    mirror.length = False
    with pytest.raises(DownloadFailed, match="how many bytes"):
        fetch(out, mirror.url)


def closed_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


@pytest.mark.parametrize(
    ("address", "words"),
    [
        (lambda mirror: f"http://127.0.0.1:{closed_port()}/cats.zip", "cannot be reached"),
        (lambda mirror: mirror.url + ".gone", "answered 404"),
        (lambda mirror: "http://no-such-host.invalid/cats.zip", "cannot be reached"),
    ],
)
def test_unreachable_says_the_manual_way(
    mirror: Server, out: Path, address: Callable[[Server], str], words: str
) -> None:
    with pytest.raises(DownloadFailed, match=words) as caught:
        fetch(out, address(mirror))
    assert "download the zip in a browser" in caught.value.hint
    assert "pawsight data prepare" in caught.value.hint
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("url", ["file:///etc/hostname", "ftp://host/cats.zip", "cats.zip", "http://"])
def test_other_addresses_are_refused(out: Path, url: str) -> None:
    with pytest.raises(DownloadFailed):
        fetch(out, url)


def test_silence_ends(out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(download, "TIMEOUT", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as mute, pytest.raises(DownloadFailed, match="timed out"):
        fetch(out, f"http://127.0.0.1:{mute.getsockname()[1]}/cats.zip")


def test_what_cannot_be_written_is_said(mirror: Server, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(DownloadFailed, match="Expected to write"):
        fetch(tmp_path / "file" / "cats.zip", mirror.url)
