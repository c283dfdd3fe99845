"""The page as static files, for any web host: photos are classified in the visitor's browser.

The pages are those of the server, with what needs one left out. All addresses are relative, so that the site works in
any folder of a host.
"""

from __future__ import annotations

import re
import shutil
import tempfile
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import msgspec
from flask.testing import FlaskClient

from pawsight.decoding import DecoderPool
from pawsight.errors import BadData, BadModel
from pawsight.languages import SOURCE
from pawsight.model.card import GRAPH
from pawsight.settings import Settings
from pawsight.storage.atomic import replacing_folder
from pawsight.web import scripts
from pawsight.web.app import create_app
from pawsight.web.pages.model import device_is_available
from pawsight.web.security.headers import policy_of_page
from pawsight.web.state import State
from pawsight.web.ui.i18n import LANGUAGES

PAGES = {
    "/": "",
    "/batch": "batch/",
    "/train": "train/",
    "/model": "model/",
    "/offline": "offline/",
}  # address on a server -> on the site
_MANIFEST, _WORKER = "/manifest.webmanifest", "/worker.js"
_ADDRESS = re.compile(r'(?<==")(/[^"]*|\?lang=\w+[^"]*)(?=")')
_QUOTED = re.compile(r'(?<=")(/[^"]*)(?=")')
_KEPT = re.compile(r"const KEPT = .*")  # in the service worker: the files that it keeps
_STATIC = Path(__file__).parent / "static"


@dataclass(frozen=True)
class SiteFiles:
    """What was written: the model's name and version, the number of files, and their size."""

    model: str
    files: int
    bytes: int


def write_site(settings: Settings, out: Path) -> SiteFiles:
    """Write the site; the folder appears when it is complete.

    Args:
        settings: which model.
        out: a folder that is not there yet, or empty.

    Raises:
        BadData: the folder has something in it.
        BadModel: the model cannot be trusted, or has no ONNX graph.
        ModelNotFound: there is no such model.
        OSError: the folder cannot be written.
    """
    if not device_is_available():
        raise BadData("This build of Pawsight has no ONNX Runtime Web.", "Install it where npm can be reached.")
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise BadData(f"{out} has something in it already.", "Choose another --out.")
    out.resolve().parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as archive, closing(DecoderPool()) as decoders:
        own = Settings(model=settings.model, models="none", archive=archive, archive_keep="nothing", admin=archive)
        app = create_app(own, decoders=decoders)
        app.jinja_env.globals.update(static_site=policy_of_page())
        shared: State = app.extensions["pawsight"]
        card = shared.classifier.card
        if card.graph != GRAPH:
            raise BadModel(f"{card.id} has no ONNX graph, which browsers need.", "Choose another --model.")
        with replacing_folder(out.resolve()) as folder:
            Site(app.test_client(), folder).write()
    written = [path for path in out.rglob("*") if path.is_file()]
    return SiteFiles(card.id, len(written), sum(path.stat().st_size for path in written))


class Site:
    """A folder in which the pages of an app are written.

    Args:
        client: of the app.
        folder: exists, and is empty.
    """

    def __init__(self, client: FlaskClient, folder: Path) -> None:
        self._client, self._folder = client, folder
        self._wanted: set[str] = set()

    def write(self) -> None:
        """Write all pages in all languages, and all that they load."""
        for code in LANGUAGES:
            for address, place in PAGES.items():
                text = self._get(f"{address}?lang={code}").decode()
                self._put(f"{_root(code)}{place}index.html", _ADDRESS.sub(self._relative(code, place), text))
            self._put(f"{_root(code)}{_MANIFEST[1:]}", self._manifest(code))
        self._put(_WORKER[1:], self._worker())
        self._put(".nojekyll", "")  # GitHub Pages would leave out files whose names begin with a low line
        for name in ("device", "vendor"):
            copied = self._folder / "static" / name
            shutil.copytree(_STATIC / name, copied, ignore=shutil.ignore_patterns(scripts.BUNDLES.name))
        for address in sorted(self._wanted):
            self._fetch(address)

    def _get(self, address: str) -> bytes:
        with closing(self._client.get(address)) as response:
            if response.status_code != 200:
                raise BadData(f"{address} cannot be written ({response.status}).")
            data: bytes = response.data
            return data

    def _put(self, name: str, content: str | bytes) -> None:
        path = self._folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)

    def _fetch(self, address: str) -> None:
        path = address.partition("?")[0]
        if not (self._folder / path[1:]).exists():
            self._put(path[1:], self._get(address))
        if path.startswith("/modules/"):  # they import each other under the same folder
            folder = path.rpartition("/")[0]
            with self._client.application.app_context():
                found = {name: scripts.file(name).read_bytes() for name in scripts.names()}
            for name, content in found.items():
                self._put(f"{folder[1:]}/{name}", content)

    def _worker(self) -> str:
        text = self._get(_WORKER).decode()
        return _KEPT.sub(lambda found: _QUOTED.sub(self._relative(SOURCE, ""), found[0]), text)

    def _manifest(self, code: str) -> str:
        about = msgspec.json.decode(self._get(f"{_MANIFEST}?lang={code}"))
        about = {name: value for name, value in about.items() if name not in ("id", "share_target")}
        text = msgspec.json.encode(about | {"start_url": "./", "scope": "./"}).decode()
        return _QUOTED.sub(self._relative(code, ""), text)

    def _relative(self, code: str, place: str) -> Callable[[re.Match[str]], str]:
        """Return what makes an address of the server one that is relative to a page of the site."""
        here = _root(code) + place
        up = "../" * here.count("/")

        def change(found: re.Match[str]) -> str:
            address = found[1]
            if address.startswith("?lang="):
                return (up + _root(address[6:8]) + place) or "./"
            path = address.partition("?")[0]
            if path in (*PAGES, _MANIFEST):
                return (up + _root(code) + PAGES.get(path, path[1:])) or "./"
            if path != _WORKER:
                self._wanted.add(address)
            return up + address[1:]

        return change


def _root(code: str) -> str:
    """The folder of a language."""
    return "" if code == SOURCE else f"{code}/"
