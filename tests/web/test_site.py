"""The page as static files: on a plain server, in a folder of it, in a real browser."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

pytest.importorskip("playwright", reason="needs the package pytest-playwright")
from playwright.sync_api import Page, expect

from pawsight.classifier import Classifier
from pawsight.cli import main
from pawsight.errors import BadData
from pawsight.settings import Settings
from pawsight.web.pages.model import device_is_available
from pawsight.web.site import write_site

pytestmark = pytest.mark.skipif(not device_is_available(), reason="needs ONNX Runtime Web: python hatch_build.py")

SAMPLES = Path(__file__).parents[2] / "src" / "pawsight" / "web" / "static" / "examples"
NAMES = ("cat", "dog", "both", "neither")
KEPT = """
new Promise((done) => {
  indexedDB.open("pawsight").onsuccess = ({ target }) => {
    target.result.transaction("items").objectStore("items").getAll().onsuccess = ({ target }) => done(target.result);
  };
})
"""


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


class _PlainText(_Quiet):
    extensions_map = _Quiet.extensions_map | {".js": "text/plain"}


@contextmanager
def serve(folder: Path, handler: type[_Quiet] = _Quiet) -> Iterator[str]:
    """A server that knows nothing but files."""
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(handler, directory=folder)) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.fixture(scope="module")
def host(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a host, with the site in a folder of it."""
    folder = tmp_path_factory.mktemp("host")
    write_site(Settings(), folder / "some" / "where")
    return folder


@pytest.fixture
def site(host: Path) -> Iterator[str]:
    with serve(host) as address:
        yield f"{address}/some/where/"


def test_every_address_is_relative_and_there(host: Path) -> None:
    site = host / "some" / "where"
    for page in site.rglob("*.html"):
        links = re.findall(
            r'(?:href|src|action|data-(?:url|runtime|learn|model|bank|heat|worker))="([^"#]*)"', page.read_text("utf-8")
        )
        assert links
        for link in links:
            target = page.parent / link.partition("?")[0]
            assert not link.startswith("/"), (page, link)
            assert target.is_file() or (target / "index.html").is_file(), (page, link)


@pytest.mark.parametrize("language", ["", pytest.param("de/", marks=pytest.mark.weekly)])
def test_a_sample_is_classified_in_the_browser(page: Page, site: str, language: str) -> None:
    page.set_default_timeout(120_000)
    sent: list[str] = []
    page.on("request", lambda request: sent.append(f"{request.method} {request.url}"))
    page.goto(site + language)
    page.locator("#sample-cat").click()
    expect(page.locator(".answer h2")).to_have_text(
        "Katze, ziemlich sicher" if language else "Cat, quite sure", timeout=60_000
    )
    expect(page.locator(".answer .look input")).to_be_checked()
    assert page.locator(".answer .heat").evaluate("image => image.naturalWidth") > 0
    assert all(one.startswith((f"GET {site}", "GET blob:")) for one in sent)


def test_a_batch_without_a_network_as_the_command_line_says(page: Page, site: str, shipped: Classifier) -> None:
    page.goto(site + "batch/")
    page.evaluate("() => navigator.serviceWorker.ready.then(() => true)")
    page.set_input_files("#image", SAMPLES / "cat.jpg")
    expect(page.locator("#how-far")).to_have_text("All 1 done", timeout=60_000)
    expect(page.locator("#device-says")).to_contain_text("works without a network", timeout=60_000)
    page.context.set_offline(True)
    page.reload()
    page.set_input_files("#image", [SAMPLES / f"{name}.jpg" for name in NAMES])
    expect(page.locator("#how-far")).to_have_text("All 5 done", timeout=60_000)
    items = {item["name"].partition(".")[0]: item["answer"] for item in page.evaluate(KEPT)}
    for name, said in zip(NAMES, shipped.predict([SAMPLES / f"{name}.jpg" for name in NAMES]), strict=True):
        assert items[name]["verdict"] == said.verdict
        assert items[name]["scores"] == pytest.approx(said.scores, abs=0.02)  # a browser decodes JPEG in its own way


@pytest.mark.weekly
def test_a_model_that_is_missing_or_damaged_is_said_and_tried_again(page: Page, site: str, host: Path) -> None:
    (model,) = (host / "some" / "where" / "models").glob("*.onnx")
    whole = model.read_bytes()
    try:
        model.write_bytes(whole[:1000] + b"x" + whole[1001:])
        page.goto(site)
        page.locator("#sample-cat").click()
        failed = page.locator(".answer-failed")
        expect(failed.locator("h2")).to_have_text("The model does not load", timeout=60_000)
        expect(failed.locator(".detail")).to_contain_text("damaged")
        model.unlink()
        failed.get_by_role("button", name="Try again").click()
        expect(failed.locator(".detail")).to_contain_text("404")
    finally:
        model.write_bytes(whole)
    failed.get_by_role("button", name="Try again").click()
    expect(page.locator(".answer h2")).to_have_text("Cat, quite sure", timeout=60_000)


@pytest.mark.weekly
def test_a_file_that_is_no_photo(page: Page, site: str) -> None:
    page.goto(site)
    page.set_input_files("#image", {"name": "notes.txt", "mimeType": "text/plain", "buffer": b"no photo"})
    expect(page.locator(".answer-failed h2")).to_have_text("This file cannot be read", timeout=60_000)


def test_a_script_that_is_missing_is_no_fault_of_the_photo(page: Page, site: str, host: Path) -> None:
    heat = host / "some" / "where" / "static" / "device" / "heat.js"
    whole = heat.read_bytes()
    try:
        heat.unlink()
        page.goto(site)
        page.locator("#sample-cat").click()
        failed = page.locator(".answer-failed")
        expect(failed.locator("h2")).to_have_text("The model does not load", timeout=60_000)
        expect(failed.locator(".detail")).to_contain_text("heat.js")
    finally:
        heat.write_bytes(whole)


def test_without_a_service_worker_nothing_is_said_of_working_offline(page: Page, site: str, host: Path) -> None:
    worker = host / "some" / "where" / "worker.js"
    whole = worker.read_bytes()
    try:
        worker.unlink()
        page.goto(site)
        page.locator("#sample-cat").click()
        expect(page.locator(".answer h2")).to_have_text("Cat, quite sure", timeout=60_000)
        page.wait_for_load_state("networkidle")
        expect(page.locator("#device-says")).to_contain_text("photos per second")
        expect(page.locator("#device-says")).not_to_contain_text("without a network")
    finally:
        worker.write_bytes(whole)


def test_scripts_that_the_server_sends_as_plain_text_are_said(page: Page, host: Path) -> None:
    with serve(host, _PlainText) as address:
        for path in ("", "batch/", "train/"):
            page.goto(f"{address}/some/where/{path}")
            expect(page.locator(".needs-script")).to_be_visible(timeout=10_000)
            expect(page.locator(".needs-script")).to_contain_text("sends its .js files as JavaScript")


@pytest.mark.weekly
def test_opened_as_a_file_it_says_what_it_needs(page: Page, host: Path) -> None:
    page.goto((host / "some" / "where" / "index.html").as_uri())
    expect(page.locator(".needs-script")).to_be_visible(timeout=10_000)


def test_a_folder_with_something_in_it_is_left_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(BadData, match="has something in it"):
        write_site(Settings(), tmp_path)
    monkeypatch.setattr("sys.argv", ["pawsight", "site", "--out", str(tmp_path)])
    with pytest.raises(SystemExit):
        main()
    assert "Choose another --out." in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]
