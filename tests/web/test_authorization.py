"""Who may read or change whose photos: every route and method, as each kind of visitor, against one table."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.datastructures import FileStorage

from pawsight.archive.store import Archive
from pawsight.classifier import Classifier
from pawsight.decoding import DecoderPool
from pawsight.errors import EntryNotFound
from pawsight.settings import Settings
from pawsight.web import create_app
from pawsight.web.admin import password
from pawsight.web.state import state

PASSWORD = "four words of mine"
ROLES = ("owner", "another", "nobody", "admin", "forged", "other site")
CHANGES = {"owner": 200, "another": 403, "nobody": 403, "admin": 403, "forged": 403, "other site": 403}
ANYONE = dict.fromkeys(ROLES, 200)
OWN = {**ANYONE, "other site": 403}  # each changes what is their own; a page of another site, nothing
ADMIN = {**dict.fromkeys(ROLES, 303), "admin": 200, "other site": 403}  # 303: to the login
ADMIN_READS = {**ADMIN, "other site": 303}

# Route and method -> status for each role, where redirects after a change count as 200. Routes that have nothing to do
# with photos are not listed; `OTHERS` names them, so that a new route has to be judged.
TABLE: dict[str, dict[str, int]] = {
    "GET /api/v1/predictions/<id>": ANYONE,  # by 128 random bits
    "GET /api/v1/predictions/<id>/photo.jpg": ANYONE,
    "GET /api/v1/predictions/<id>/heatmap.png": ANYONE,
    "GET /predictions/<id>": ANYONE,
    "PATCH /api/v1/predictions/<id>": CHANGES,
    "DELETE /api/v1/predictions/<id>": CHANGES,
    "POST /predictions/<id>/correction": CHANGES,
    "POST /predictions/<id>/forget": CHANGES,
    "GET /photos": ANYONE,
    "POST /photos/delete": OWN,
    "DELETE /api/v1/predictions": OWN,
    "GET /admin/": ADMIN_READS,
    "GET /admin/photos/": ADMIN_READS,
    "GET /admin/photos/<id>": ADMIN_READS,
    "GET /admin/photos/<id>/alike": ADMIN_READS,
    "POST /admin/photos/<id>/correction": ADMIN,
    "POST /admin/photos/<id>/delete": ADMIN,
    "POST /admin/photos/correction": ADMIN,
    "POST /admin/photos/delete": ADMIN,
    "POST /admin/photos/download": ADMIN,
    "POST /admin/photos/export": ADMIN,
}
DELETES = {"DELETE /api/v1/predictions/<id>", "POST /predictions/<id>/forget", "POST /photos/delete"}
DELETES |= {"DELETE /api/v1/predictions", "POST /admin/photos/<id>/delete", "POST /admin/photos/delete"}
CORRECTS = {"PATCH /api/v1/predictions/<id>", "POST /predictions/<id>/correction", "POST /admin/photos/<id>/correction"}
CORRECTS |= {"POST /admin/photos/correction"}
MANY = ("/admin/photos/delete", "/admin/photos/correction", "/admin/photos/download")
OTHERS = re.compile(
    r"GET /(static|bootstrap|modules|docs|livez|readyz|metrics|model|models|offline|worker\.js|manifest\.\w+)?(/.*)?$"
    r"|GET /api/(openapi\.json|v1/models)|POST /csp-reports|(GET|POST) /(batch|predict)|POST /api/v1/predictions"
    r"|(GET|POST) /admin/(login|logout)|(GET|POST) /admin/learn/.*|GET /train"  # no photo leaves the browser there
)


@dataclass
class World:
    """A server with one photo of one visitor, and clients of all kinds."""

    app: Flask
    archive: Archive
    clients: dict[str, FlaskClient]
    upload: Callable[[FlaskClient], str]
    csrf: str  # of the admin's session

    def ask(self, rule: str, role: str, id: str) -> tuple[int, bytes]:
        """Send one request as somebody; a redirect after a change counts as 200, one to the login as 303."""
        method, _, path = rule.partition(" ")
        client = self.clients["owner" if role == "other site" else role]
        headers = {"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"} if role == "other site" else {}
        body: dict[str, Any] = {
            "data": {"label": "dog", "correction": "dog", "id": id, "csrf": self.csrf if role == "admin" else ""}
        }
        if method == "PATCH":
            body = {"json": {"correction": "dog"}}
        with client.open(path.replace("<id>", id), method=method, headers=headers, **body) as answer:
            moved = answer.status_code in (302, 303) and "/admin/login" not in answer.headers["Location"]
            return 200 if moved or answer.status_code == 204 else answer.status_code, answer.data

    def kept(self, id: str) -> tuple[bool, str | None]:
        """Whether the photo is there, and its correction."""
        try:
            return True, self.archive.get(id).correction
        except EntryNotFound:
            return False, None


@pytest.fixture(scope="module")
def world(
    classifier: Classifier, decoders: DecoderPool, picture: Any, tmp_path_factory: pytest.TempPathFactory
) -> World:
    folder = tmp_path_factory.mktemp("world")
    settings = Settings(archive=str(folder / "archive"), admin=str(folder / "admin"), models="none")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(password, "_COST", "scrypt:128:8:1")
        password.store(settings, PASSWORD)
    app = create_app(settings, classifier, decoders)
    with app.app_context():
        archive = state().archive
    clients = {role: app.test_client(use_cookies=role != "nobody") for role in ROLES if role != "other site"}
    for role in ("owner", "another", "admin"):
        clients[role].get("/")
    clients["admin"].post("/admin/login", data={"password": PASSWORD})
    clients["forged"].set_cookie("visitor", "a" * 43 + "." + "b" * 43)

    def upload(via: FlaskClient) -> str:
        data = {"image": FileStorage(io.BytesIO(picture()), "photo.jpg")}
        return str(via.post("/api/v1/predictions", data=data).json["predictions"][0]["id"])

    found = re.search(r'name="csrf" value="([\w-]+)"', clients["admin"].get("/admin/").text)
    return World(app, archive, clients, upload, found[1] if found else "")


def rules(app: Flask) -> set[str]:
    """Every route with every method that does something."""
    return {
        f"{method} {re.sub('<.*?>', '<id>', rule.rule)}"
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }


def test_every_route_is_judged(world: World) -> None:
    assert {rule for rule in rules(world.app) - TABLE.keys() if not OTHERS.fullmatch(rule)} == set()
    assert TABLE.keys() <= rules(world.app)


@pytest.mark.parametrize("rule", TABLE)
def test_who_may_do_what(world: World, rule: str) -> None:
    """Those who may change nothing come first: the photo has to be as it was for those who may."""
    id = world.upload(world.clients["owner"])
    for role in sorted(ROLES, key=lambda role: is_theirs(rule, role)):
        status, answer = world.ask(rule, role, id)
        may = status == 200 and is_theirs(rule, role)
        kept = (not (may and rule in DELETES), "dog" if may and rule in CORRECTS else None)
        assert (status, world.kept(id)) == (TABLE[rule][role], kept), f"{rule} as {role}"
        readable = role != "other site"  # in the owner's browser, which shows that site nothing (CORS)
        tells = readable and "<id>" not in rule and not is_theirs(rule, role) and id.encode() in answer
        assert not tells, f"{rule} tells {role} an id of somebody else"


def is_theirs(rule: str, role: str) -> bool:
    """Whether a route acts on the photo for this role: visitors' pages for the owner, admin pages for the admin."""
    return role == ("admin" if "/admin/" in rule else "owner")


def test_what_was_uploaded_without_a_cookie_belongs_to_anyone_who_knows_its_id(world: World) -> None:
    for role in ("another", "nobody"):
        id = world.upload(world.clients["nobody"])
        assert world.ask("PATCH /api/v1/predictions/<id>", role, id)[0] == 200
        assert world.kept(id) == (True, "dog")


def test_an_admin_form_needs_its_own_session(world: World) -> None:
    id = world.upload(world.clients["owner"])
    admin = world.clients["admin"]
    for address in (f"/admin/photos/{id}/delete", f"/admin/photos/{id}/correction", *MANY):
        for fields in ({}, {"csrf": ""}, {"csrf": "a" * 43}):
            assert admin.post(address, data={"id": id, "label": "dog", "correction": "dog"} | fields).status_code == 403
    assert world.kept(id) == (True, None)


def test_every_admin_route_wants_a_login(world: World) -> None:
    behind = [rule for rule in rules(world.app) if " /admin/" in rule and not rule.endswith("/login")]
    assert len(behind) > 25
    for rule in behind:
        for role in ("nobody", "owner", "forged"):
            status, answer = world.ask(rule, role, "0" * 32)
            assert (status, b"csrf" in answer) == (303, False), f"{rule} as {role}"


def test_head_and_options_tell_no_more_than_get(world: World) -> None:
    id = world.upload(world.clients["owner"])
    for rule in TABLE:
        path = rule.partition(" ")[2]
        for method in ("HEAD", "OPTIONS"):
            answer = world.ask(f"{method} {path}", "another", id)[1]
            assert answer == b"" or b"/admin/login" in answer
    assert world.kept(id) == (True, None)


def test_no_method_in_disguise(world: World) -> None:
    """Headers and fields by which other frameworks change the method do nothing."""
    id = world.upload(world.clients["owner"])
    owner = world.clients["owner"]
    for name in ("X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override"):
        assert owner.get(f"/api/v1/predictions/{id}", headers={name: "DELETE"}).status_code == 200
    assert owner.post(f"/api/v1/predictions/{id}", data={"_method": "DELETE"}).status_code == 405
    assert world.kept(id) == (True, None)
