"""Run the app in waitress, pure Python, the same on every system."""

from __future__ import annotations

import ctypes
import errno
import logging
import socket
from contextlib import suppress

import msgspec
from flask import Flask

from pawsight.errors import BadSettings, PortInUse
from pawsight.settings import Settings
from pawsight.web.operations.metrics import server_metrics
from pawsight.web.server import shutdown
from pawsight.web.server.apply_retention import applying_retention
from pawsight.web.server.limits import LimitedServer
from pawsight.web.server.model_reload import reloading
from pawsight.web.state import state

try:
    import resource
except ImportError:  # Windows, which has no such limit
    resource = None  # type: ignore[assignment]

_log = logging.getLogger(__name__)
_M_ARENA_MAX = -8  # malloc.h
_FILES, _OTHER_FILES = 3, 200  # for each connection, and besides
_LEAST_CONNECTIONS = 10


def listen(host: str, port: int) -> socket.socket:
    """Bind to the address, before anything slow is done. `::` is all addresses, of IPv6 and of IPv4.

    Raises:
        PortInUse: another program has it.
        BadSettings: this machine has no such address, or does not let this user have it.
    """
    try:
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        both = host == "::" and socket.has_dualstack_ipv6()
        return socket.create_server(address[:2], family=family, dualstack_ipv6=both)
    except UnicodeError as error:
        raise BadSettings(f"Expected the name of a host, but received {host!r}.", "Choose one with --host.") from error
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise PortInUse(
                f"Expected port {port} on {host} to be free, but another program listens there.",
                "Stop it, or choose another port with --port.",
            ) from error
        raise BadSettings(
            f"Expected an address to listen on, but {host} port {port} cannot be had ({error.strerror}).",
            "Choose others with --host and --port.",
        ) from error


def url(listener: socket.socket) -> str:
    """Return where a browser finds the server."""
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def serve(app: Flask, listener: socket.socket, settings: Settings) -> None:
    """Serve until Ctrl-C or SIGTERM, and finish running requests; meanwhile apply retention and follow the model.

    A body over 512 kB waits in a nameless temporary file of waitress until it is complete, so that many slow senders
    do not fill the memory; nobody can open that file, and it is gone with the request.
    """
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)  # a browser that fetches six files is no news
    settings = _fitting(settings)
    _spare_memory()
    server = LimitedServer(app, listener, settings)
    with app.app_context():
        shared = state()
        server_metrics().queue.set_function(lambda: server.waiting)
        server.on_rejected = server_metrics().refusals.labels("overloaded").inc
    try:
        with applying_retention(shared.archive), reloading(settings, shared.registry):
            shutdown.run(server, settings.stop_within)
    finally:
        server.close()


def _spare_memory() -> None:
    """Give back what the start freed, and let all threads share two heaps: glibc else makes and fills one for each."""
    with suppress(OSError, AttributeError, TypeError):  # another C library
        library = ctypes.CDLL(None)
        library.mallopt(_M_ARENA_MAX, 2)
        library.malloc_trim(0)


def _fitting(settings: Settings) -> Settings:
    """Let this process open the files that it needs; where the system does not let it, have fewer connections.

    A server without files for another connection would not only refuse it, but photos as well.
    """
    wanted = _FILES * settings.max_connections + _OTHER_FILES
    allowed = _allow_files(wanted)
    if allowed >= wanted:
        return settings
    fitting = max(_LEAST_CONNECTIONS, (allowed - _OTHER_FILES) // _FILES)
    _log.warning("The system allows %d open files: at most %d connections at the same time.", allowed, fitting)
    return msgspec.structs.replace(settings, max_connections=fitting)


def _allow_files(count: int) -> int:
    """Raise the limit of open files, as far as the system lets us; returns it, or `count` where there is no limit."""
    if resource is None:
        return count
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = count if hard == resource.RLIM_INFINITY else min(count, hard)
    if soft != resource.RLIM_INFINITY and soft < most:
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
        return most
    return count if soft == resource.RLIM_INFINITY else soft
