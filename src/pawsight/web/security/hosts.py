"""Host names that the server answers to.

A page of another site can have its own name resolve to 127.0.0.1 and so read what a server on the visitor's machine
answers (DNS rebinding). The browser then sends that name as `Host`: a server that only its own machine can reach
answers to local names alone, unless the setting `hosts` says more.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from ipaddress import ip_address

from flask import Flask, request

from pawsight.errors import BadSettings, PawsightError
from pawsight.settings import Settings

_HOST = re.compile(r"([\w.-]+|\[[0-9a-f:.]+\])(?::(\d{1,5})?)?", re.ASCII | re.IGNORECASE)
ANY = "*"


class UnknownHost(PawsightError):
    """The request is for a host name that this server does not answer to."""

    code = "unknown_host"
    remedy = "List the name in the setting `hosts`, or use a listed one."


def is_host(text: str) -> bool:
    """Return whether text can be a `Host` header: a name (with underscores, too) or address, and perhaps a port."""
    found = _HOST.fullmatch(text)
    try:
        return found is not None and bool(found[1].encode().decode("idna").encode("idna"))
    except UnicodeError:
        return False


def split_host(text: str) -> tuple[str, str]:
    """Split a host into name and port, each empty where there is none; the name as names are compared."""
    found = _HOST.fullmatch(text.strip())
    return (_canonical(found[1]), found[2] or "") if found else ("", "")


def _canonical(name: str) -> str:
    """Case and a dot at the end do not matter; an address has one form."""
    name = name.lower().removesuffix(".")
    if name.startswith("["):
        try:
            return f"[{ip_address(name[1:-1])}]"
        except ValueError:
            return name
    return name


def is_local(name: str) -> bool:
    """Return whether a name, from `split_host`, always means the visitor's own machine."""
    return name == "localhost" or name.endswith(".localhost") or name == "0.0.0.0" or is_loopback(name.strip("[]"))  # noqa: S104


def _has_no_domain(name: str) -> bool:
    """No other site has such a name: it is of this machine or its network, or there is none (HTTP/1.0)."""
    return not set(".:") & set(name)


def is_loopback(address: str) -> bool:
    """Return whether an address is this machine's own."""
    try:
        return ip_address(address).is_loopback
    except ValueError:
        return False


@dataclass(frozen=True)
class _Name:
    name: str
    port: str = ""
    below: bool = False  # names below it, too

    @classmethod
    def parse(cls, text: str) -> _Name:
        below = text.startswith((".", "*."))
        bare = text.removeprefix("*").removeprefix(".")
        try:
            name, port = split_host(bare if bare.isascii() else bare.encode("idna").decode())
        except UnicodeError:
            name, port = "", ""
        if not name:
            raise BadSettings(f"Setting hosts is wrong: {text!r} is no host name.", "Write it like paws.example.org.")
        return cls(name, port, below)

    def fits(self, name: str, port: str) -> bool:
        named = name == self.name or (self.below and name.endswith(f".{self.name}"))
        return named and self.port in ("", port)


class HostNames:
    """The host names that one server answers to.

    Args:
        settings: `hosts` names them; where it is empty, all do, or, on a server that only its own machine can reach,
            local names and `host`.

    Raises:
        BadSettings: one of them is no host name.
    """

    def __init__(self, settings: Settings) -> None:
        listed = [text.strip() for text in settings.hosts.split(",") if text.strip()]
        self._any = ANY in listed or not (listed or (settings.for_this_machine and not settings.trusted_proxies))
        self._listed = bool(listed)
        own = [settings.host] if settings.for_this_machine and ":" not in settings.host else []
        self._names = [] if self._any else [_Name.parse(text) for text in [*listed, *own]]

    def include(self, host: str, *, from_this_machine: bool) -> bool:
        """Return whether a request is answered.

        Args:
            host: the header; empty where there is none, as in HTTP/1.0.
            from_this_machine: whether the connection comes from here, as a container's health check does.
        """
        name, port = split_host(host)
        if self._any or (from_this_machine and (is_local(name) or not host)):
            return True
        if not self._listed and (is_local(name) or _has_no_domain(name)):
            return True
        return any(one.fits(name, port) for one in self._names)


def install(app: Flask, settings: Settings) -> None:
    """Refuse requests for other names before anything else looks at them."""
    names = HostNames(settings)

    @app.before_request
    def check() -> None:
        peer = request.environ.get("pawsight.peer", "")
        host = request.environ.get("HTTP_HOST", "")
        if not names.include(host, from_this_machine=is_loopback(peer)):
            raise UnknownHost(
                "This server does not answer to the host name of this request.",
                "Its operator lists the names in the setting hosts.",
            )


def base_url() -> str:
    """Return the address of the front page as the visitor sees it, without the slash at its end."""
    host = request.environ.get("HTTP_HOST") or request.host
    return f"{request.scheme}://{host}{request.root_path}"
