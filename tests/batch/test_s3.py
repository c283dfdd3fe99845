"""Photos and predictions in a bucket of an S3 server on this machine (moto), over HTTP and through s3fs.

Both are outside of `constraints.txt`; where one is missing, this file is skipped. To run it,
`pip install s3fs "moto[server]"` in an environment of its own, then `python -m pytest tests/batch/test_s3.py`.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest

from pawsight.batch.find import walk
from pawsight.batch.object_storage import read
from pawsight.classifier import Classifier
from pawsight.errors import BadSettings, UnreadableFile
from pawsight.types import Limits

s3fs = pytest.importorskip("s3fs", reason="s3:// needs s3fs")
pytest.importorskip("moto.server", reason="the S3 server of the tests is moto[server]")
pytest.importorskip("ray", reason="partitions need the extra ray")

from pawsight.batch.partitions.output_folder import OutputFolder  # noqa: E402
from pawsight.batch.partitions.run import PartitionedRun, make_manifest  # noqa: E402

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::ResourceWarning")


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The address of an S3 server, with credentials for it in the environment."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    for name, value in (("ENDPOINT_URL", f"http://127.0.0.1:{port}"), ("ACCESS_KEY_ID", "test"), ("MAX_ATTEMPTS", "1")):
        monkeypatch.setenv(f"AWS_{name}", value)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    s3fs.S3FileSystem.clear_instance_cache()
    command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", f"-p{port}"]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as running:
        while running.poll() is None and not _listens(port):
            time.sleep(0.1)
        yield f"http://127.0.0.1:{port}"
        running.terminate()
    s3fs.S3FileSystem.clear_instance_cache()


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@pytest.fixture
def bucket(server: str, photos: Path) -> str:
    system = s3fs.S3FileSystem()
    system.mkdir("shelter")
    for path in photos.iterdir():
        system.pipe(f"shelter/photos/{path.name}", path.read_bytes())
    return "s3://shelter"


class Here:
    """A cluster of this process, which may stop as Ctrl-C does."""

    def __init__(self, stop: int = -1) -> None:
        self._stop = stop

    def as_completed(self, work: Callable[..., Any], shared: Any, items: Iterable[Any]) -> Iterator[tuple[Any, Any]]:
        for item in items:
            if item.number == self._stop:
                raise KeyboardInterrupt
            yield item, work(shared, item)

    def open(self) -> Classifier:
        return self.classifier

    classifier: Classifier


def _run(classifier: Classifier, source: str, output: str, stop: int = -1) -> PartitionedRun:
    manifest = make_manifest(classifier.card, [source], "jsonl", 2)
    run, cluster = PartitionedRun(OutputFolder(output), manifest, classifier.card.classes), Here(stop)
    cluster.classifier = classifier
    run.run(cluster, cluster, walk([source]), lambda: None)  # type: ignore[arg-type]
    return run


def test_predictions_go_into_a_bucket_and_a_second_run_goes_on(bucket: str, classifier: Classifier) -> None:
    source, output = f"{bucket}/photos", f"{bucket}/predictions"
    with pytest.raises(KeyboardInterrupt):
        _run(classifier, source, output, stop=1)
    second = _run(classifier, source, output)
    assert (second.found, second.written) == (1, 2)
    third = _run(classifier, source, output)
    assert (third.found, third.written) == (3, 0)
    system = s3fs.S3FileSystem()
    files = [name for name in sorted(system.find("shelter/predictions")) if name.endswith(".jsonl")]
    rows = [json.loads(line) for name in files for line in system.cat(name).splitlines()]
    assert [row["path"] for row in rows] == list(walk([source]))
    assert all(row["verdict"] for row in rows)


def test_a_wrong_bucket_and_missing_credentials_are_said(
    bucket: str, classifier: Classifier, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(UnreadableFile, match="bucket does not exist"):
        read("s3://nobody/a.jpg", Limits())
    with pytest.raises(BadSettings, match=r"cannot be written to .*[bB]ucket"):
        _run(classifier, f"{bucket}/photos", "s3://nobody/predictions")
    assert s3fs.S3FileSystem().ls("") == ["shelter"]
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", os.devnull)
    monkeypatch.setenv("AWS_CONFIG_FILE", os.devnull)
    s3fs.S3FileSystem.clear_instance_cache()
    with pytest.raises(BadSettings, match="credentials"):
        OutputFolder(f"{bucket}/predictions").read_manifest()
    with pytest.raises(UnreadableFile, match=r"credentials.*lets this machine in"):
        read(f"{bucket}/photos/cat.jpg", Limits())


def test_a_server_that_is_not_there_is_said(server: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{free.getsockname()[1]}")
    s3fs.S3FileSystem.clear_instance_cache()
    with pytest.raises(UnreadableFile, match=r"[cC]onnect"):
        read("s3://shelter/photos/cat.jpg", Limits())
    with pytest.raises(BadSettings, match=r"cannot be read .*[cC]onnect"):
        OutputFolder("s3://shelter/predictions").read_manifest()
