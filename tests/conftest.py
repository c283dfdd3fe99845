"""What many tests share: photos made on the spot, a tiny model whose answers are known, and the outside test data."""

from __future__ import annotations

import io
import os
import shutil
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from PIL import ExifTags, Image
from tests.small_model import SIZE, make_small_model

from pawsight.classifier import Classifier
from pawsight.cli import main
from pawsight.data import Dataset, open_dataset
from pawsight.types import Pixels

Colour = tuple[int, int, int]
Picture = Callable[..., bytes]

# What the tiny model answers -> the colour of a photo that gets this answer.
COLOURS: dict[str, Colour] = {
    "cat": (210, 50, 40),
    "dog": (40, 50, 210),
    "both": (210, 40, 210),
    "neither": (40, 200, 40),
    "unsure": (128, 128, 128),
}
MISLABELLED = 4
PROXIES = ("http_proxy", "https_proxy", "all_proxy", "no_proxy")
BROWSER_TIMEOUT = 120_000  # milliseconds that a page may take on a busy machine


def pytest_configure() -> None:
    """Let Ctrl-C reach the programs that tests start: under `nohup` or `&` they would inherit that it is ignored."""
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.hookimpl(tryfirst=True)  # before pytest leaves out what is marked
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark all tests in a browser as long: each takes seconds to open its pages."""
    for item in items:
        if "browser" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.long)


@pytest.fixture(scope="session", autouse=True)
def _no_archive_of_the_user(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """No test, and no process that one starts, writes into the data folder of the person who runs the tests."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_DATA_HOME", str(tmp_path_factory.mktemp("data")))
        yield


@pytest.fixture(scope="session", autouse=True)
def _no_proxy() -> Iterator[None]:
    """Tests talk to servers of their own, wherever the machine sends what goes to the web."""
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.lower() in PROXIES]:
            patch.delenv(name)
        yield


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, Any]:
    """The system's Chromium for pytest-playwright, whose pages wait until what a test looks for is there."""
    chromium = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if not chromium:
        pytest.skip("needs chromium")
    from playwright.sync_api import expect

    expect.set_options(timeout=BROWSER_TIMEOUT)
    flags = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--use-fake-device-for-media-stream"]
    # For servers behind proxies, with certificates of their own; Playwright's own switch leaves out service workers.
    flags += ["--host-resolver-rules=MAP *.example.org 127.0.0.1", "--ignore-certificate-errors"]
    return {"executable_path": chromium, "args": flags, "timeout": BROWSER_TIMEOUT}


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of outside test data next to the checkout; tests that need it are skipped where it is absent."""
    if not (folder := Path(__file__).parents[1] / ".." / "shared").is_dir():
        pytest.skip("needs the folder ../shared with outside test data")
    return folder.resolve()


@pytest.fixture(scope="session")
def colours() -> dict[str, Colour]:
    """Verdict of the tiny model -> the colour of a photo that gets it."""
    return COLOURS


@pytest.fixture(scope="session")
def picture() -> Picture:
    """A maker of photos: `picture(width, height, colour=..., format="PNG", ...) -> bytes`."""
    return _picture


def _picture(
    width: int = 64,
    height: int = 48,
    *,
    colour: Colour = COLOURS["cat"],
    pixels: npt.NDArray[Any] | None = None,
    seed: int | None = None,
    format: str = "JPEG",
    mode: str | None = None,
    orientation: int | None = None,
    **options: Any,
) -> bytes:
    """Encode one photo.

    Args:
        width, height: as stored, before any orientation.
        colour: of the whole photo; the tiny model answers by it.
        pixels: the photo itself, in place of a plain one.
        seed: adds grain, so that two photos of one colour differ.
        format: as Pillow names it: JPEG, PNG, WEBP, GIF, AVIF, BMP, TIFF, ...
        mode: as Pillow names it; the photo is converted to it before it is encoded.
        orientation: EXIF orientation to write.
        options: for `Image.save`.
    """
    image = Image.fromarray(_plain(width, height, colour, seed) if pixels is None else pixels)
    if orientation is not None:
        exif = Image.Exif()
        exif[ExifTags.Base.Orientation] = orientation
        options["exif"] = exif.tobytes()
    buffer = io.BytesIO()
    (image.convert(mode) if mode else image).save(buffer, format, **options)
    return buffer.getvalue()


@pytest.fixture(scope="session")
def scan_bomb() -> Picture:
    """A maker of small JPEGs that cost much: `scan_bomb(width, height, scans) -> bytes`."""

    def make(width: int, height: int, scans: int) -> bytes:
        data = _picture(width, height, progressive=True)
        again = data[data.rindex(b"\xff\xda") : -2]
        return data[:-2] + again * (scans - data.count(b"\xff\xda")) + data[-2:]

    return make


def _plain(width: int, height: int, colour: Colour, seed: int | None) -> Pixels:
    pixels = np.full((height, width, 3), colour, dtype=np.int16)
    if seed is not None:
        pixels += np.random.default_rng(seed).integers(-8, 9, pixels.shape, dtype=np.int16)
    return np.clip(pixels, 0, 255).astype(np.uint8)


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    """A folder of small photos, one for each verdict of the tiny model: `cat.jpg`, `dog.jpg`, ..."""
    (folder := tmp_path / "photos").mkdir()
    for verdict, colour in COLOURS.items():
        (folder / f"{verdict}.jpg").write_bytes(_picture(colour=colour))
    return folder


@pytest.fixture(scope="session")
def make_model() -> Callable[..., Path]:
    """A maker of model folders: `make_model(folder, weights=..., bias=..., classes=[...], ...) -> folder`."""
    return make_small_model


@pytest.fixture(scope="session")
def tiny_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model folder like the shipped ones in all but size. Copy it before you change anything in it."""
    return make_small_model(tmp_path_factory.mktemp("models") / "tiny")


@pytest.fixture(scope="session")
def exported(tiny_model: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The tiny model in other formats, as `pawsight export` writes it: `onnx`, `litert`, `keras`, `savedmodel`,
    and `openvino` where that is installed."""
    pytest.importorskip("tensorflow", reason="exporting needs the extra train")
    pytest.importorskip("ai_edge_litert", reason="LiteRT needs the extra litert")
    from pawsight.export import TARGETS, Exporter, choose

    folder, exporter = tmp_path_factory.mktemp("exported"), Exporter(tiny_model)
    forms = filter(exporter.can, [choose(to, None, "float32") for to in TARGETS])
    return {
        made.form.to: made.path for made in exporter.export({form: folder / form.filename("tiny") for form in forms})
    }


@pytest.fixture(scope="session")
def classifier(tiny_model: Path) -> Classifier:
    """The tiny model, loaded."""
    return Classifier.load(tiny_model)


@pytest.fixture(scope="session")
def coloured(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    """Prepared photos of cat, dog and neither that the tiny model knows, but for a few that are labelled wrongly: dogs
    numbered below `MISLABELLED` show what it takes for a cat."""
    prepare = pytest.importorskip("pawsight.data.prepare", reason="preparing needs the extra train").prepare
    folder = tmp_path_factory.mktemp("coloured")
    for number in range(40):
        for label in ("cat", "dog", "neither"):
            shown = COLOURS["cat" if label == "dog" and number < MISLABELLED else label]
            light = np.random.default_rng((number, *COLOURS[label])).uniform(0.7, 1.1, (6, 8, 1))
            photo = np.clip(light.repeat(6, axis=0).repeat(6, axis=1) * shown, 0, 255).astype(np.uint8)
            (folder / "photos" / label).mkdir(parents=True, exist_ok=True)
            (folder / "photos" / label / f"{number}.png").write_bytes(_picture(pixels=photo, format="PNG"))
    return open_dataset(prepare(folder / "photos", folder / "prepared", size=SIZE).folder)


@dataclass(frozen=True)
class Ran:
    """What a run of the command line left behind."""

    code: int
    out: str
    err: str


@pytest.fixture
def pawsight(monkeypatch: pytest.MonkeyPatch, capsysbinary: pytest.CaptureFixture[bytes]) -> Callable[..., Ran]:
    """The command line: `pawsight("predict", folder, stdin=b"...") -> Ran`."""

    def run(*words: str | Path, stdin: bytes = b"") -> Ran:
        monkeypatch.setattr(sys, "argv", ["pawsight", *map(str, words)])
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin)))
        capsysbinary.readouterr()
        try:
            main()
            code = 0
        except SystemExit as stop:
            code = int(stop.code or 0)
        return Ran(code, *(text.decode() for text in capsysbinary.readouterr()))

    return run
