"""The server around the app: waitress, pure Python, the same on every system."""

from __future__ import annotations

import errno
import logging
import socket
from dataclasses import asdict
from typing import Any

import msgspec
from flask import Flask
from waitress.channel import HTTPChannel
from waitress.server import create_server
from waitress.task import ErrorTask

from pawsight.errors import BadSettings, PortInUse
from pawsight.settings import Settings
from pawsight.web import stopping
from pawsight.web.headers import HEADERS
from pawsight.web.metrics import counted
from pawsight.web.problems import MEDIA_TYPE, of_status
from pawsight.web.state import state
from pawsight.web.swapping import swapping
from pawsight.web.tidying import tidying
from pawsight.web.uploads import body_limit


def listen(host: str, port: int) -> socket.socket:
    """Take the address, before anything slow is done.

    Raises:
        PortInUse: another program has it.
        BadSettings: this machine has no such address, or does not let this user have it.
    """
    try:
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        return socket.create_server(address[:2], family=family)
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
    server = create_server(
        app,
        sockets=[listener],
        threads=settings.threads,
        max_request_body_size=body_limit(settings) + 1,
        ident="Pawsight",
    )
    server.channel_class = _Channel
    with app.app_context():
        shared = state()
        counted().queue.set_function(lambda: len(server.task_dispatcher.queue))
    try:
        with tidying(shared.archive), swapping(settings, shared.shelf):
            stopping.run(server, settings.stop_within)
    finally:
        server.close()


class _Problem(ErrorTask):  # type: ignore[misc]  # waitress has no types
    """What waitress refuses before the app is asked, in the app's words."""

    def execute(self) -> None:
        problem = of_status(self.request.error.code)
        body = msgspec.json.encode(asdict(problem))
        self.status = f"{problem.status} {self.request.error.reason}"
        self.response_headers.extend([("Content-Type", MEDIA_TYPE), *HEADERS.items()])
        self.set_close_on_finish()
        self.content_length = len(body)
        self.write(body)


class _Channel(HTTPChannel):  # type: ignore[misc]  # waitress has no types
    error_task_class: Any = _Problem
