"""The container and its neighbours, as far as that shows without a container: files, settings, commands, links between
them. What the image does is done here by the same commands in a process of its own."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from pawsight.settings import load_settings

ROOT = Path(__file__).parents[2]
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8").replace("\\\n", " ")


def instructions(name: str) -> list[str]:
    return [line.partition(" ")[2].strip() for line in re.findall(rf"^{name} .*", DOCKERFILE, re.MULTILINE)]


def environment() -> dict[str, str]:
    pairs = re.findall(r"(\w+)=(\S+)", " ".join(instructions("ENV")))
    return {name: value for name, value in pairs if name != "PATH"}


def test_what_is_copied_is_there_and_let_in() -> None:
    copied = [word for line in instructions("COPY") if not line.startswith("--") for word in line.split()[:-1]]
    let_in = [line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")]
    assert set(copied) == set(let_in)
    for name in copied:
        assert (ROOT / name).exists()


def test_it_does_not_run_as_root_and_stops_by_the_signal_that_the_server_knows() -> None:
    assert instructions("USER") == ["10001"]
    assert DOCKERFILE.index("USER 10001") < DOCKERFILE.index("CMD [")
    assert instructions("STOPSIGNAL") == ["SIGTERM"]


def test_its_settings_are_settings() -> None:
    settings = load_settings(environment=environment())
    assert (settings.host, settings.port, settings.log_format) == ("0.0.0.0", 8000, "json")


def test_it_serves_writes_only_its_data_and_is_healthy(tmp_path: Path, tiny_model: Path) -> None:
    """The commands of the file, with another port and folder."""
    (command,) = re.findall(r"^CMD (\[.*\])", DOCKERFILE, re.MULTILINE)
    (health,) = re.findall(r"CMD (\[.*\])", instructions("HEALTHCHECK")[0])
    own = environment() | {"XDG_DATA_HOME": str(tmp_path / "data"), "PAWSIGHT_PORT": "0", "PAWSIGHT_HOST": "127.0.0.1"}
    own |= {"TMPDIR": str(tmp_path / "tmp"), "HOME": str(tmp_path / "home"), "PAWSIGHT_MODEL": str(tiny_model)}
    (tmp_path / "tmp").mkdir()
    words = [sys.executable, "-m", *json.loads(command)]
    with subprocess.Popen(words, env=os.environ | own, stderr=subprocess.PIPE, text=True, cwd=tmp_path) as process:
        assert process.stderr is not None
        address = process.stderr.readline().split()[3]
        try:
            probe = [sys.executable, *json.loads(health)[1:]]
            assert "http://127.0.0.1:8000" in probe[-1]
            probe[-1] = probe[-1].replace("http://127.0.0.1:8000", address)
            assert subprocess.run(probe, check=False).returncode == 0
        finally:
            process.terminate()
        assert process.wait(60) == 0
    assert subprocess.run(probe, check=False, stderr=subprocess.DEVNULL).returncode != 0
    assert sorted(path.name for path in tmp_path.iterdir()) == ["data", "tmp"]
    assert list((tmp_path / "tmp").iterdir()) == []


@pytest.fixture(scope="module")
def compose() -> Any:
    yaml = pytest.importorskip("yaml", reason="needs the package pyyaml")
    return yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))


def test_the_services_fit_together(compose: Any) -> None:
    services = compose["services"]
    for name, service in services.items():
        assert set(service.get("depends_on", [])) <= set(services), name
        for volume in service.get("volumes", []):
            source = volume.split(":")[0]
            assert (ROOT / source).is_file() if source.startswith(".") else source in compose["volumes"]
    web = services["web"]
    assert web["read_only"] is True
    assert web["volumes"] == ["data:/data"]
    assert "ports" not in web
    assert "reverse_proxy web:8000" in (ROOT / "deploy" / "Caddyfile").read_text()
    url = re.sub(r"\$\{.*?\}", "password", web["environment"]["PAWSIGHT_ARCHIVE_URL"])
    assert load_settings(environment={"PAWSIGHT_ARCHIVE_URL": url}).archive_url.endswith("@database/pawsight")


def test_docker_understands_the_compose_file() -> None:
    if not shutil.which("docker") or subprocess.run(["docker", "compose", "version"], capture_output=True).returncode:
        pytest.skip("needs docker compose, though no docker that runs")
    words = ["docker", "compose", "-f", str(ROOT / "compose.yaml"), "config", "--quiet"]
    done = subprocess.run(words, capture_output=True, text=True, env=os.environ | {"POSTGRES_PASSWORD": "x"})
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("name", ["pawsight.service", "pawsight-watch.service"])
def test_systemd_understands_the_unit(tmp_path: Path, name: str) -> None:
    if not shutil.which("systemd-analyze"):
        pytest.skip("needs systemd-analyze")
    unit = (ROOT / "deploy" / name).read_text()
    (tmp_path / name).write_text(unit.replace("/opt/pawsight/bin/pawsight", sys.executable))
    done = subprocess.run(["systemd-analyze", "verify", str(tmp_path / name)], capture_output=True, text=True)
    assert not [line for line in done.stderr.splitlines() if name in line]
