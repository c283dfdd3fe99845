"""Two hosts' worth of servers, with nothing in common but one PostgreSQL and one folder for photos."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest

from pawsight.archive.check import check
from pawsight.archive.store import Archive
from pawsight.settings import Settings

PREDICTIONS = "/api/v1/predictions"


@contextmanager
def host(root: Path, archive: Path, url: str, model: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A server with a home, temporary and data folder of its own."""
    own = {name: str(root / name.lower()) for name in ("HOME", "TMPDIR", "XDG_DATA_HOME")}
    for folder in own.values():
        Path(folder).mkdir(parents=True)
    own |= {"PAWSIGHT_ARCHIVE": str(archive), "PAWSIGHT_ARCHIVE_URL": url, "PAWSIGHT_MODEL": str(model)}
    command = [sys.executable, "-m", "pawsight", "serve", "--port", "0"]
    with subprocess.Popen(command, env=os.environ | own, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        line = process.stderr.readline()
        try:
            yield process, line.split()[3]
        finally:
            process.terminate()


def call(address: str, method: str = "GET", body: bytes | None = None, kind: str = "") -> tuple[int, Any]:
    request = urllib.request.Request(address, body, {"Content-Type": kind} if kind else {}, method=method)
    try:
        with urllib.request.urlopen(request, timeout=60) as response:
            data = response.read()
            return response.status, json.loads(data) if "json" in response.headers["Content-Type"] else data
    except urllib.error.HTTPError as error:
        with error:
            return error.code, None


def ask(server: str, photo: bytes) -> Any:
    body = b'--x\r\nContent-Disposition: form-data; name="image"; filename="a"\r\n\r\n' + photo + b"\r\n--x--\r\n"
    status, answer = call(server + PREDICTIONS, "POST", body, "multipart/form-data; boundary=x")
    assert status == 201
    return answer["predictions"][0]


@pytest.fixture
def hosts(postgresql: str, tmp_path: Path, tiny_model: Path) -> Iterator[list[tuple[subprocess.Popen[str], str]]]:
    with ExitStack() as stack:
        started = [host(tmp_path / name, tmp_path / "archive", postgresql, tiny_model) for name in ("one", "two")]
        yield [stack.enter_context(one) for one in started]


@pytest.mark.long
def test_what_one_host_learns_the_other_knows(hosts: Any, upload: Any, postgresql: str, tmp_path: Path) -> None:
    (first, one), (_, two) = hosts
    photos = [upload(number % 12) for number in range(24)]  # each twice, on both hosts, at the same time
    with ThreadPoolExecutor(6) as pool:
        servers = [one if number < 12 else two for number in range(24)]
        entries = list(pool.map(ask, servers, photos))
    for entry in entries:
        for server in (one, two):
            assert call(f"{server}{PREDICTIONS}/{entry['id']}") == (200, entry)
            assert call(server + entry["photo"])[0] == call(server + entry["heatmap"])[0] == 200
    changed = f"{PREDICTIONS}/{entries[0]['id']}"
    assert call(two + changed, "PATCH", b'{"correction": "dog"}', "application/json")[0] == 200
    assert call(one + changed)[1]["correction"] == "dog"
    assert call(one + changed, "DELETE")[0] == 204
    assert call(two + changed)[0] == 404
    first.kill()  # one host is lost; what it has answered is not
    assert call(f"{two}{PREDICTIONS}/{entries[1]['id']}")[0] == 200
    ask(two, upload(99))
    with Archive.open(Settings(archive=str(tmp_path / "archive"), archive_url=postgresql)) as archive:
        assert archive.find(size=1).total == 24
        assert check(archive).faults == []
