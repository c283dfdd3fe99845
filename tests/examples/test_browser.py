"""The static page answers in a real browser like the command line, resizes like Pillow, and refuses what is wrong."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import time
import zipfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from socket import socket
from threading import Thread
from typing import Any

import msgspec
import numpy as np
import pytest

pytest.importorskip("playwright", reason="needs the package pytest-playwright")
from playwright.sync_api import Page, expect

from pawsight import zoo
from pawsight.classifier import Classifier
from pawsight.images import fit
from pawsight.model.card import GRAPH, Input, ModelCard, read_card
from pawsight.model.seal import seal_file

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "examples" / "browser"
DEVICE = Path("src", "pawsight", "web", "static", "device")  # what the example shares with the page of `pawsight serve`
NODE, NPM, NGINX = shutil.which("node"), shutil.which("npm"), shutil.which("nginx")
JPEG_TOLERANCE = 0.02

pytestmark = pytest.mark.skipif(not NODE, reason="needs node")

Site = Callable[[ModelCard, bytes], Path]
Show = Callable[[Path], Page]

RESIZE = """
import { readFileSync } from "node:fs";
import { fit } from "./resample.js";
for (const [file, width, height, size, mode, interpolation] of JSON.parse(readFileSync(0))) {
  const picture = { data: new Uint8Array(readFileSync(file)), width, height };
  process.stdout.write(fit(picture, { size, fit: mode, interpolation }).data);
}
"""


def test_the_page_resizes_like_pillow_to_the_bit(tmp_path: Path) -> None:
    cases, expected = [], []
    sizes = [(9, 6), (499, 375), (224, 224), (640, 853), (1501, 997), (2400, 1500)]
    for number, (width, height) in enumerate(sizes):
        pixels = np.random.default_rng(number).integers(0, 256, (height, width, 3), dtype=np.uint8)
        (tmp_path / f"{number}.raw").write_bytes(pixels.tobytes())
        for size, mode, interpolation in [
            (224, "crop", "bicubic"),
            (33, "pad", "bilinear"),
            (128, "squash", "bicubic"),
        ]:
            cases.append((str(tmp_path / f"{number}.raw"), width, height, size, mode, interpolation))
            expected.append(fit(pixels, size, mode, interpolation).tobytes())  # type: ignore[arg-type]
    command = [str(NODE), "--input-type=module", "--eval", RESIZE]
    done = subprocess.run(
        command, input=json.dumps(cases).encode(), capture_output=True, cwd=ROOT / DEVICE, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr.decode()
    assert done.stdout == b"".join(expected)


@pytest.fixture(scope="module")
def example(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The example with its packages; those of the checkout where somebody has installed them there."""
    root = tmp_path_factory.mktemp("example")
    folder = root / "examples" / "browser"
    shutil.copytree(ROOT / DEVICE, root / DEVICE, ignore=shutil.ignore_patterns("vendor"))
    shutil.copytree(EXAMPLE, folder, ignore=shutil.ignore_patterns("site", "node_modules"))
    if (EXAMPLE / "node_modules").is_dir():
        (folder / "node_modules").symlink_to(EXAMPLE / "node_modules")
        return folder
    if not NPM:
        pytest.skip("needs npm")
    command = [NPM, "install", "--no-audit", "--no-fund", "--no-package-lock", "--ignore-scripts", "--prefer-offline"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=300, check=False)
    if done.returncode:
        pytest.skip("needs packages onnxruntime-web and @noble/hashes from the npm registry")
    return folder


@pytest.fixture
def site(example: Path, tmp_path: Path) -> Site:
    """A builder of the page: `site(card, graph) -> folder`."""

    def build(card: ModelCard, graph: bytes) -> Path:
        (tmp_path / "model.onnx").write_bytes(seal_file(card, graph))
        command = [str(NODE), "build.mjs", tmp_path / "model.onnx", tmp_path / "site"]
        subprocess.run(command, cwd=example, check=True, capture_output=True, timeout=60)  # type: ignore[arg-type]
        return tmp_path / "site"

    return build


@pytest.fixture
def show(page: Page) -> Iterator[Show]:
    """`show(folder)` opens a folder's page in Chromium, from a server of plain files."""
    with ExitStack() as servers:

        def start(folder: Path) -> Page:
            page.goto(servers.enter_context(_serve(folder)))
            expect(page.locator("body")).to_have_attribute("data-ready", "yes", timeout=60_000)
            return page

        yield start


@contextmanager
def _serve(folder: Path) -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(folder)))
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    server.server_close()


class _Quiet(SimpleHTTPRequestHandler):
    extensions_map = SimpleHTTPRequestHandler.extensions_map | {".mjs": "text/javascript", ".wasm": "application/wasm"}

    def log_message(self, *words: Any) -> None:
        pass


def _ask(page: Page, paths: list[Path]) -> list[dict[str, Any]]:
    """Choose photos on the page, and read its JSON lines."""
    page.locator("#photos").set_input_files(paths)
    expect(page.locator("body")).to_have_attribute("data-done", "yes", timeout=300_000)
    return [json.loads(line) for line in (page.locator("#lines").text_content() or "").splitlines()]


def _tiny(tiny_model: Path, **changes: Any) -> tuple[ModelCard, bytes]:
    return msgspec.structs.replace(read_card(tiny_model), **changes), (tiny_model / GRAPH).read_bytes()


def test_the_page_answers_like_the_command_line(
    site: Site, show: Show, page: Page, tiny_model: Path, photos: Path, picture: Callable[..., bytes]
) -> None:
    (photos / "clear.png").write_bytes(picture(format="PNG", mode="RGBA", seed=3))
    (photos / "turned.jpg").write_bytes(picture(300, 200, seed=1, orientation=6))
    (photos / "broken.jpg").write_bytes(b"no photo")
    paths = sorted(photos.iterdir())
    classifier = Classifier.load(tiny_model)
    errors: list[str] = []
    page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    lines = {line["path"]: line for line in _ask(show(site(*_tiny(tiny_model))), paths)}
    expect(page.locator("#status")).to_contain_text("tiny-1, on this device")
    expect(page.locator("#answers li")).to_have_count(len(paths))
    assert errors == []
    assert lines.pop("broken.jpg")["error"]["code"] == "broken_image"
    for name, line in lines.items():
        expected = classifier.predict([photos / name])[0].to_dict()
        assert line.pop("scores") == pytest.approx(expected.pop("scores"), abs=0.005)
        assert line == {"path": name, **expected, "error": None}


@pytest.mark.weekly
@pytest.mark.parametrize("changes", [{"classes": ["dog", "cat"]}, {"input": Input(size=32, fit="crop")}])
def test_the_page_refuses_by_golden_pictures(changes: dict[str, Any], site: Site, show: Show, tiny_model: Path) -> None:
    page = show(site(*_tiny(tiny_model, **changes)))
    expect(page.locator("#status")).to_contain_text("answers golden picture 0 with")
    expect(page.locator("#photos")).to_be_disabled()


def test_the_page_refuses_a_graph_that_takes_blue_for_red(
    site: Site, show: Show, tiny_model: Path, make_model: Callable[..., Path], tmp_path: Path
) -> None:
    turned = make_model(tmp_path / "turned", weights=((0, 20), (0, 0), (20, 0)))
    page = show(site(read_card(tiny_model), (turned / GRAPH).read_bytes()))
    expect(page.locator("#status")).to_contain_text("answers golden picture 0 with")


@pytest.mark.weekly
def test_the_page_refuses_a_damaged_graph(site: Site, show: Show, tiny_model: Path) -> None:
    folder = site(*_tiny(tiny_model))
    (model,) = folder.glob("model-*.onnx")
    whole = bytearray(model.read_bytes())
    whole[100] ^= 1
    model.write_bytes(whole)
    expect(show(folder).locator("#status")).to_contain_text("SHA-256")


def test_a_rebuilt_model_has_a_new_name(site: Site, tiny_model: Path) -> None:
    first = {path.name for path in site(*_tiny(tiny_model)).glob("*.onnx")}
    second = {path.name for path in site(*_tiny(tiny_model, version="2")).glob("*.onnx")}
    assert len(first) == len(second) == 1
    assert first != second


def test_no_name_needs_settings_of_the_server(site: Site, tiny_model: Path) -> None:
    names = [path.name for path in site(*_tiny(tiny_model)).rglob("*") if path.is_file()]
    assert not [name for name in names if name.startswith(("_", ".")) or name.endswith(".mjs")]


@pytest.mark.skipif(not NGINX, reason="needs nginx")
def test_the_page_runs_below_a_path_of_a_plain_nginx(
    site: Site, page: Page, tiny_model: Path, photos: Path, tmp_path: Path
) -> None:
    with _nginx(site(*_tiny(tiny_model)), tmp_path, "types { text/html html; text/javascript js; }") as address:
        page.goto(f"{address}/pets/")
        expect(page.locator("body")).to_have_attribute("data-ready", "yes", timeout=60_000)
        expect(page.locator("#status")).to_contain_text("is ready")
        (line,) = _ask(page, [photos / "cat.jpg"])
    assert line["verdict"] == "cat"


@pytest.mark.skipif(not NGINX, reason="needs nginx")
@pytest.mark.parametrize(
    ("types", "missing", "words"),
    [
        ("types { text/html html; text/plain js; }", "", "does not send page.js as JavaScript"),
        ("types { text/html html; text/javascript js; }", "model.js", "model.js cannot be read (status 404)"),
        ("types { text/html html; text/javascript js; }", "resample.js", "resample.js cannot be read (status 404)"),
        ("types { text/html html; text/javascript js; }", "vendor/u64.js", "vendor/u64.js cannot be read (status 404)"),
        (
            "types { text/html html; text/javascript js; }",
            "vendor/ort-wasm-simd-threaded.js",
            "vendor/ort-wasm-simd-threaded.js",
        ),
        ("types { text/html html; text/javascript js; }", "vendor/ort-wasm-simd-threaded.wasm.gzip", "404"),
    ],
)
def test_what_cannot_be_loaded_is_said_on_the_page(
    site: Site, page: Page, tiny_model: Path, tmp_path: Path, types: str, missing: str, words: str
) -> None:
    folder = site(*_tiny(tiny_model))
    if missing:
        (folder / missing).unlink()
    with _nginx(folder, tmp_path, types) as address:
        page.goto(f"{address}/pets/")
        expect(page.locator("#status")).to_contain_text(words, timeout=60_000)
        expect(page.locator("#photos")).to_be_disabled()


@contextmanager
def _nginx(folder: Path, work: Path, types: str) -> Iterator[str]:
    """Serve a folder at `/pets/` by a real nginx that knows these types only; yields its address."""
    with socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    paths = "".join(
        f"{kind}_temp_path {work}/nginx-{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    server = f"server {{ listen 127.0.0.1:{port}; location /pets/ {{ alias {folder}/; }} }}"
    user = "user root;" if os.geteuid() == 0 else ""  # else its workers may not read the test's folder
    settings = work / "nginx.conf"
    settings.write_text(
        f"daemon off; {user} pid {work}/nginx.pid; error_log {work}/error.log; events {{}}"
        f" http {{ {types} default_type application/octet-stream; access_log off; {paths} {server} }}"
    )
    command = [str(NGINX), "-c", str(settings), "-e", f"{work}/error.log"]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as running:
        try:
            _wait_for(port)
            yield f"http://127.0.0.1:{port}"
        finally:
            running.terminate()


def _wait_for(port: int) -> None:
    for _ in range(600):
        with socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise TimeoutError("nginx did not start within a minute")


@pytest.mark.long
@pytest.mark.weekly
def test_the_default_model_says_of_50_photos_what_the_command_line_says(
    site: Site, show: Show, shared: Path, tmp_path: Path
) -> None:
    """JPEGs come from the browser's decoder here, and from libjpeg-turbo there."""
    names = [f"PetImages/{label}/{number}.jpg" for label in ("Cat", "Dog") for number in range(2, 27)]
    paths = [tmp_path / "photos" / name.replace("/", "-") for name in names]
    (tmp_path / "photos").mkdir()
    with zipfile.ZipFile(shared / "data" / "kagglecatsanddogs_5340.zip") as archive:
        for path, name in zip(paths, names, strict=True):
            path.write_bytes(archive.read(name))
    folder = zoo.find("default")
    expected = Classifier.load(folder).predict(paths)
    lines = _ask(show(site(read_card(folder), (folder / GRAPH).read_bytes())), paths)
    worst = 0.0
    for line, answer in zip(lines, expected, strict=True):
        assert (line["label"], line["verdict"], line["model"]) == (answer.label, answer.verdict, answer.model), line
        worst = max(worst, *(abs(line["scores"][name] - score) for name, score in answer.scores.items()))
    assert worst <= JPEG_TOLERANCE
