"""A hundred requests that are not what they should be: refused, never a 5xx, and the next request is understood."""

from __future__ import annotations

import http.client
import json
import socket
from contextlib import suppress
from urllib.parse import urlsplit

import pytest

HOST = b"Host: localhost\r\n"
FIRST_LINES = [
    b"",
    b" ",
    b"\0",
    b"GET",
    b"GET /",
    b"GET  / HTTP/1.1",
    b"GET /  HTTP/1.1",
    b"GET\t/\tHTTP/1.1",
    b"get / HTTP/1.1",
    b"GE(T / HTTP/1.1",
    b"G\xffT / HTTP/1.1",
    b"/ HTTP/1.1",
    b"GET HTTP/1.1",
    b"GET / HTTP/1",
    b"GET / HTTP/1.10",
    b"GET / HTTP/9.9",
    b"GET / HTTP/0.9",
    b"GET / HTTP/2.0",
    b"GET / http/1.1",
    b"GET / HTTPS/1.1",
    b"GET / HTTP/-1.1",
    b"GET / HTTP/1.1\0",
    b"GET / JUNK",
    b"GET / / HTTP/1.1",
    b"PRI * HTTP/2.0",
    b"GET http://[::1 HTTP/1.1",
    b"GET http:///livez HTTP/1.1",
    b"GET ftp://localhost/livez HTTP/1.1",
    b"CONNECT localhost:443 HTTP/1.1",
    b"GET \rX / HTTP/1.1",
    b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    b"{}",
    b"SSH-2.0-OpenSSH_9.0",
    b"A" * 40_000,
    b"GET /" + b"a" * 40_000 + b" HTTP/1.1",
    b"A" * 5_000 + b" / HTTP/1.1 x",
]
HEADERS = [
    b"",  # no Host
    b"Host:\r\n",
    b"Host: a b\r\n",
    b"Host: a/b\r\n",
    b"Host: user@a\r\n",
    b"Host: a,b\r\n",
    b"Host: a\r\nHost: b\r\n",
    b"Host: a:port\r\n",
    b"Host: a..b\r\n",
    b"Host: .a\r\n",
    b"Host: " + b"a" * 64 + b"\r\n",
    b"Host: xn--\r\n",
    b"Host: xn--a-ecp.ru\r\n",
    b"Host: a:123456\r\n",
    b"Host: [::1\r\n",
    b'Host: "><script>\r\n',
    b"Host: \xff\r\n",
    b"Host : localhost\r\n",
    HOST + b"no colon\r\n",
    HOST + b": no name\r\n",
    HOST + b"A b: c\r\n",
    HOST + b"A\t: c\r\n",
    HOST + b"A\0: c\r\n",
    HOST + b"A: b\0c\r\n",
    HOST + b"A: b\rc\r\n",
    HOST + b"A: b\nC: d\r\n",
    HOST + b"(A): c\r\n",
    HOST + b"\xc3\xa4: c\r\n",
    HOST + b"A;: c\r\n",
    b" folded: first\r\n" + HOST,
    b"\tA: b\r\n" + HOST,
    HOST + b"A: " + b"b" * 40_000 + b"\r\n",
    HOST + b"A: b\r\n" * 8_000,
    HOST + b"A" * 40_000 + b": b\r\n",
]
LENGTHS = [
    b"Content-Length: x\r\n",
    b"Content-Length:\r\n",
    b"Content-Length: -1\r\n",
    b"Content-Length: +5\r\n",
    b"Content-Length: 5.0\r\n",
    b"Content-Length: 0x5\r\n",
    b"Content-Length: 5_0\r\n",
    b"Content-Length: 5 5\r\n",
    b"Content-Length: 5,5\r\n",
    b"Content-Length: 5\r\nContent-Length: 5\r\n",
    b"Content-Length: 5\r\nContent-Length: 6\r\n",
    b"Content-Length: \xb2\r\n",
    b"Content-Length: 99999999999999999999\r\n",
    b"Content-Length: 999999999\r\n",
    b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n",
    b"Transfer-Encoding: chunked\r\nContent-Length: 5\r\n",
    b"Transfer-Encoding: gzip\r\n",
    b"Transfer-Encoding: identity\r\n",
    b"Transfer-Encoding: chunked, gzip\r\n",
    b"Transfer-Encoding: gzip, chunked\r\n",
    b"Transfer-Encoding: chunked, chunked\r\n",
    b"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n",
    b"Transfer-Encoding: chunked,\r\n chunked\r\n",
    b"Transfer-Encoding: xchunked\r\n",
    b"Transfer-Encoding: chunked\x0b\r\n",
    b"Transfer-Encoding: \x0cchunked\r\n",
    b"Transfer-Encoding: chunked;q=1\r\n",
    b"Transfer-Encoding : chunked\r\n",
    b"Transfer-Encoding:\0chunked\r\n",
]
CHUNKS = [
    b"x\r\nhello\r\n0\r\n\r\n",
    b"-5\r\nhello\r\n0\r\n\r\n",
    b"+5\r\nhello\r\n0\r\n\r\n",
    b"0x5\r\nhello\r\n0\r\n\r\n",
    b"5 \r\nhello\r\n0\r\n\r\n",
    b" 5\r\nhello\r\n0\r\n\r\n",
    b"5_0\r\nhello\r\n0\r\n\r\n",
    b"5;\0\r\nhello\r\n0\r\n\r\n",
    b"5; a=\n\r\nhello\r\n0\r\n\r\n",
    b"5\r\nhelloX\r\n0\r\n\r\n",
    b"5\r\nhello0\r\n\r\n",
    b"4\r\nhello\r\n0\r\n\r\n",
    b"1" * 2_000 + b"\r\n",
    b"5;" + b"a" * 70_000,
    b"0\r\n" + b"A: b\r\n" * 20_000,
]
CASES: dict[str, bytes] = {
    **{f"first line {n}": line + b"\r\n" + HOST + b"\r\n" for n, line in enumerate(FIRST_LINES)},
    **{f"headers {n}": b"GET / HTTP/1.1\r\n" + lines + b"\r\n" for n, lines in enumerate(HEADERS)},
    **{
        f"length {n}": b"POST /predict HTTP/1.1\r\n" + HOST + lines + b"\r\n5\r\nhello\r\n0\r\n\r\n"
        for n, lines in enumerate(LENGTHS)
    },
    **{
        f"chunks {n}": b"POST /predict HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: chunked\r\n\r\n" + body
        for n, body in enumerate(CHUNKS)
    },
    "both ways to tell the length, in HTTP/1.0": b"POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
}


def talk(server: str, request: bytes) -> list[int]:
    """Send bytes and a hidden second request behind them; the statuses of all answers."""
    address = urlsplit(server)
    with socket.create_connection((address.hostname, address.port), timeout=20) as connection:
        try:
            connection.sendall(request)
            with suppress(OSError):  # it has closed already
                connection.shutdown(socket.SHUT_WR)
            with connection.makefile("rb") as file:
                return [int(line.split()[1]) for line in file if line.startswith(b"HTTP/1.")]
        except (ConnectionResetError, BrokenPipeError):  # it closes while we still send what it has refused
            return []


def test_there_are_a_hundred() -> None:
    assert len(CASES) >= 100


@pytest.mark.parametrize("case", CASES)
def test_what_is_no_request_is_refused_and_nothing_behind_it_answered(server: str, case: str) -> None:
    hidden = b"GET /livez HTTP/1.1\r\n" + HOST + b"\r\n"
    statuses = talk(server, CASES[case] + hidden)
    assert len(statuses) <= 1, "what stood behind was taken for a request of its own"
    assert not statuses or 400 <= statuses[0] < 500
    assert talk(server, hidden) == [200]


def test_what_is_right_but_rare_is_answered(server: str) -> None:
    for request in (
        b"GET /livez HTTP/1.0\r\n\r\n",
        b"\r\nGET /livez HTTP/1.1\r\n" + HOST + b"\r\n",
        b"GET http://localhost/livez HTTP/1.1\r\n" + HOST + b"\r\n",
        b"GET /livez HTTP/1.1\r\nHost: [::1]:8000\r\n\r\n",
        b"GET /livez HTTP/1.1\r\n" + HOST + b"A:\r\n\r\n",
    ):
        assert talk(server, request) == [200], request
    twice = b"GET /livez HTTP/1.1\r\n" + HOST + b"\r\n"
    assert talk(server, twice * 3) == [200] * 3


def test_the_host_of_the_first_line_counts(server: str) -> None:
    """RFC 9112, 3.2.2: as a proxy sends it; the header is then ignored."""
    request = b"GET http://%s/livez HTTP/1.1\r\nHost: %s\r\n\r\n"
    assert talk(server, request % (b"evil.example", b"localhost")) == [400]
    assert talk(server, request % (b"user@localhost", b"localhost")) == [400]
    assert talk(server, request % (b"localhost:80", b"evil.example")) == [200]


@pytest.mark.parametrize("start", [b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", b"\0\0\0\x2a", b'{"a": 1}'])
def test_who_does_not_speak_http_is_told_at_once(server: str, start: bytes) -> None:
    """A browser that tries `https:` at the port of `http:` would else wait until its time is up."""
    address = urlsplit(server)
    with socket.create_connection((address.hostname, address.port), timeout=5) as connection:
        connection.sendall(start)
        assert connection.recv(100).startswith(b"HTTP/1.0 400 ")


BOUNDARY = b"--x\r\nContent-Disposition: form-data; name="
PARTS = {
    "no parts": b"",
    "no end": BOUNDARY + b'"image"; filename="a"\r\n\r\nhello',
    "no headers": b"--x\r\n\r\nhello\r\n--x--\r\n",
    "a header without end": b"--x\r\n" + b"A" * 100_000,
    "no name": b"--x\r\nContent-Disposition: form-data\r\n\r\nhello\r\n--x--\r\n",
    "another boundary": b"--y\r\nContent-Disposition: form-data\r\n\r\nhello\r\n--y--\r\n",
    "10,000 parts": (BOUNDARY + b'"image"; filename="a"\r\n\r\n\r\n') * 10_000 + b"--x--\r\n",
    "10,000 fields": (BOUNDARY + b'"a"\r\n\r\nb\r\n') * 10_000 + b"--x--\r\n",
    "a field of a megabyte": BOUNDARY + b'"a"\r\n\r\n' + b"b" * 1_000_000 + b"\r\n--x--\r\n",
    "names that are paths": BOUNDARY + b'"image"; filename="../../etc/passwd\0"\r\n\r\nhello\r\n--x--\r\n',
    "bytes that are no text": BOUNDARY + b"\"\xff\xfe\"; filename*=utf-8''%ff\r\n\r\nhello\r\n--x--\r\n",
}


@pytest.mark.parametrize("case", PARTS)
@pytest.mark.parametrize("kind", ["multipart/form-data; boundary=x", "multipart/form-data", "text/plain"])
def test_broken_forms(server: str, case: str, kind: str) -> None:
    client = http.client.HTTPConnection(urlsplit(server).netloc, timeout=30)
    client.request("POST", "/api/v1/predictions", PARTS[case], {"Content-Type": kind})
    answer = client.getresponse()
    assert 400 <= answer.status < 500
    assert json.loads(answer.read())["code"] in {"missing_image", "payload_too_large", "unsupported_format"}
    client.close()


def test_a_chunked_body_without_end_is_cut_off(start_server: object) -> None:
    with start_server(PAWSIGHT_MAX_BYTES="100000", PAWSIGHT_MAX_PHOTOS="1") as server:  # type: ignore[operator]
        address = urlsplit(server)
        with socket.create_connection((address.hostname, address.port), timeout=20) as connection:
            connection.sendall(b"POST /predict HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: chunked\r\n\r\n")
            assert taken(connection, b"10000\r\n" + bytes(65_536) + b"\r\n", 50_000_000) < 10_000_000


def taken(connection: socket.socket, chunk: bytes, most: int) -> int:
    """Bytes that can be sent before the other side closes; some are on their way by then."""
    for sent in range(0, most, len(chunk)):
        try:
            connection.sendall(chunk)
        except OSError:
            return sent
    return most
