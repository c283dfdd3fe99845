"""Slow clients, too many of them, and more photos than can be answered: the others notice nothing."""

from __future__ import annotations

import http.client
import json
import socket
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from typing import Any
from urllib.parse import urlsplit

import pytest
from waitress import wasyncore

from pawsight.settings import Settings
from pawsight.web.server.limits import LimitedServer
from pawsight.web.server.run import listen
from pawsight.web.uploads import photo_limit

EDGE = "edge-of-a-part"
UPLOAD = f"POST /api/v1/predictions HTTP/1.1\r\nHost: a\r\nContent-Type: multipart/form-data; boundary={EDGE}\r\n"


def form(photo: bytes) -> bytes:
    head = f'--{EDGE}\r\nContent-Disposition: form-data; name="image"; filename="photo"\r\n\r\n'
    return head.encode() + photo + f"\r\n--{EDGE}--\r\n".encode()


def ask(server: str, photo: bytes, origin: str = "") -> tuple[int, dict[str, str], Any]:
    client = http.client.HTTPConnection(urlsplit(server).netloc, timeout=60)
    headers = {"Content-Type": f"multipart/form-data; boundary={EDGE}"} | ({"Origin": origin} if origin else {})
    client.request("POST", "/api/v1/predictions", form(photo), headers)
    answer = client.getresponse()
    found = answer.status, dict(answer.headers), json.loads(answer.read())
    client.close()
    return found


def connect(server: str) -> socket.socket:
    address = urlsplit(server)
    return socket.create_connection((address.hostname, address.port), timeout=30)


def slow_header(connection: socket.socket) -> None:
    connection.sendall(b"GET / HTTP/1.1\r\nHost: a\r\nX-Slow: ")


def slow_body(connection: socket.socket) -> None:
    connection.sendall(UPLOAD.encode() + b"Content-Length: 100000\r\n\r\n")


def slow_reader(connection: socket.socket) -> None:
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
    connection.sendall(b"GET /bootstrap/static/css/bootstrap.min.css HTTP/1.1\r\nHost: a\r\n\r\n" * 8)


def silent(connection: socket.socket) -> None:
    """Connects, and that is all."""


SLOW: tuple[Callable[[socket.socket], None], ...] = (slow_header, slow_body, slow_reader, silent)


@contextmanager
def dripping(server: str, count: int) -> Iterator[list[socket.socket]]:
    """Slow clients of all kinds, each of which sends a byte from time to time."""
    stop = threading.Event()
    with ExitStack() as stack:
        connections = [stack.enter_context(connect(server)) for _ in range(count)]
        for number, connection in enumerate(connections):
            SLOW[number % 4](connection)

        def drip() -> None:
            while not stop.wait(0.5):
                for connection in connections:
                    try:
                        connection.send(b"a")
                    except OSError:
                        continue

        thread = threading.Thread(target=drip)
        thread.start()
        try:
            yield connections
        finally:
            stop.set()
            thread.join()


@pytest.mark.long
def test_honest_clients_lose_nothing_to_200_slow_ones(start_server: Any, picture: Any) -> None:
    with start_server(PAWSIGHT_MAX_CONNECTIONS="100") as server, dripping(server, 200):
        statuses = Counter(ask(server, picture(seed=number))[0] for number in range(30))
    assert statuses == {201: 30}


@pytest.mark.long
def test_who_asks_for_much_at_once_does_not_push_out_others(start_server: Any, picture: Any) -> None:
    """All places are taken by clients with requests in waiting, who read nothing, and come back when thrown out."""
    with start_server(PAWSIGHT_MAX_CONNECTIONS="100") as server, coming_back(server, 300):
        statuses = Counter(ask(server, picture(seed=number))[0] for number in range(30))
    assert statuses == {201: 30}


@contextmanager
def coming_back(server: str, count: int) -> Iterator[None]:
    stop = threading.Event()

    def crowd() -> None:
        connections: dict[int, socket.socket] = {}
        while not stop.wait(0.2):
            for number in range(count):
                try:
                    if number not in connections:
                        connections[number] = connect(server)
                        slow_reader(connections[number])
                    connections[number].send(b"G")
                except OSError:
                    connections.pop(number).close()
        for connection in connections.values():
            connection.close()

    thread = threading.Thread(target=crowd)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def test_of_many_requests_in_one_piece_the_first_few_are_answered(server: str) -> None:
    with connect(server) as connection:
        connection.sendall(b"GET /livez HTTP/1.1\r\nHost: a\r\n\r\n" * 100)
        with connection.makefile("rb") as file:
            lines = [line.strip().lower() for line in file]
    assert lines.count(b"http/1.1 200 ok") == 8
    assert lines.count(b"connection: close") == 1


@pytest.mark.long
@pytest.mark.parametrize("kind", SLOW[:3])
def test_time_runs_out_even_with_a_byte_now_and_then(start_server: Any, kind: Callable[[socket.socket], None]) -> None:
    with start_server(PAWSIGHT_MAX_SLOW_SECONDS="2") as server, connect(server) as connection:
        kind(connection)
        assert closed_within(connection, 20)


def closed_within(connection: socket.socket, seconds: float) -> bool:
    """Whether the other side closes, although bytes go on coming; what it said before stays unread."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            connection.send(b"a")
        except OSError:
            return True
        time.sleep(0.2)
    return False


def test_a_request_that_is_not_done_in_time_gets_408(start_server: Any) -> None:
    with start_server(PAWSIGHT_MAX_SLOW_SECONDS="1") as server, connect(server) as connection:
        slow_header(connection)
        with connection.makefile("rb") as file:
            answer = file.read()
    assert answer.startswith(b"HTTP/1.0 408 ") or answer.startswith(b"HTTP/1.1 408 ")
    assert b'"code":"request_timeout"' in answer


@pytest.mark.long
def test_a_large_photo_over_a_modest_line_is_no_slow_client(start_server: Any, picture: Any) -> None:
    """After the grace it is bytes a second that count, not seconds."""
    body = form(picture(400, 300, seed=1))
    with start_server(PAWSIGHT_MAX_SLOW_SECONDS="1") as server, connect(server) as connection:
        connection.sendall(UPLOAD.encode() + f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n".encode())
        for start in range(0, len(body), len(body) // 8):
            connection.sendall(body[start : start + len(body) // 8])
            time.sleep(0.5)
        with connection.makefile("rb") as file:
            assert file.readline().split()[1] == b"201"


@pytest.mark.long
def test_what_cannot_be_answered_soon_is_refused_at_once(start_server: Any, picture: Any) -> None:
    photos = [picture(3000, 2000, seed=number) for number in range(4)]
    with start_server(PAWSIGHT_THREADS="1", PAWSIGHT_MAX_WAITING="3") as server, ThreadPoolExecutor(40) as threads:
        asked = [threads.submit(ask, server, photos[number % 4]) for number in range(40)]
        with connect(server) as connection:  # what is no photo does not wait for photos
            connection.sendall(b"GET /livez HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
            with connection.makefile("rb") as file:
                assert file.readline().split()[1] == b"200"
        answers = [one.result(60) for one in asked]
        statuses = Counter(status for status, _, _ in answers)
        assert set(statuses) == {201, 503}
        assert statuses[201] >= 4
        for status, headers, body in answers:
            if status == 503:
                assert (body["code"], headers["Content-Type"]) == ("overloaded", "application/problem+json")
                assert int(headers["Retry-After"]) >= 1
        assert ask(server, photos[0])[0] == 201


def test_a_page_of_a_listed_site_reads_why_it_is_refused(start_server: Any, picture: Any) -> None:
    """Before the app is asked, too: else a browser tells its script nothing, and not to wait either."""
    photo, origin = picture(3000, 2000), "https://app.example.org"
    limits = {"PAWSIGHT_THREADS": "1", "PAWSIGHT_MAX_WAITING": "1", "PAWSIGHT_CORS_ORIGINS": origin}
    with start_server(**limits) as server, ThreadPoolExecutor(20) as threads:
        answers = list(threads.map(lambda _: ask(server, photo, origin), range(20)))
        with connect(server) as connection, connection.makefile("rb") as file:
            connection.sendall(f"{UPLOAD}Origin: {origin}\r\nContent-Length: 1000000000\r\n\r\n".encode())
            refused = file.read()
        assert "Access-Control-Allow-Origin" not in ask(server, photo, "https://other.example.org")[1]
    assert {status for status, _, _ in answers} == {201, 503}
    assert {headers.get("Access-Control-Allow-Origin") for _, headers, _ in answers} == {origin}
    assert refused.startswith(b"HTTP/1.1 413")
    assert f"\r\nAccess-Control-Allow-Origin: {origin}\r\n".encode() in refused


class Counting:
    """An app that knows how many requests of a kind it has had at the same time."""

    def __init__(self) -> None:
        self.now: Counter[str] = Counter()
        self.most: Counter[str] = Counter()
        self._lock = threading.Lock()

    def __call__(self, environ: dict[str, Any], start: Callable[..., Any]) -> list[bytes]:
        path = environ["PATH_INFO"]
        with self._lock:
            self.now[path] += 1
            self.most[path] = max(self.most[path], self.now[path])
        time.sleep(0.1)
        with self._lock:
            self.now[path] -= 1
        start("200 OK", [("Content-Length", "0")])
        return []


@pytest.mark.parametrize("method", ["POST", "PATCH"])
def test_requests_for_many_photos_go_one_after_the_other(method: str) -> None:
    """Each has all its photos in memory: 200 MB by default, and eight of them at once would be what a server has."""
    app, settings = Counting(), Settings(port=0, max_bytes=1000, max_photos=1000, threads=4)
    listener = listen("127.0.0.1", 0)
    server, stop = LimitedServer(app, listener, settings), threading.Event()

    def turn() -> None:
        while not stop.is_set():
            wasyncore.loop(0.05, use_poll=True, map=server._map, count=1)

    def send(path: str) -> int:
        with closing(http.client.HTTPConnection(*listener.getsockname(), timeout=60)) as client:  # type: ignore[misc]
            client.request(method, path, bytes(photo_limit(settings) + (1 if path == "/large" else -1)))
            return client.getresponse().status

    thread = threading.Thread(target=turn)
    thread.start()
    try:
        with ThreadPoolExecutor(12) as pool:
            assert set(pool.map(send, ["/large", "/small"] * 6)) == {200}
    finally:
        stop.set()
        thread.join()
        server.task_dispatcher.shutdown(timeout=1)
        server.close()
        wasyncore.close_all(server._map, ignore_all=True)  # connections whose end it has not read yet
    assert app.most["/large"] == 1
    assert app.most["/small"] > 1


def test_a_change_of_an_answer_is_no_place_for_megabytes(send: Any, client: Any, picture: Any) -> None:
    id = send(picture()).json["predictions"][0]["id"]
    answer = client.patch(f"/api/v1/predictions/{id}", data=b'{"correction": "' + b"x" * 20_000 + b'"}')
    assert (answer.status_code, answer.json["code"]) == (413, "payload_too_large")
