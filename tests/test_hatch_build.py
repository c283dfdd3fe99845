"""What the build fetches from npm: only what is pinned, and only once."""

from __future__ import annotations

import base64
import gzip
import hashlib
import importlib.util
import io
import tarfile
from pathlib import Path
from types import ModuleType

import pytest

pytest.importorskip("hatchling", reason="needs the package hatchling")

from pawsight.web import scripts


@pytest.fixture(scope="module")
def hook() -> ModuleType:
    spec = importlib.util.spec_from_file_location("hatch_build", Path(__file__).parents[1] / "hatch_build.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def package(tmp_path: Path) -> tuple[Path, str]:
    """A package as npm packs it, and its integrity."""
    path = tmp_path / "some-1.0.0.tgz"
    with tarfile.open(path, "w:gz") as archive:
        for name in ("package/a.js", "package/dist/b.wasm", "package/other.js"):
            member = tarfile.TarInfo(name)
            member.size = len(name)
            archive.addfile(member, io.BytesIO(name.encode()))
    return path, "sha512-" + base64.b64encode(hashlib.sha512(path.read_bytes()).digest()).decode()


def test_only_what_is_named_and_webassembly_packed(hook: ModuleType, package: tuple[Path, str], tmp_path: Path) -> None:
    hook._unpack(*package, ["a.js", "dist/b.wasm"], tmp_path / "vendor")
    assert sorted(path.name for path in (tmp_path / "vendor").iterdir()) == ["a.js", "b.wasm.gzip"]
    assert gzip.decompress((tmp_path / "vendor" / "b.wasm.gzip").read_bytes()) == b"package/dist/b.wasm"


def test_another_package_than_the_pinned_one_is_refused(
    hook: ModuleType, package: tuple[Path, str], tmp_path: Path
) -> None:
    with pytest.raises(ValueError, match="is not the package that is pinned"):
        hook._unpack(package[0], "sha512-x", ["a.js"], tmp_path / "vendor")
    assert not (tmp_path / "vendor").exists()


def test_what_is_there_is_not_fetched_again(hook: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))  # no npm here
    for _, folder, names in hook.PACKAGES.values():
        (tmp_path / folder).mkdir(parents=True, exist_ok=True)
        for name in names:
            hook.placed(tmp_path / folder / Path(name).name).touch()
    hook.fetch_all(tmp_path)
    (tmp_path / "device" / "vendor" / "sha3.js").unlink()
    with pytest.raises(OSError, match="npm is not installed"):
        hook.fetch_all(tmp_path)


def test_bundles_of_the_same_modules_are_not_made_again(
    hook: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))  # no npm here
    (tmp_path / "modules").mkdir()
    for name in ("a.js", "b.js"):
        (tmp_path / "modules" / name).write_text(name)
    (target := tmp_path / "vendor" / "bundles").mkdir(parents=True)
    digest = scripts.digest_of(sorted((tmp_path / "modules").iterdir()))  # as the server computes it
    (target / scripts.MADE_OF).write_text(digest)
    hook.bundle(tmp_path)
    (tmp_path / "modules" / "a.js").write_text("changed")
    with pytest.raises(OSError, match=r"npm is not installed|esbuild is not pinned"):
        hook.bundle(tmp_path)
    assert (target / scripts.MADE_OF).read_text() == digest


def test_a_system_without_esbuild_says_so(hook: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hook.platform, "system", lambda: "Plan9")
    with pytest.raises(OSError, match="esbuild is not pinned for Plan9 on"):
        hook.bundle(tmp_path)
