"""What the server uses of waitress that waitress does not promise to keep.

`pawsight.web.server` builds on waitress's classes, and only `serve` and its options are documented. The version is
therefore pinned below the next minor one, and an upgrade that renames anything below fails here and not in production.
"""

from __future__ import annotations

import ast
import inspect
import socket
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any

import msgspec
import pytest
from packaging.requirements import Requirement
from packaging.version import Version
from waitress import channel, parser, server, task, utilities, wasyncore

from pawsight.settings import Settings

ROOT = Path(__file__).parents[3]
SERVER = ROOT / "src" / "pawsight" / "web" / "server"

# Class or module of waitress -> names that pawsight.web.server calls, overrides or reads.
USED = {
    "channel": """
        close_when_flushed current_outbuf_count error_task_class handle_close last_activity outbuf_lock outbufs
        parser_class received request requests requests_lock send server service total_outbufs_len will_close
        _flush_some
    """,
    "server": """
        active_channels add_task adj channel_class close handle_accept maintenance pull_trigger task_dispatcher _map
    """,
    "request": """
        body_bytes_received body_rcv chunked close command completed connection_close error expect_continue
        header_bytes_received headers parse_header path proxy_netloc
        proxy_scheme received version
    """,
    "dispatcher": "add_task queue set_thread_count shutdown",
    "task": "channel content_length execute request response_headers set_close_on_finish status write",
    "chunks": "control_line trailer",
    "error": "body code reason",
}


@pytest.fixture(scope="module")
def objects() -> Iterator[dict[str, Any]]:
    """Real objects of waitress, as it makes them for one connection."""
    listener = socket.create_server(("127.0.0.1", 0))
    made = server.create_server(lambda *_: [b""], sockets=[listener])
    with socket.create_connection(listener.getsockname()):
        while not made.active_channels:
            made.handle_accept()
        [connection] = made.active_channels.values()
        request = connection.parser_class(made.adj)
        request.received(b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n")
        broken = connection.parser_class(made.adj)
        broken.received(b"POST / HTTP/9.9.9\r\n\r\n")
        error = task.ErrorTask(connection, broken)
        yield {
            "channel": connection,
            "server": made,
            "request": request,
            "dispatcher": made.task_dispatcher,
            "task": error,
            "chunks": request.body_rcv,
            "error": broken.error or utilities.BadRequest("x"),
        }
        connection.handle_close()
    made.close()


def attributes(path: Path) -> Iterator[str]:
    """Names that a file reads of objects, and names of the methods that it defines, but for Python's own."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Attribute) and ast.unparse(node) != "socket.socket":
            yield node.attr
        elif isinstance(node, ast.ClassDef):
            yield from (part.name for part in node.body if isinstance(part, ast.FunctionDef) and part.name[0] != "_")


@pytest.mark.parametrize("kind", USED)
def test_the_installed_waitress_has_every_name(objects: dict[str, Any], kind: str) -> None:
    assert not [name for name in USED[kind].split() if not hasattr(objects[kind], name)]


def test_the_table_names_all_that_is_used(objects: dict[str, Any]) -> None:
    """Every attribute in the server's code that waitress's objects have stands in the table."""
    known = {name for text in USED.values() for name in text.split()}
    others = {name for kind in (str, list, dict, socket.socket) for name in dir(kind)} | set(Settings.__struct_fields__)
    theirs = {name for one in objects.values() for name in dir(one)} - others
    used = {
        name
        for path in SERVER.glob("*.py")
        if "\nfrom waitress" in path.read_text("utf-8")
        for name in attributes(path)
    }
    assert sorted((used & theirs) - known) == []


def test_what_is_overridden_takes_the_same_arguments() -> None:
    expected = {
        channel.HTTPChannel.received: ["self", "data"],
        channel.HTTPChannel.send: ["self", "data", "do_close"],
        channel.HTTPChannel.service: ["self"],
        parser.HTTPRequestParser.received: ["self", "data"],
        parser.HTTPRequestParser.parse_header: ["self", "header_plus"],
        server.BaseWSGIServer.add_task: ["self", "task"],
        server.BaseWSGIServer.maintenance: ["self", "now"],
        server.BaseWSGIServer.handle_accept: ["self"],
        task.ErrorTask.execute: ["self"],
    }
    assert {method: list(inspect.signature(method).parameters) for method in expected} == expected
    assert {"timeout", "use_poll", "map", "count"} <= inspect.signature(wasyncore.loop).parameters.keys()


def test_the_version_is_pinned_below_the_next_minor_one() -> None:
    project = msgspec.toml.decode((ROOT / "pyproject.toml").read_bytes())["project"]
    [pin] = [one for text in project["dependencies"] if (one := Requirement(text)).name == "waitress"]
    installed = Version(version("waitress"))
    assert installed in pin.specifier
    assert Version(f"{installed.major}.{installed.minor + 1}") not in pin.specifier
