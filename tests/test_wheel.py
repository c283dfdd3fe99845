"""The built package: what the wheel holds, and that it serves where the source is not."""

from __future__ import annotations

import http.client
import os
import subprocess
import sys
import sysconfig
import tarfile
import venv
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import pawsight

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "src" / "pawsight"
EDGE = "edge"


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the sdist, and the wheel that was made from the sdist."""
    pytest.importorskip("build", reason="needs the package build")
    pytest.importorskip("hatchling", reason="needs the package hatchling")
    out = tmp_path_factory.mktemp("dist")
    run(sys.executable, "-m", "build", "--no-isolation", "--outdir", out, ROOT)
    return out


def run(*command: str | Path, **more: str) -> str:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")} | more
    done = subprocess.run(command, capture_output=True, text=True, env=environment, timeout=600)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    return done.stdout


@pytest.fixture(scope="module")
def wheel(built: Path) -> Path:
    [path] = built.glob("*.whl")
    return path


def test_the_wheel_holds_every_file_of_the_package(wheel: Path) -> None:
    held = set(zipfile.ZipFile(wheel).namelist())
    tracked = subprocess.run(["git", "ls-files", "src/pawsight"], cwd=ROOT, capture_output=True, text=True)
    if tracked.returncode:
        pytest.skip("needs a checkout with git")
    names = [name.removeprefix("src/") for name in tracked.stdout.splitlines() if (ROOT / name).exists()]
    assert {"pawsight/py.typed", "pawsight/zoo/lite0/model.onnx"} <= set(names)
    assert [name for name in names if name not in held] == []


def test_the_sdist_holds_what_the_wheel_is_built_from(built: Path) -> None:
    [path] = built.glob("*.tar.gz")
    with tarfile.open(path) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    assert {"pyproject.toml", "README.md", "LICENSE", "CHANGES.md", "src/pawsight/py.typed"} <= names


def test_versions_agree(wheel: Path) -> None:
    assert wheel.name == f"pawsight-{pawsight.__version__}-py3-none-any.whl"
    assert f"\nversion: {pawsight.__version__}\n" in (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    assert f"\n## {pawsight.__version__}" in (ROOT / "CHANGES.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def python(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Python of a new environment that holds the wheel; dependencies are borrowed from this one, but not our source."""
    folder = tmp_path_factory.mktemp("fresh")
    venv.create(folder, with_pip=False, symlinks=os.name != "nt")
    paths = sysconfig.get_paths(vars={"base": str(folder), "platbase": str(folder)})
    run(sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", paths["purelib"], wheel)
    Path(paths["purelib"], "borrowed.pth").write_text(sysconfig.get_paths()["purelib"])
    return Path(paths["scripts"]) / ("python.exe" if os.name == "nt" else "python")


@pytest.fixture
def server(python: Path, tmp_path: Path) -> Iterator[str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    command = [str(python), "-m", "pawsight", "serve", "--port", "0"]
    with subprocess.Popen(command, cwd=tmp_path, env=environment, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr
        line = process.stderr.readline()
        try:
            yield line.split("http://")[1].split()[0]
        finally:
            process.terminate()
            process.communicate()


def test_a_fresh_environment_imports_the_wheel(python: Path) -> None:
    code = "import pawsight; print(pawsight.__file__)"
    assert Path(run(python, "-c", code).strip()).is_relative_to(python.parents[1])


def test_a_fresh_environment_serves_and_answers(server: str, picture: Callable[..., bytes]) -> None:
    head = f'--{EDGE}\r\nContent-Disposition: form-data; name="image"; filename="photo"\r\n\r\n'
    body = head.encode() + picture(300, 200) + f"\r\n--{EDGE}--\r\n".encode()
    client = http.client.HTTPConnection(server, timeout=60)
    client.request("POST", "/api/v1/predictions", body, {"Content-Type": f"multipart/form-data; boundary={EDGE}"})
    response = client.getresponse()
    assert response.status == 201, response.read()
    response.read()
    client.request("GET", "/", headers={"Accept-Language": "de"})
    page = client.getresponse().read().decode()
    client.close()
    assert 'lang="de"' in page
