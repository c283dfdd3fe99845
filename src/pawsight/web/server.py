"""The server around the app: waitress, pure Python, the same on every system."""

from __future__ import annotations

import ctypes
import errno
import logging
import socket
from contextlib import suppress

from flask import Flask

from pawsight.errors import BadSettings, PortInUse
from pawsight.settings import Settings
from pawsight.web import stopping
from pawsight.web.gate import Gate
from pawsight.web.metrics import counted
from pawsight.web.state import state
from pawsight.web.swapping import swapping
from pawsight.web.tidying import tidying

try:
    import resource
except ImportError:  # Windows, which has no such limit
    resource = None  # type: ignore[assignment]

_M_ARENA_MAX = -8  # malloc.h


def listen(host: str, port: int) -> socket.socket:
    """Take the address, before anything slow is done.

    Raises:
        PortInUse: another program has it.
        BadSettings: this machine has no such address, or does not let this user have it.
    """
    try:
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        return socket.create_server(address[:2], family=family)
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
    """Where a browser finds the server."""
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def serve(app: Flask, listener: socket.socket, settings: Settings) -> None:
    """Answer until Ctrl-C or SIGTERM and finish what has begun; meanwhile let photos go whose time is over.

    A body over 512 kB waits in a nameless temporary file of waitress until it is complete, so that many slow senders
    do not fill the memory; nobody can open that file, and it is gone with the request.
    """
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)  # a browser that fetches six files is no news
    _allow_files(3 * settings.max_connections + 200)
    _spare_memory()
    server = Gate(app, listener, settings)
    with app.app_context():
        shared = state()
        counted().queue.set_function(lambda: server.waiting)
        server.turned_away = counted().refusals.labels("overloaded").inc
    try:
        with tidying(shared.archive), swapping(settings, shared.shelf):
            stopping.run(server, settings.stop_within)
    finally:
        server.close()


def _spare_memory() -> None:
    """Give back what the start freed, and let all threads share two heaps: glibc else makes and fills one for each."""
    with suppress(OSError, AttributeError, TypeError):  # another C library
        library = ctypes.CDLL(None)
        library.mallopt(_M_ARENA_MAX, 2)
        library.malloc_trim(0)


def _allow_files(count: int) -> None:
    """Let this process have so many connections and files, as far as the system lets it."""
    if resource is not None:
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        most = count if hard == resource.RLIM_INFINITY else min(count, hard)
        if soft != resource.RLIM_INFINITY and soft < most:
            resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
