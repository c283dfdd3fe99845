"""The static page answers in a real browser like the command line, resizes like Pillow, and refuses what is wrong."""

from __future__ import annotations

import json
import shutil
import subprocess
import zipfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import msgspec
import numpy as np
import pytest

from pawsight import zoo
from pawsight.card import GRAPH, Input, ModelCard, read_card, seal_file
from pawsight.classifier import Classifier
from pawsight.images import fit

EXAMPLE = Path(__file__).parents[2] / "examples" / "browser"
NODE, NPM = shutil.which("node"), shutil.which("npm")
CHROMIUM, DRIVER = shutil.which("chromium"), shutil.which("chromedriver")
FLAGS = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-sync",
    "--window-size=1280,900",
]
JPEG_TOLERANCE = 0.02

pytestmark = pytest.mark.skipif(not NODE, reason="needs node")

Site = Callable[[ModelCard, bytes], Path]
Show = Callable[[Path], AbstractContextManager[Any]]

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
        command, input=json.dumps(cases).encode(), capture_output=True, cwd=EXAMPLE, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr.decode()
    assert done.stdout == b"".join(expected)


@pytest.fixture(scope="module")
def example(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The example with its packages; those of the checkout where somebody has installed them there."""
    folder = tmp_path_factory.mktemp("example") / "browser"
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
        subprocess.run(command, cwd=example, check=True, capture_output=True, timeout=60)
        return tmp_path / "site"

    return build


@pytest.fixture
def show(tmp_path: Path) -> Show:
    """`with show(folder) as browser:` opens a folder's page in Chromium, handed out by a server of plain files."""
    webdriver = pytest.importorskip("selenium.webdriver", reason="needs the package selenium")
    if not (CHROMIUM and DRIVER):
        pytest.skip("needs chromium and chromedriver")

    @contextmanager
    def start(folder: Path) -> Iterator[Any]:
        options = webdriver.ChromeOptions()
        for flag in (*FLAGS, f"--user-data-dir={tmp_path / 'profile'}"):
            options.add_argument(flag)
        options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
        with _serve(folder) as address, webdriver.Chrome(options, webdriver.ChromeService(DRIVER)) as browser:
            browser.get(address)
            _wait(browser, "ready", 60)
            yield browser

    return start


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


def _wait(browser: Any, what: str, seconds: int) -> None:
    from selenium.webdriver.support.wait import WebDriverWait

    WebDriverWait(browser, seconds).until(
        lambda browser: browser.execute_script(f"return document.body.dataset.{what}") == "yes"
    )


def _ask(browser: Any, paths: list[Path]) -> list[dict[str, Any]]:
    """Choose photos on the page, and read its JSON lines."""
    browser.find_element("id", "photos").send_keys("\n".join(map(str, paths)))
    _wait(browser, "done", 300)
    text = browser.execute_script("return document.getElementById('lines').textContent")
    return [json.loads(line) for line in text.splitlines()]


def _tiny(tiny_model: Path, **changes: Any) -> tuple[ModelCard, bytes]:
    return msgspec.structs.replace(read_card(tiny_model), **changes), (tiny_model / GRAPH).read_bytes()


def test_the_page_answers_like_the_command_line(
    site: Site, show: Show, tiny_model: Path, photos: Path, picture: Callable[..., bytes]
) -> None:
    (photos / "clear.png").write_bytes(picture(format="PNG", mode="RGBA", seed=3))
    (photos / "turned.jpg").write_bytes(picture(300, 200, seed=1, orientation=6))
    (photos / "broken.jpg").write_bytes(b"no photo")
    paths = sorted(photos.iterdir())
    classifier = Classifier.load(tiny_model)
    with show(site(*_tiny(tiny_model))) as browser:
        lines = {line["path"]: line for line in _ask(browser, paths)}
        assert "tiny-1, on this device" in browser.find_element("id", "status").text
        assert len(browser.find_elements("css selector", "#answers li")) == len(paths)
        assert not [entry for entry in browser.get_log("browser") if entry["level"] == "SEVERE"]
    assert lines.pop("broken.jpg")["error"]["code"] == "broken_image"
    for name, line in lines.items():
        expected = classifier.predict([photos / name])[0].to_dict()
        assert line.pop("scores") == pytest.approx(expected.pop("scores"), abs=0.005)
        assert line == {"path": name, **expected, "error": None}


@pytest.mark.parametrize("changes", [{"classes": ["dog", "cat"]}, {"input": Input(size=32, fit="crop")}])
def test_the_page_refuses_by_golden_pictures(changes: dict[str, Any], site: Site, show: Show, tiny_model: Path) -> None:
    with show(site(*_tiny(tiny_model, **changes))) as browser:
        assert "answers golden picture 0 with" in browser.find_element("id", "status").text
        assert not browser.find_element("id", "photos").is_enabled()


def test_the_page_refuses_a_graph_that_takes_blue_for_red(
    site: Site, show: Show, tiny_model: Path, make_model: Callable[..., Path], tmp_path: Path
) -> None:
    turned = make_model(tmp_path / "turned", weights=((0, 20), (0, 0), (20, 0)))
    with show(site(read_card(tiny_model), (turned / GRAPH).read_bytes())) as browser:
        assert "answers golden picture 0 with" in browser.find_element("id", "status").text


def test_the_page_refuses_a_damaged_graph(site: Site, show: Show, tiny_model: Path) -> None:
    folder = site(*_tiny(tiny_model))
    whole = bytearray((folder / "model.onnx").read_bytes())
    whole[100] ^= 1
    (folder / "model.onnx").write_bytes(whole)
    with show(folder) as browser:
        assert "SHA-256" in browser.find_element("id", "status").text


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
    with show(site(read_card(folder), (folder / GRAPH).read_bytes())) as browser:
        lines = _ask(browser, paths)
    worst = 0.0
    for line, answer in zip(lines, expected, strict=True):
        assert (line["label"], line["verdict"], line["model"]) == (answer.label, answer.verdict, answer.model), line
        worst = max(worst, *(abs(line["scores"][name] - score) for name, score in answer.scores.items()))
    assert worst <= JPEG_TOLERANCE
