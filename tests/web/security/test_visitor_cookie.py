"""Tokens of visitors: made here, found among others, and never lost to a bad one."""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import update

from pawsight.archive.entry import hash_token
from pawsight.archive.store import Archive
from pawsight.archive.tables import EntryRow
from pawsight.errors import ArchiveUnavailable
from pawsight.web.state import state

PREDICTIONS = "/api/v1/predictions"


def token(client: FlaskClient, name: str = "visitor", **more: Any) -> str:
    response = client.get("/", **more)
    found = response.headers["Set-Cookie"].partition(";")[0]
    assert found.startswith(f"{name}=")
    return found.partition("=")[2]


def asked(app: Flask, cookie: str, **more: Any) -> str:
    """The cookie that a page sets for who sends this one."""
    response = app.test_client(use_cookies=False).get("/", headers={"Cookie": cookie}, **more)
    return response.headers["Set-Cookie"].partition(";")[0]


def archive_of(app: Flask) -> Archive:
    with app.app_context():
        return state().archive


def test_a_token_stays_and_is_signed(app: Flask) -> None:
    client = app.test_client()
    assert token(client) == token(client)
    own, _, mark = token(client).partition(".")
    assert (len(own), len(mark)) == (43, 43)


@pytest.mark.parametrize("value", ["A" * 43, f"{'A' * 43}.{'B' * 43}", "x", "", "\x80"])
def test_a_token_that_was_not_made_here_counts_for_nothing(app: Flask, send: Any, picture: Any, value: str) -> None:
    own = asked(app, f"visitor={value}").partition("=")[2].partition("~")[0]
    assert own != value
    assert own.count(".") == 1
    client = app.test_client(use_cookies=False)
    client.environ_base["HTTP_COOKIE"] = f"visitor={value}"
    address = send(picture(), via=client).headers["Location"]
    assert client.delete(address).status_code == 204  # as without a cookie: for anyone who knows the id
    assert client.delete(PREDICTIONS).json == {"forgotten": 0}


def test_a_bad_cookie_never_replaces_a_good_one(app: Flask) -> None:
    good = token(app.test_client())
    for cookies in (f"visitor=x; visitor={good}", f"visitor={good}; visitor=x", f"a=\x80; visitor={good}; b"):
        assert asked(app, cookies) == f"visitor={good}"


def test_servers_on_two_ports_of_one_machine_keep_their_visitors(make_app: Any, tmp_path: Any) -> None:
    one, other = (make_app(archive=str(tmp_path / name)) for name in ("one", "other"))
    first = token(one.test_client())
    both = asked(other, f"visitor={first}")
    assert first in both
    assert asked(one, both).partition("=")[2].partition("~")[0] == first
    assert asked(other, asked(one, both)).partition("=")[2].split("~")[1] == first


def test_another_process_of_the_same_archive_knows_it(make_app: Any) -> None:
    first, second = make_app(), make_app()
    good = token(first.test_client())
    assert asked(second, f"visitor={good}") == f"visitor={good}"


def test_a_token_of_an_earlier_version_counts_if_it_has_photos(app: Flask, send: Any, picture: Any) -> None:
    old = secrets.token_urlsafe(32)
    archive = archive_of(app)
    address = send(picture(), via=app.test_client(use_cookies=False)).headers["Location"]
    with archive.index.writing() as session:
        session.execute(update(EntryRow).values(visitor=hash_token(old), created=archive.key_made - timedelta(1)))
    assert asked(app, f"visitor={old}").startswith(f"visitor={old}.")
    client = app.test_client(use_cookies=False)
    assert client.delete(address, headers={"Cookie": f"visitor={secrets.token_urlsafe(32)}"}).status_code == 403
    assert client.delete(address, headers={"Cookie": f"visitor={old}"}).status_code == 204


def test_over_https_only_a_name_that_this_host_alone_can_set(app: Flask) -> None:
    https = {"base_url": "https://localhost"}
    planted = token(app.test_client())  # a real token of this server, which somebody else got
    own = token(app.test_client(), "__Host-visitor", **https)
    assert asked(app, f"visitor={planted}; __Host-visitor={own}", **https) == f"__Host-visitor={own}"
    assert asked(app, f"visitor={planted}", **https).partition("=")[2].partition("~")[0] != planted


def test_an_archive_that_does_not_answer_costs_no_cookie(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(_: object) -> bool:
        raise ArchiveUnavailable("The archive's index does not answer.")

    monkeypatch.setattr(archive_of(app), "knew_visitor", away)
    response = app.test_client(use_cookies=False).get("/", headers={"Cookie": f"visitor={'A' * 43}"})
    assert (response.status_code, "Set-Cookie" in response.headers) == (200, False)
