"""The manual's configurations, as printed, in the real nginx, Apache and Caddy, in front of a real server."""

from __future__ import annotations

import http.client
import os
import re
import shutil
import socket
import ssl
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from pawsight.web.admin import password

NAME = "cats.example.org"
PASSWORD = "four words of mine"
MANUAL = (Path(__file__).parents[2] / "docs" / "operating.md").read_text(encoding="utf-8")
MODULES = Path("/usr/lib/apache2/modules")
APACHE_MODULES = ("mpm_event", "authz_core", "alias", "proxy", "proxy_http", "headers", "ssl", "socache_shmcb")


def printed(kind: str, *, path: bool) -> str:
    """The configuration of a program in the manual: for the whole site, or for a path of it."""
    return re.findall(rf"```{kind}\n(.*?)```", MANUAL, re.DOTALL)[path].replace("\t", "    ")


def nginx(folder: Path, port: int, server: str, *, path: bool, tls: bool) -> list[str]:
    site = printed("nginx", path=False)
    if path:
        site = (
            f"server {{\nlisten 80;\nserver_name {NAME};\nclient_max_body_size 201m;\n{printed('nginx', path=True)}\n}}"
        )
    secure = f"listen 127.0.0.1:{port} ssl;\nssl_certificate {folder}/pem;\nssl_certificate_key {folder}/key;"
    site = re.sub(r"listen 80;.*", secure if tls else f"listen 127.0.0.1:{port};", site)
    temporary = "".join(
        f"{name}_temp_path {folder}/{name};\n" for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    head = f"daemon off;\nuser root;\npid {folder}/pid;\nerror_log {folder}/log;\nevents {{}}\n"
    text = f"{head}http {{\naccess_log off;\n{temporary}\n{site}\n}}\n"
    (folder / "conf").write_text(text.replace("127.0.0.1:8000", server), encoding="utf-8")
    return ["nginx", "-c", str(folder / "conf"), "-p", str(folder)]


def apache(folder: Path, port: int, server: str, *, path: bool, tls: bool) -> list[str]:
    site = printed("apache", path=False)
    if path:
        site = f"<VirtualHost *:80>\nServerName {NAME}\n{printed('apache', path=True)}</VirtualHost>\n"
    secure = f"SSLEngine on\nSSLCertificateFile {folder}/pem\nSSLCertificateKeyFile {folder}/key\n" if tls else ""
    site = site.replace("<VirtualHost *:80>", f"<VirtualHost *:{port}>\n{secure}")
    loaded = "".join(f"LoadModule {one}_module {MODULES}/mod_{one}.so\n" for one in APACHE_MODULES)
    head = f"ServerRoot {folder}\nServerName {NAME}\nListen 127.0.0.1:{port}\nPidFile {folder}/pid\n"
    head += f"ErrorLog {folder}/log\n"
    (folder / "htdocs").mkdir()
    text = f"{head}{loaded}DocumentRoot {folder}/htdocs\n{site}"
    (folder / "conf").write_text(text.replace("127.0.0.1:8000", server), encoding="utf-8")
    return ["apache2", "-X", "-f", str(folder / "conf")]


def caddy(folder: Path, port: int, server: str, *, path: bool, tls: bool) -> list[str]:
    site = printed("caddyfile", path=False)
    if path:
        site = f"{NAME} {{\n{printed('caddyfile', path=True)}}}\n"
    address = f"https://{NAME}:{port}" if tls else f"http://{NAME}:{port}"
    site = site.replace(
        f"{NAME} {{", f"{address} {{\n    bind 127.0.0.1\n{f'    tls {folder}/pem {folder}/key' if tls else ''}"
    )
    text = f"{{\n    admin off\n    auto_https off\n}}\n{site}"
    (folder / "conf").write_text(text.replace("127.0.0.1:8000", server), encoding="utf-8")
    return ["caddy", "run", "--adapter", "caddyfile", "--config", str(folder / "conf")]


PROXIES = {"nginx": nginx, "apache2": apache, "caddy": caddy}


@dataclass(frozen=True)
class Site:
    """A proxy that runs, as a browser sees it."""

    port: int
    tls: bool
    prefix: str
    certificate: Path

    @property
    def origin(self) -> str:
        return f"http{'s' if self.tls else ''}://{NAME}:{self.port}"

    def ask(self, method: str, address: str, body: bytes = b"", **headers: str) -> tuple[int, dict[str, str], str]:
        client = http.client.HTTPConnection(NAME, self.port)
        client.sock = socket.create_connection(("127.0.0.1", self.port), timeout=60)
        if self.tls:
            context = ssl.create_default_context(cafile=str(self.certificate))
            client.sock = context.wrap_socket(client.sock, server_hostname=NAME)
        sent = {"Host": f"{NAME}:{self.port}", **{name.replace("_", "-"): value for name, value in headers.items()}}
        client.request(method, address, body or None, sent)
        answer = client.getresponse()
        text = answer.read().decode("utf-8", "replace")
        client.close()
        return answer.status, dict(answer.headers), text


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


@contextmanager
def running(command: list[str], port: int, log: Path) -> Iterator[None]:
    with (
        log.open("wb") as file,
        subprocess.Popen(command, stdout=file, stderr=file, env=os.environ | {"HOME": str(log.parent)}) as process,
    ):
        try:
            end = time.monotonic() + 60
            while process.poll() is None and time.monotonic() < end:
                with suppress(OSError):
                    socket.create_connection(("127.0.0.1", port), timeout=1).close()
                    break
                time.sleep(0.1)
            assert process.poll() is None, log.read_text(encoding="utf-8")
            yield
        finally:
            process.terminate()


@pytest.fixture(scope="module")
def behind(
    start_server: Callable[..., AbstractContextManager[str]], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """A server with the manual's settings."""
    folder = str(tmp_path_factory.mktemp("data"))
    own = {"PAWSIGHT_HOSTS": NAME, "PAWSIGHT_TRUSTED_PROXIES": "127.0.0.1", "PAWSIGHT_RATE_LIMIT": "1200"}
    own |= {"PAWSIGHT_ADMIN": f"{folder}-admin", "PAWSIGHT_ADMIN_PASSWORD_HASH": password.make_hash(PASSWORD)}
    with start_server(**own, PAWSIGHT_ARCHIVE=folder, PAWSIGHT_STATE=f"{folder}-state") as address:
        yield urlsplit(address).netloc


@pytest.fixture(
    params=[(path, tls) for path in (False, True) for tls in (False, True)],
    ids=["http", "https", "path-http", "path-https"],
)
def site(request: pytest.FixtureRequest, program: str, behind: str, tmp_path: Path) -> Iterator[Site]:
    if not shutil.which(program):
        pytest.skip(f"needs {program}: apt-get install {program}")
    path, tls = request.param
    tmp_path.chmod(0o755)
    words = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", f"/CN={NAME}"]
    made = [
        *words,
        "-addext",
        f"subjectAltName=DNS:{NAME}",
        "-keyout",
        str(tmp_path / "key"),
        "-out",
        str(tmp_path / "pem"),
    ]
    subprocess.run(made, check=True, capture_output=True)
    port = free_port()
    command = PROXIES[program](tmp_path, port, behind, path=path, tls=tls)
    with running(command, port, tmp_path / "output"):
        yield Site(port, tls, "/pawsight" if path else "", tmp_path / "pem")


def form(photo: bytes) -> tuple[bytes, dict[str, str]]:
    body = b'--b\r\nContent-Disposition: form-data; name="image"; filename="a.jpg"\r\n\r\n' + photo + b"\r\n--b--\r\n"
    return body, {"Content_Type": "multipart/form-data; boundary=b"}


@pytest.mark.long
@pytest.mark.parametrize("program", PROXIES)
def test_what_a_visitor_does_works_behind_it(site: Site, picture: Any) -> None:
    status, headers, page = site.ask("GET", f"{site.prefix}/")
    assert status == 200
    links = re.findall(r'(?:href|src|action|data-[\w-]+)="(/[^"]*)"', page)
    assert links
    assert [link for link in links if not link.startswith(f"{site.prefix}/")] == []
    for link in {link for link in links if "/static/" in link or link.endswith((".js", ".webmanifest"))}:
        assert site.ask("GET", link)[0] == 200, link
    cookie = headers["Set-Cookie"]
    name = f"__Host-visitor{site.prefix.replace('/', '-')}" if site.tls else "visitor"
    assert cookie.startswith(f"{name}=")
    assert ("Secure" in cookie, "Strict-Transport-Security" in headers) == (site.tls, site.tls)
    body, kind = form(picture())
    own = {"Cookie": cookie.partition(";")[0], "Origin": site.origin, **kind}
    assert (
        site.ask("POST", f"{site.prefix}/predict", body, **own)[0] == 200
    )  # a form, from a browser that sends no more
    status, headers, _ = site.ask("POST", f"{site.prefix}/api/v1/predictions", body, **own)
    assert (status, headers["Location"].startswith(f"{site.prefix}/api/v1/")) == (201, True)
    address, json = headers["Location"], {"Content_Type": "application/json", "Origin": site.origin}
    assert site.ask("PATCH", address, b'{"correction": "dog"}', **json, Cookie=own["Cookie"])[0] == 200
    assert site.ask("PATCH", address, b'{"correction": "cat"}', **json)[0] == 403  # not by others
    assert site.ask("POST", f"{site.prefix}/predict", body, **kind, Origin="https://evil.example")[0] == 403
    assert f"{site.origin}{site.prefix}/api/v1/predictions" in site.ask("GET", f"{site.prefix}/docs")[2]
    assert site.ask("GET", f"{site.prefix}/metrics")[0] == 404


@pytest.mark.long
@pytest.mark.parametrize("program", PROXIES)
def test_what_a_visitor_invents_is_not_believed(site: Site) -> None:
    invented = {
        "X_Forwarded_Host": "evil.example",
        "X_Forwarded_Prefix": "/evil",
        "X_Forwarded_Port": "1234",
        "X_Forwarded_Proto": "ftp",
        "Forwarded": "for=6.6.6.6;host=evil.example",
    }
    status, _, page = site.ask("GET", f"{site.prefix}/docs", **invented)  # type: ignore[arg-type]
    assert status == 200
    assert f"{site.origin}{site.prefix}/api/v1/predictions" in page
    assert "evil" not in page


@pytest.mark.long
@pytest.mark.parametrize(
    ("program", "site"),
    [
        pytest.param("nginx", (True, False), id="nginx-path-http"),
        pytest.param("caddy", (False, True), id="caddy-https", marks=pytest.mark.weekly),
        pytest.param("caddy", (False, False), id="caddy-http", marks=pytest.mark.weekly),
        pytest.param("apache2", (True, True), id="apache2-path-https", marks=pytest.mark.weekly),
    ],
    indirect=["site"],
)
def test_a_browser_uploads_corrects_and_logs_in(
    site: Site, new_context: Callable[..., Any], picture: Any, tmp_path: Path
) -> None:
    expect = pytest.importorskip("playwright.sync_api", reason="needs the package pytest-playwright").expect
    (tmp_path / "a.jpg").write_bytes(picture())
    page = new_context().new_page()
    asked: list[str] = []
    complaints: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: complaints.append(message.text))
    page.goto(f"{site.origin}{site.prefix}/")
    page.locator("#image").set_input_files(tmp_path / "a.jpg")
    expect(page.locator(".answer meter").first).to_be_visible()
    page.locator(".correct [value=dog]").press("Enter")
    expect(page.locator(".answer h2")).to_have_text("Dog")
    page.locator(".places a[href$='/photos']").click()
    expect(page.locator("#gallery .tile strong")).to_have_text("Dog")
    page.goto(f"{site.origin}{site.prefix}/admin/")
    page.locator("#password").fill(PASSWORD)
    page.locator("#password").press("Enter")
    expect(page.locator(".admin-bar")).to_be_visible()
    page.goto(f"{site.origin}{site.prefix}/admin/photos/")
    expect(page.locator(".tile").first).to_be_visible()
    own = (f"{site.origin}{site.prefix}/", "blob:", "data:")
    assert [address for address in asked if not address.startswith(own)] == []
    # Over plain HTTP, Chromium says of a header on every answer that it only counts over HTTPS.
    assert [text for text in complaints if site.tls or "Cross-Origin-Opener-Policy" not in text] == []
