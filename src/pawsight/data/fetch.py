"""Download Microsoft's cats and dogs. What arrived before a cut waits in `FILE.part`; the next try goes on there."""

from __future__ import annotations

import http.client
import zipfile
from collections.abc import Callable, Iterable, Iterator
from http import HTTPStatus
from pathlib import Path
from urllib.error import HTTPError

from pawsight.errors import DownloadFailed
from pawsight.storage.download import NETWORK_ERRORS, is_web_address, open_url, reason_of

URL = "https://download.microsoft.com/download/3/E/1/3E1C3F21-ECDB-4869-8368-6DEBA77B919F/kagglecatsanddogs_5340.zip"
BYTES = 824_887_076
CHUNK = 1_000_000
LARGEST = 20_000_000_000  # bytes of an archive of photos

_FROM_MICROSOFT = (
    "Download it in a browser from Microsoft's page 'Kaggle Cats and Dogs Dataset' "
    "(https://www.microsoft.com/download/details.aspx?id=54765), then run `pawsight data prepare FILE --out DIR`."
)
_FROM_ELSEWHERE = (
    "Check the address, or download the zip in a browser, then run `pawsight data prepare FILE --out DIR`."
)
_GO_ON = "What arrived is kept; run the same command again to go on."

Watch = Callable[[Iterable[bytes], int], Iterable[bytes]]


def fetch(out: Path, url: str = URL, watch: Watch = lambda chunks, total: chunks) -> Path:
    """Download an archive of photos, or the rest of it.

    Args:
        out: file to write; it appears when complete. Where it stands already, nothing is done.
        url: where from. At Microsoft's own address the size must be `BYTES`; at others, what the server announces.
        watch: wraps the chunks (`CHUNK` bytes each) on their way, for a progress bar; gets them and their number.

    Returns:
        `out`.

    Raises:
        DownloadFailed: it cannot be reached or written, ended early, has another size, or is no zip.
    """
    if out.exists():
        return _as_it_stands(out)
    part, tag = _next_to(out, ".part"), _next_to(out, ".part.tag")
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        _download(url, part, tag, watch)
        _check_zip(url, part)
        part.replace(out)
        tag.unlink(missing_ok=True)
    except OSError as error:  # of the file system; those of the network are DownloadFailed by now
        raise DownloadFailed(f"Expected to write {out}, but that failed ({error.strerror}).", _GO_ON) from error
    return out


def _by_hand(url: str) -> str:
    return _FROM_MICROSOFT if url == URL else _FROM_ELSEWHERE


def _next_to(out: Path, ending: str) -> Path:
    return out.with_name(out.name + ending)


def _as_it_stands(out: Path) -> Path:
    if out.is_file() and zipfile.is_zipfile(out):
        return out
    raise DownloadFailed(
        f"Expected to write {out}, but something that is no zip stands there.", "Remove it, or choose another --out."
    )


def _check_zip(url: str, part: Path) -> None:
    if not zipfile.is_zipfile(part):
        part.unlink()
        raise DownloadFailed(f"Expected a zip from {url}, but something else came.", _by_hand(url))


def _download(url: str, part: Path, tag: Path, watch: Watch) -> None:
    """Download the rest of `part`. Only a server that has still the same file (by its tag) may go on with it."""
    known = tag.read_text(encoding="utf-8") if tag.exists() else ""
    have = part.stat().st_size if known and part.exists() else 0
    if have == BYTES and url == URL:
        return
    with _ask(url, have, known) as response:
        start = _start(url, response, have)
        total = _total(url, response, start)
        with part.open("ab" if start else "wb") as file:  # empties it before the new tag is written
            tag.write_text(_tag(response), encoding="utf-8")
            for chunk in watch(_chunks(url, response), -(-(total - start) // CHUNK)):
                file.write(chunk)
    if (arrived := part.stat().st_size) != total:
        raise DownloadFailed(f"Expected {total:,} bytes from {url}, but it ended after {arrived:,}.", _GO_ON)


def _ask(url: str, have: int, tag: str) -> http.client.HTTPResponse:
    """Ask for a file, from byte `have` on if it is still the one that has this tag (RFC 9110, If-Range)."""
    if not is_web_address(url):
        raise DownloadFailed(f"{url!r} is no web address.", "It has to begin with https:// or http://.")
    rest = {"Range": f"bytes={have}-", "If-Range": tag} if have else {}
    try:
        response = open_url(url, rest)
    except HTTPError as error:
        error.close()
        if error.code == HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE:  # there is no more of it than we have, or less
            return _ask(url, 0, "")
        raise DownloadFailed(f"{url} answered {error.code} {error.reason}.", _by_hand(url)) from error
    except NETWORK_ERRORS as error:
        raise DownloadFailed(f"{url} cannot be reached ({reason_of(error)}).", _by_hand(url)) from error
    return response


def _start(url: str, response: http.client.HTTPResponse, have: int) -> int:
    """Return where the answer begins: at what we have, or at 0 where the server sends everything again."""
    if response.status != HTTPStatus.PARTIAL_CONTENT:
        return 0
    if not response.headers.get("Content-Range", "").startswith(f"bytes {have}-"):
        raise DownloadFailed(f"{url} answered with another part of the file than it was asked for.", _by_hand(url))
    return have


def _total(url: str, response: http.client.HTTPResponse, start: int) -> int:
    """Return how many bytes the whole file has."""
    if response.length is None:
        raise DownloadFailed(f"Expected {url} to say how many bytes it has, but it does not.", _by_hand(url))
    total = start + response.length
    if total > LARGEST:
        raise DownloadFailed(
            f"{url} has {total / 1e9:,.1f} GB; at most {LARGEST / 1e9:.0f} GB are downloaded.", _by_hand(url)
        )
    if url == URL and total != BYTES:
        raise DownloadFailed(f"Expected {BYTES:,} bytes at {url}, but there are {total:,}.", _by_hand(url))
    return total


def _tag(response: http.client.HTTPResponse) -> str:
    """Return what tells this file from a later one at the same address; weak tags may not be used for that."""
    tag = response.headers.get("ETag", "")
    return tag if tag.startswith('"') else response.headers.get("Last-Modified", "")


def _chunks(url: str, response: http.client.HTTPResponse) -> Iterator[bytes]:
    try:
        while chunk := response.read(CHUNK):
            yield chunk
    except NETWORK_ERRORS as error:
        raise DownloadFailed(f"The connection to {url} broke ({reason_of(error)}).", _GO_ON) from error
