"""Downloads over HTTP: redirects only to HTTP, never back from HTTPS, and never more bytes than allowed."""

from __future__ import annotations

import http.client
import string
import urllib.request
from typing import IO, Any
from urllib.error import HTTPError
from urllib.parse import quote, urlsplit, urlunsplit

from pawsight.errors import DownloadFailed
from pawsight.text import shortened

TIMEOUT = 30.0  # seconds of silence
NETWORK_ERRORS = (OSError, http.client.HTTPException, ValueError)  # ValueError: a malformed address
_SCHEMES = ("http", "https")


def is_web_address(word: str) -> bool:
    """Return whether a word is an address that begins with `http://` or `https://`."""
    return word.lower().startswith(tuple(f"{scheme}://" for scheme in _SCHEMES))


def open_url(url: str, headers: dict[str, str] | None = None) -> http.client.HTTPResponse:
    """Ask for an address and follow its redirects.

    Raises:
        HTTPError: the server answers with an error; the caller closes it.
        OSError, HTTPException, ValueError: it cannot be reached, is malformed, or redirects to where it must not.
    """
    if urlsplit(url).scheme not in _SCHEMES:
        raise ValueError("the address begins neither with https:// nor with http://")
    if "@" in urlsplit(url).netloc:
        raise ValueError("an address with a user name or password is not supported")
    url = _to_ascii(url)
    opener = urllib.request.build_opener(_SafeRedirects)
    request = urllib.request.Request(url, headers={"User-Agent": "pawsight"} | (headers or {}))  # noqa: S310
    response: http.client.HTTPResponse = opener.open(request, timeout=TIMEOUT)
    return response


def read_url(url: str, most: int) -> bytes:
    """Download a file into memory.

    Args:
        url: its address.
        most: bytes; one more is read, so that the caller sees that there are more.

    Raises:
        DownloadFailed: it cannot be reached, or ended early.
    """
    try:
        with open_url(url) as response:
            data = response.read(most + 1)
            if response.length and len(data) <= most:
                raise DownloadFailed(f"The download of {url} ended early.", "Try again.")
            return data
    except HTTPError as error:
        error.close()
        reason = str(error.reason).partition("\n")[0].rstrip(".")
        raise DownloadFailed(f"{shortened(url)} answered {error.code} {reason}.", "Check the address.") from error
    except NETWORK_ERRORS as error:
        reason = " ".join(str(reason_of(error)).split())  # a server's own words may hold line ends
        raise DownloadFailed(f"{shortened(url)} cannot be reached ({reason}).", "Check the address.") from error


def _to_ascii(address: str) -> str:
    """Return an address as requests carry it (RFC 3987): `https://käse.example/grün.jpg` has letters beyond ASCII."""
    if address.isascii():
        return address
    parts = urlsplit(address)
    name = parts.hostname or ""
    place = parts.netloc.replace(name, name.encode("idna").decode()) if name and name in parts.netloc else parts.netloc
    rest = (quote(part, safe=string.punctuation) for part in (parts.path, parts.query))
    return urlunsplit((parts.scheme, place, *rest, ""))


def reason_of(error: Exception) -> object:
    """Return what is wrong with a connection, in the system's words."""
    reason = getattr(error, "reason", error)
    return getattr(reason, "strerror", None) or reason


class _SafeRedirects(urllib.request.HTTPRedirectHandler):
    max_redirections = 5

    def redirect_request(
        self, req: urllib.request.Request, fp: IO[bytes], code: int, msg: str, headers: Any, newurl: str
    ) -> urllib.request.Request | None:
        target = urlsplit(newurl).scheme
        if target not in _SCHEMES or (req.type == "https" and target != "https"):
            fp.close()  # urllib closes the answer only where the redirect is followed
            raise ValueError(f"it redirects to {newurl}, which is not followed")
        return super().redirect_request(req, fp, code, msg, headers, newurl)
