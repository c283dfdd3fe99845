"""Who sends a request, and to which address: as the connection says, or as a trusted proxy says.

Anyone can send `X-Forwarded-For`, `Forwarded` (RFC 7239) and the like. From a peer that is not in `trusted_proxies`
they are removed before anything reads them. Where both kinds come, the `X-Forwarded-` ones count, as most proxies set
these and pass the other on: a proxy that sets `Forwarded` alone has to remove them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import TYPE_CHECKING

from pawsight.errors import BadSettings
from pawsight.web.security.hosts import is_host, split_host

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

Networks = list[IPv4Network | IPv6Network]

FORWARDED = "pawsight.forwarded"  # in the environment: whether the request says that it was forwarded
PEER = "pawsight.peer"  # in the environment: the address of the other end of the connection

_X = "HTTP_X_FORWARDED_"
_HEADERS = (*(_X + name for name in ("FOR", "PROTO", "HOST", "PORT", "PREFIX")), "HTTP_FORWARDED", "HTTP_X_REAL_IP")
_NODE = re.compile(r"(?:\[([0-9A-Fa-f:.]+)(?:%[^\]]*)?\]|([0-9.]+))(?::(?:\d{1,5}|_[\w.-]+))?", re.ASCII)
_OBFUSCATED = re.compile(r"_[\w.-]{1,100}", re.ASCII)  # RFC 7239, 6.3: names a visitor without telling the address
_PAIR = re.compile(r"""\s*([\w!#$%&'*+.^`|~-]+)=("(?:[^"\\]|\\.)*"|[^\s;,"]*)\s*(;|,|$)""", re.ASCII)
_PREFIX = re.compile(r"(?:/(?!\.{1,2}(?:/|$))[\w.~-]+)+", re.ASCII)  # browsers resolve `..`
_DEFAULT_PORTS = {"http": "80", "https": "443"}


def networks(names: str) -> Networks:
    """Parse addresses and networks such as `127.0.0.1, 10.0.0.0/8`.

    Raises:
        BadSettings: one of them is none.
    """
    try:
        return [ip_network(name.strip()) for name in names.split(",") if name.strip()]
    except ValueError as error:
        raise BadSettings(
            f"Setting trusted_proxies is wrong: received {names!r} ({error}).",
            "Name addresses or networks separated by commas, such as 127.0.0.1, 10.0.0.0/8.",
        ) from error


def url_prefix(text: str) -> str:
    """Check the setting of this name.

    Returns:
        `/pawsight` of `/pawsight/`; empty for none.

    Raises:
        BadSettings: it is no path.
    """
    prefix = text.strip().rstrip("/")
    if prefix and not _PREFIX.fullmatch(prefix):
        raise BadSettings(f"Setting url_prefix is wrong: received {text!r}.", "Give a path such as /pawsight.")
    return prefix


def plain_address(address: str) -> str:
    """Return an address in its usual form: a server that listens to both kinds sees IPv4 ones inside of IPv6 ones."""
    try:
        parsed = ip_address(address.partition("%")[0])
    except ValueError:
        return address
    return str((isinstance(parsed, IPv6Address) and parsed.ipv4_mapped) or parsed)


def client_network(address: str) -> str:
    """Return what counts as one client: an IPv4 address, or the first 64 bits of an IPv6 one, a customer's least.

    Text that is no address, as of a Unix socket, is returned as it is.
    """
    try:
        parsed = ip_address(plain_address(address))
    except ValueError:
        return address
    if isinstance(parsed, IPv6Address):
        parsed = IPv6Address(int(parsed) >> 64 << 64)
    return str(parsed)


@dataclass(frozen=True)
class _Forwarded:
    """What proxies say, each list in the order in which they added to it."""

    nodes: list[str] = field(default_factory=list)
    schemes: list[str] = field(default_factory=list)
    hosts: list[str] = field(default_factory=list)
    ports: list[str] = field(default_factory=list)
    prefixes: list[str] = field(default_factory=list)


class Proxies:
    """WSGI middleware: gives the app the client's address, and the scheme, host and path that the client sees.

    Args:
        app: WSGI application.
        trusted: proxies that are believed.
        prefix: path under which all pages are, where no proxy says another one.
    """

    def __init__(self, app: WSGIApplication, trusted: Networks, prefix: str = "") -> None:
        self.app, self.trusted, self.prefix = app, trusted, prefix

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        headers = {name: environ.pop(name, "") for name in _HEADERS}
        environ[FORWARDED] = any(headers.values())
        environ[PEER] = environ["REMOTE_ADDR"] = peer = plain_address(environ.get("REMOTE_ADDR", ""))
        if self.prefix:
            _mount(environ, self.prefix)
        if self._trusts(peer):
            self._believe(environ, _read(headers))
        return self.app(environ, start_response)

    def _trusts(self, address: str) -> bool:
        try:
            return any(ip_address(address) in network for network in self.trusted)
        except ValueError:
            return False

    def _believe(self, environ: WSGIEnvironment, forwarded: _Forwarded) -> None:
        environ["REMOTE_ADDR"], hops = self._client(environ[PEER], forwarded.nodes)
        scheme = _pick(forwarded.schemes, hops).lower()
        if scheme in _DEFAULT_PORTS:
            environ["wsgi.url_scheme"] = scheme
        _set_host(environ, _pick(forwarded.hosts, hops), _pick(forwarded.ports, hops))
        prefix = _pick(forwarded.prefixes, hops).rstrip("/")
        if _PREFIX.fullmatch(prefix):
            _mount(environ, prefix)

    def _client(self, peer: str, nodes: list[str]) -> tuple[str, int]:
        """The last address that a trusted proxy added and that is not itself one: those before it may be invented.

        Returns:
            the address, and how many proxies' words lead to it.
        """
        address, hops = peer, 0
        for node in reversed(nodes):
            named = _address(node)
            if not named:
                break
            address, hops = named, hops + 1
            if not self._trusts(address):
                break
        return address, hops


def _address(node: str) -> str:
    """The address of a client, without its port; empty for `unknown` and what is none."""
    node = node.strip()
    if _OBFUSCATED.fullmatch(node):
        return node
    found = _NODE.fullmatch(node)
    try:
        return plain_address(str(ip_address((found[1] or found[2]) if found else node.partition("%")[0])))
    except ValueError:
        return ""


def _read(headers: dict[str, str]) -> _Forwarded:
    named = {name.removeprefix(_X).lower(): _list(text) for name, text in headers.items() if name.startswith(_X)}
    if any(named.values()):
        return _Forwarded(named["for"], named["proto"], named["host"], named["port"], named["prefix"])
    elements = _elements(headers["HTTP_FORWARDED"])
    nodes, schemes, hosts = ([one.get(key, "") for one in elements] for key in ("for", "proto", "host"))
    return _Forwarded(nodes, schemes, hosts)


def _list(text: str) -> list[str]:
    """The parts of a list; empty ones do not count (RFC 9110, 5.6.1)."""
    return [part for one in text.split(",") if (part := one.strip().strip('"'))]


def _elements(text: str) -> list[dict[str, str]]:
    """Parse `Forwarded`: an element for each proxy; none where it is malformed."""
    elements: list[dict[str, str]] = [{}]
    at = 0
    while at < len(text):
        found = _PAIR.match(text, at)
        if found is None:
            return []
        name, value, end = found.groups()
        elements[-1][name.lower()] = re.sub(r"\\(.)", r"\1", value[1:-1]) if value.startswith('"') else value
        if end == ",":
            elements.append({})
        at = found.end()
    return [element for element in elements if element]


def _pick(values: list[str], hops: int) -> str:
    """Return what the same proxy says that named the client; empty where it says nothing."""
    return values[-min(max(hops, 1), len(values))] if values else ""


def _set_host(environ: WSGIEnvironment, host: str, port: str) -> None:
    if host and is_host(host):
        environ["HTTP_HOST"] = host
        if split_host(host)[1]:
            return
    name = split_host(environ.get("HTTP_HOST", ""))[0]
    if name and port.isdecimal() and 1 <= int(port) <= 65535:
        default = port == _DEFAULT_PORTS[environ["wsgi.url_scheme"]]
        environ["HTTP_HOST"] = name if default else f"{name}:{port}"


def _mount(environ: WSGIEnvironment, prefix: str) -> None:
    """Let all addresses begin with a path, whether the proxy removes it from requests or not."""
    environ["SCRIPT_NAME"] = prefix
    path = environ.get("PATH_INFO", "")
    if path == prefix or path.startswith(f"{prefix}/"):
        environ["PATH_INFO"] = path[len(prefix) :] or "/"
