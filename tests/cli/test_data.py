"""`pawsight data` as a user types it."""

from __future__ import annotations

import http.server
import socket
import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest

Photo = Callable[[int], bytes]


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    """A proxy of the machine would stand between us and our own server."""
    monkeypatch.setenv("no_proxy", "*")


@pytest.fixture
def source(tmp_path: Path, picture: Callable[..., bytes]) -> Path:
    """Forty photos of each class, without faults."""
    folder = tmp_path / "pets"
    for kind, label in enumerate(("Cat", "Dog")):
        (folder / label).mkdir(parents=True)
        for number in range(40):
            cells = np.random.default_rng((kind, number)).integers(0, 256, (8, 10, 3), dtype=np.uint8)
            pixels = cells.repeat(8, axis=0).repeat(8, axis=1)
            (folder / label / f"{number}.jpg").write_bytes(picture(pixels=pixels))
    return folder


def test_prepare_counts_and_ends_with_0(pawsight: Callable[..., Any], source: Path) -> None:
    done = pawsight("data", "prepare", source, "--out", source.parent / "out", "--size", "32")
    assert (done.code, done.err) == (0, "")
    lines = done.out.splitlines()
    assert lines[0].split() == ["split", "cat", "dog"]
    assert [line.split()[0] for line in lines[1:4]] == ["train", "validation", "test"]
    assert sum(int(number) for line in lines[1:4] for number in line.split()[1:]) == 80
    assert lines[4] == "0 groups of duplicates; the photos of each share a split."
    assert lines[5].startswith(f"Wrote {source.parent / 'out'} (fingerprint ")


def test_bad_files_end_with_1_in_plain_words(
    pawsight: Callable[..., Any], source: Path, picture: Callable[..., bytes]
) -> None:
    (source / "Cat" / "666.jpg").touch()
    (source / "Dog" / "Thumbs.db").write_bytes(b"\xd0\xcf\x11\xe0")
    other = source.parent / "other"
    other.mkdir()
    (other / "1.jpg").write_bytes(picture(colour=(40, 200, 40)))
    done = pawsight(
        "data", "prepare", source, "--out", source.parent / "out", "--size", "32", "--neither", other, "--fit", "pad"
    )
    assert done.code == 1
    assert done.out.splitlines()[0].split() == ["split", "cat", "dog", "neither"]
    assert "2 files cannot be used (1 empty_file, 1 unsupported_format), hence exit code 1" in done.out
    assert str(source.parent / "out" / "bad.csv") in done.out


def test_warnings_go_to_stderr(pawsight: Callable[..., Any], tmp_path: Path, picture: Callable[..., bytes]) -> None:
    (tmp_path / "pets" / "cat").mkdir(parents=True)
    (tmp_path / "pets" / "cat" / "1.jpg").write_bytes(picture())
    done = pawsight("data", "prepare", tmp_path / "pets", "--out", tmp_path / "out")
    assert done.code == 0
    assert done.err.count("Warning: No photo of 'cat' fell into") == 2


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["nowhere", "--out", "out"], "There is nothing at"),
        (["."], "Missing option '--out'"),
        ([".", "--out", "out", "--size", "0"], "32<=x<=1024"),
        ([".", "--out", "out", "--fit", "stretch"], "'stretch' is not one of"),
    ],
)
def test_mistakes_get_one_line_and_2(pawsight: Callable[..., Any], words: list[str], said: str) -> None:
    done = pawsight("data", "prepare", *words)
    assert done.code == 2
    assert said in done.err
    assert len(done.err.splitlines()) == 1


def test_fetch(pawsight: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    content = b"PK\5\6" + bytes(18)  # the smallest zip
    (tmp_path / "far").mkdir()
    (tmp_path / "far" / "cats.zip").write_bytes(content)
    handler = partial(http.server.SimpleHTTPRequestHandler, directory=str(tmp_path / "far"))
    monkeypatch.setattr(http.server.SimpleHTTPRequestHandler, "log_message", lambda *_: None)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        out = tmp_path / "near.zip"
        done = pawsight("data", "fetch", "--out", out, "--url", f"http://127.0.0.1:{server.server_address[1]}/cats.zip")
        server.shutdown()
        thread.join()
    assert (done.code, done.err) == (0, "")
    assert f"pawsight data prepare {out}" in done.out
    assert out.read_bytes() == content


def test_fetch_unreachable_is_one_line(pawsight: Callable[..., Any], tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
    done = pawsight("data", "fetch", "--out", tmp_path / "x.zip", "--url", f"http://127.0.0.1:{port}/cats.zip")
    assert done.code == 2
    assert len(done.err.splitlines()) == 1
    assert "in a browser" in done.err


def test_help_has_examples(pawsight: Callable[..., Any]) -> None:
    for name in ("fetch", "prepare"):
        assert "Example" in pawsight("data", name, "--help").out
