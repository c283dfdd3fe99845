"""Who asks: the peer of the connection, or, where that is a proxy that the settings trust, whom it names.

Anyone can send `X-Forwarded-For`; from others than trusted proxies it is thrown away before anything sees it.
"""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import TYPE_CHECKING

from pawsight.errors import BadSettings

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

Networks = list[IPv4Network | IPv6Network]

_FORWARDING = ("HTTP_X_FORWARDED_FOR", "HTTP_X_FORWARDED_PROTO", "HTTP_FORWARDED", "HTTP_X_REAL_IP")


def networks(names: str) -> Networks:
    """Read addresses and networks such as `127.0.0.1, 10.0.0.0/8`.

    Raises:
        BadSettings: one of them is none.
    """
    try:
        return [ip_network(name.strip()) for name in names.split(",") if name.strip()]
    except ValueError as error:
        raise BadSettings(
            f"Setting trusted_proxies does not fit: received {names!r} ({error}).",
            "Name addresses or networks with commas between them, such as 127.0.0.1, 10.0.0.0/8.",
        ) from error


def household(address: str) -> str:
    """What counts as one client: an IPv4 address, or the first 64 bits of an IPv6 one, the least that a customer gets.

    Text that is no address, as of a socket of this machine, stays what it is. A server that listens to both kinds sees
    IPv4 addresses inside IPv6 ones; without telling them apart, all of them would be one household.
    """
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, IPv6Address):
        parsed = parsed.ipv4_mapped or IPv6Address(int(parsed) >> 64 << 64)
    return str(parsed)


FORWARDED = "pawsight.forwarded"  # in the environment: whether somebody says that he brings this from somebody else


class Proxies:
    """Tells the app behind it the client's address, and whether it came over HTTPS.

    Args:
        app: WSGI application.
        trusted: proxies whose word counts.
    """

    def __init__(self, app: WSGIApplication, trusted: Networks) -> None:
        self.app, self.trusted = app, trusted

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        said = {name: environ.pop(name, "") for name in _FORWARDING}
        environ[FORWARDED] = any(said.values())
        if self._trusts(environ.get("REMOTE_ADDR", "")):
            environ["REMOTE_ADDR"] = self._client(environ["REMOTE_ADDR"], said["HTTP_X_FORWARDED_FOR"])
            if said["HTTP_X_FORWARDED_PROTO"] in ("http", "https"):
                environ["wsgi.url_scheme"] = said["HTTP_X_FORWARDED_PROTO"]
        return self.app(environ, start_response)

    def _trusts(self, address: str) -> bool:
        try:
            return any(ip_address(address) in network for network in self.trusted)
        except ValueError:
            return False

    def _client(self, peer: str, forwarded: str) -> str:
        """The last address that a trusted proxy added and that is not itself one: those before it may be invented."""
        for named in reversed(forwarded.split(",")):
            try:
                address = str(ip_address(named.strip()))
            except ValueError:
                return peer
            peer = address
            if not self._trusts(address):
                return address
        return peer
