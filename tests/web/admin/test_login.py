"""Nobody passes the door without the password, and no form without the page that it stands on."""

from __future__ import annotations

import re
import stat
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from pawsight.errors import BadSettings
from pawsight.settings import Settings
from pawsight.web.admin import password, sessions

PASSWORD = "four words of mine"
MakeApp = Callable[..., Flask]
LOGIN = "/admin/login"


def pages(app: Flask) -> list[tuple[str, str]]:
    """Every admin page but the login: (method, address)."""
    rules = [rule for rule in app.url_map.iter_rules() if rule.endpoint.startswith("admin.")]
    found = [(method, re.sub("<.*?>", "x", rule.rule)) for rule in rules for method in (rule.methods or ())]
    return [one for one in found if one[0] in ("GET", "POST")]


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """`later(60)` lets a minute pass."""
    clock, passed = time.time, [0.0]
    monkeypatch.setattr(time, "time", lambda: clock() + sum(passed))
    return passed.append


def test_without_a_password_there_is_nothing(make_app: MakeApp, classifier: Any, tmp_path: Path) -> None:
    app = make_app(classifier, admin=str(tmp_path / "none"))
    client = app.test_client()
    for method, address in [*pages(app), ("GET", LOGIN), ("POST", LOGIN)]:
        response = client.open(address, method=method, data={"password": "", "csrf": ""} if method == "POST" else None)
        assert response.status_code == 404, address
        assert "pawsight admin password" in response.text
    assert "/admin/" not in client.get("/").text
    assert not (tmp_path / "none").exists()


def test_without_a_login_no_page_is_shown(app: Flask, settings: Settings) -> None:
    client = app.test_client()
    assert len(pages(app)) > 8
    for method, address in pages(app):
        response = client.open(address, method=method)
        assert response.status_code == 303, (method, address)
        assert response.headers["Location"].startswith(LOGIN)


def test_in_and_out(app: Flask) -> None:
    client = app.test_client()
    welcome = client.get("/admin/photos/?verdict=cat")
    page = client.get(welcome.headers["Location"])
    assert page.status_code == 200
    assert 'name="next" value="/admin/photos/?verdict=cat"' in page.text
    inside = client.post(LOGIN, data={"password": PASSWORD, "next": "/admin/photos/?verdict=cat"})
    assert (inside.status_code, inside.headers["Location"]) == (303, "/admin/photos/?verdict=cat")
    assert client.get("/admin/").status_code == 200
    assert client.get(LOGIN).headers["Location"] == "/admin/"
    kept = client.get_cookie("pawsight-admin")
    assert kept
    csrf = re.search(r'name="csrf" value="(.*?)"', client.get("/admin/").text)
    assert csrf
    out = client.post("/admin/logout", data={"csrf": csrf[1]}, follow_redirects=True)
    assert "You are logged out." in out.text
    client.set_cookie("pawsight-admin", kept.value)
    assert client.get("/admin/").status_code == 303


def test_the_cookie_is_strict(app: Flask) -> None:
    header = app.test_client().post(LOGIN, data={"password": PASSWORD}).headers["Set-Cookie"]
    assert {"HttpOnly", "SameSite=Strict", "Path=/"} <= set(header.split("; "))
    assert "Max-Age" not in header
    assert "Expires" not in header
    secure = app.test_client().post(LOGIN, data={"password": PASSWORD}, base_url="https://localhost").headers
    assert secure["Set-Cookie"].startswith("__Host-pawsight-admin=")
    assert {"Secure", "HttpOnly", "SameSite=Strict", "Path=/"} <= set(secure["Set-Cookie"].split("; "))
    assert "Domain" not in secure["Set-Cookie"]


def test_a_plain_cookie_is_not_taken_over_https(boss: FlaskClient) -> None:
    assert boss.get("/admin/").status_code == 200
    assert boss.get("/admin/", base_url="https://localhost").status_code == 303


def test_a_login_has_a_new_token_and_ends_the_old(boss: FlaskClient) -> None:
    first = boss.get_cookie("pawsight-admin")
    boss.post(LOGIN, data={"password": PASSWORD})
    second = boss.get_cookie("pawsight-admin")
    assert first
    assert second
    assert first.value != second.value
    boss.set_cookie("pawsight-admin", first.value)
    assert boss.get("/admin/").status_code == 303


def test_a_token_that_somebody_else_chose_is_not_taken(app: Flask) -> None:
    client = app.test_client()
    client.set_cookie("pawsight-admin", "A" * 43)
    client.post(LOGIN, data={"password": PASSWORD})
    cookie = client.get_cookie("pawsight-admin")
    assert cookie
    assert cookie.value != "A" * 43


def test_a_wrong_password(app: Flask) -> None:
    client = app.test_client()
    response = client.post(LOGIN, data={"password": "secret guess", "next": "/admin/photos/"})
    assert response.status_code == 403
    assert "This is not the password." in response.text
    assert 'value="/admin/photos/"' in response.text
    assert "secret guess" not in response.text
    assert "Set-Cookie" not in response.headers


def test_five_wrong_tries_are_enough(make: MakeApp, later: Callable[[float], None]) -> None:
    """Also where several workers answer, and also for the right password."""
    clients = [make().test_client() for _ in range(2)]
    statuses = [clients[number % 2].post(LOGIN, data={"password": "wrong"}).status_code for number in range(6)]
    assert statuses == [403] * 5 + [429]
    refused = clients[0].post(LOGIN, data={"password": PASSWORD})
    assert refused.status_code == 429
    assert 0 < int(refused.headers["Retry-After"]) <= 15 * 60
    elsewhere = {"REMOTE_ADDR": "192.0.2.7"}
    assert clients[0].post(LOGIN, data={"password": PASSWORD}, environ_base=elsewhere).status_code == 303
    later(15 * 60)
    assert clients[1].post(LOGIN, data={"password": PASSWORD}).status_code == 303


def test_the_right_password_forgets_the_wrong_ones(app: Flask) -> None:
    client = app.test_client()
    for _ in range(3):
        assert [client.post(LOGIN, data={"password": "wrong"}).status_code for _ in range(4)] == [403] * 4
        assert client.post(LOGIN, data={"password": PASSWORD}).status_code == 303


def test_neighbours_in_an_ipv6_network_are_one_client(app: Flask) -> None:
    client = app.test_client()

    def status(address: str) -> int:
        return client.post(LOGIN, data={"password": "wrong"}, environ_base={"REMOTE_ADDR": address}).status_code

    assert [status(f"2001:db8::{number:x}") for number in range(1, 8)] == [403] * 5 + [429] * 2
    assert status("2001:db8:0:1::1") == 403
    assert status("::ffff:192.0.2.1") == 403  # else all IPv4 clients of a server that listens to both would be one


def test_a_clock_that_was_ahead_locks_nobody_out(app: Flask, later: Callable[[float], None]) -> None:
    client = app.test_client()
    later(400 * 86_400)
    assert [client.post(LOGIN, data={"password": "wrong"}).status_code for _ in range(6)] == [403] * 5 + [429]
    later(-400 * 86_400)
    assert client.post(LOGIN, data={"password": PASSWORD}).status_code == 303
    assert client.get("/admin/").status_code == 200


def test_a_session_from_the_future_has_ended(boss: FlaskClient, later: Callable[[float], None]) -> None:
    later(-2 * sessions.LONGEST)
    assert boss.get("/admin/").status_code == 303


def test_logout_wins_against_a_request_at_the_same_moment(tmp_path: Path, later: Callable[[float], None]) -> None:
    found = sessions.LoginSessions(tmp_path)
    for _ in range(20):
        token = found.start("mark")
        later(120)  # so that each request notes its time
        with ThreadPoolExecutor(4) as pool:
            asking = [pool.submit(found.find, token, "mark") for _ in range(3)]
            pool.submit(found.end, token).result()
            for one in asking:
                one.result()
        assert found.find(token, "mark") is None


def test_a_good_cookie_next_to_a_bad_one(boss: FlaskClient) -> None:
    cookie = boss.get_cookie("pawsight-admin")
    assert cookie
    for value in (
        f"pawsight-admin=x; pawsight-admin={cookie.value}",
        f"pawsight-admin={cookie.value}; pawsight-admin=x",
    ):
        sent = boss.application.test_client(use_cookies=False).get("/admin/", headers={"Cookie": value})
        assert sent.status_code == 200


def test_an_hour_without_a_click(boss: FlaskClient, later: Callable[[float], None]) -> None:
    for _ in range(2):
        later(sessions.IDLE - 60)
        assert boss.get("/admin/").status_code == 200
    later(sessions.IDLE + 1)
    ended = boss.get("/admin/", follow_redirects=True)
    assert "Your login has ended" in ended.text
    assert boss.get_cookie("pawsight-admin") is None


def test_twelve_hours_in_all(boss: FlaskClient, later: Callable[[float], None]) -> None:
    for _ in range(12):
        later(59 * 60)
        assert boss.get("/admin/").status_code == 200
    later(12 * 60 + 1)
    assert boss.get("/admin/").status_code == 303


def test_a_new_password_ends_all_logins(boss: FlaskClient, settings: Settings) -> None:
    password.store(settings, "another one of mine")
    assert boss.get("/admin/").status_code == 303
    assert boss.post(LOGIN, data={"password": PASSWORD}).status_code == 403
    assert boss.post(LOGIN, data={"password": "another one of mine"}).status_code == 303


def test_every_worker_knows_who_is_logged_in(make: MakeApp, boss: FlaskClient) -> None:
    other = make().test_client()
    cookie = boss.get_cookie("pawsight-admin")
    assert cookie
    other.set_cookie("pawsight-admin", cookie.value)
    assert other.get("/admin/").status_code == 200


def test_what_is_kept_of_a_login_opens_no_door(boss: FlaskClient, settings: Settings) -> None:
    [path] = (settings.admin_folder / "sessions").iterdir()
    cookie = boss.get_cookie("pawsight-admin")
    assert cookie
    assert cookie.value not in path.name + path.read_text()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_old_logins_are_swept(boss: FlaskClient, settings: Settings, later: Callable[[float], None]) -> None:
    later(sessions.LONGEST + 60)
    boss.post(LOGIN, data={"password": PASSWORD})
    assert len(list((settings.admin_folder / "sessions").iterdir())) == 1


@pytest.mark.parametrize("field", ["", "A" * 43, "\N{SNOWMAN}"])
def test_forms_of_other_pages_are_refused(app: Flask, boss: FlaskClient, field: str) -> None:
    for method, address in pages(app):
        if method == "POST":
            response = boss.post(address, data={"csrf": field})
            assert response.status_code == 403, address
            assert "This form is too old" in response.text
    assert boss.get("/admin/").status_code == 200


WAYS_OUT = [
    *("https://evil.example/", "//evil.example/", "/\\evil.example", "/admin/\\evil", "javascript:alert(1)", "/"),
    *("/admin/\r\nX-Evil: 1", "/admin/\n", "/admin/\0"),
]


@pytest.mark.parametrize("wanted", WAYS_OUT)
def test_a_login_leads_to_no_other_place(app: Flask, wanted: str) -> None:
    response = app.test_client().post(LOGIN, data={"password": PASSWORD, "next": wanted})
    assert response.headers["Location"] == "/admin/"


def test_pages_with_a_secret_are_neither_packed_nor_kept(boss: FlaskClient) -> None:
    response = boss.get("/admin/", headers={"Accept-Encoding": "gzip"})
    assert "Content-Encoding" not in response.headers
    assert response.headers["Cache-Control"] == "no-store"


def test_a_hash_that_does_not_read_is_reported_at_the_start(make: MakeApp) -> None:
    with pytest.raises(BadSettings, match="admin's password"):
        make(admin_password_hash="12345")


def test_other_pages_work_where_the_folder_does_not(make: MakeApp, settings: Settings) -> None:
    app = make()
    settings.admin_folder.joinpath("password").unlink()
    settings.admin_folder.rmdir()
    settings.admin_folder.write_text("in the way")
    client = app.test_client()
    assert client.get("/").status_code == 200
    assert client.get("/admin/").status_code == 503
