"""Partitions: cut, written so that they are there whole or not at all, and gone on with. On a cluster:
`test_ray_engine.py`."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest

from pawsight.batch.find import walk
from pawsight.batch.partitions.formats import encode_rows
from pawsight.batch.partitions.partition import cut, decode_names, parse_name
from pawsight.batch.run import classify_one
from pawsight.classifier import Classifier
from pawsight.errors import BadSettings, ClusterTaskFailed

fsspec = pytest.importorskip("fsspec", reason="partitions need the extra ray")
pytest.importorskip("ray", reason="partitions need the extra ray")

from pawsight.batch.partitions.output_folder import OutputFolder  # noqa: E402
from pawsight.batch.partitions.run import PartitionedRun, make_manifest  # noqa: E402


class ThisProcess:
    """Computes where it is called, as a cluster of one; may lose a task, or stop as Ctrl-C does."""

    def __init__(self, lose: int = -1, stop: int = -1) -> None:
        self._lose, self._stop = lose, stop

    def as_completed(self, work: Callable[..., Any], shared: Any, items: Iterable[Any]) -> Iterator[tuple[Any, Any]]:
        for item in items:
            if item.number == self._stop:
                raise KeyboardInterrupt
            yield item, ClusterTaskFailed("lost") if item.number == self._lose else work(shared, item)


class Opened:
    """A classifier that need not travel."""

    def __init__(self, classifier: Classifier) -> None:
        self._classifier = classifier

    def open(self) -> Classifier:
        return self._classifier


Run = Callable[..., PartitionedRun]


@pytest.fixture
def run(classifier: Classifier) -> Run:
    """`run(output, folder, form="jsonl", size=2, lose=..., stop=...)`: predict a folder's photos into an output."""

    def start(output: str | Path, folder: Path, form: str = "jsonl", size: int = 2, **trouble: int) -> PartitionedRun:
        manifest = make_manifest(classifier.card, [str(folder)], form, size)
        started = PartitionedRun(OutputFolder(str(output)), manifest, classifier.card.classes)
        cluster: Any = ThisProcess(**trouble)
        shared: Any = Opened(classifier)
        started.run(cluster, shared, walk([str(folder)]), lambda: None)
        return started

    return start


@pytest.fixture(params=["disk", "memory"])
def output(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A folder that is not there yet: on a disk, and in a storage without folders."""
    storage: Any = fsspec.filesystem("memory")
    storage.store.clear()
    storage.pseudo_dirs[:] = [""]
    return str(tmp_path / "predictions") if request.param == "disk" else "memory://shelter/predictions"


def read(output: str) -> dict[str, bytes]:
    """The files of an output, plans left out: name -> content."""
    system, path = fsspec.core.url_to_fs(output)
    return {name.rpartition("/")[2]: system.cat(name) for name in system.find(path) if "/plan/" not in name}


def rows(output: str) -> list[dict[str, Any]]:
    files = read(output)
    return [json.loads(line) for name in sorted(files) if "part-" in name for line in files[name].splitlines()]


def test_all_predictions_in_order_then_nothing_to_do(
    run: Run, output: str, photos: Path, classifier: Classifier
) -> None:
    (photos / "broken.jpg").write_bytes(b"no photo")
    first = run(output, photos)
    assert (first.written, first.found, first.summary.photos, first.summary.failed) == (3, 0, 6, 1)
    expected = [classify_one(classifier, path).to_dict() for path in walk([str(photos)])]
    for row, alone in zip(rows(output), expected, strict=True):
        assert (row.pop("scores") or {}) == pytest.approx(alone.pop("scores") or {}, abs=2e-6)
        assert row == alone
    manifest = json.loads(read(output)["manifest.json"])
    assert (manifest["partitions"], manifest["photos"], manifest["model"]) == (3, 6, "tiny-1")
    before = read(output)
    second = run(output, photos)
    assert (second.written, second.found, second.summary.photos) == (0, 3, 0)
    assert read(output) == before


@pytest.mark.parametrize("trouble", [{"lose": 1}, {"stop": 1}])
def test_a_second_run_does_what_is_left(run: Run, output: str, photos: Path, trouble: dict[str, int]) -> None:
    try:
        assert [one.number for one in run(output, photos, **trouble).lost] == [1]
    except KeyboardInterrupt:
        assert "stop" in trouble
    assert json.loads(read(output)["manifest.json"])["partitions"] is None
    left = run(output, photos)
    assert (left.written, left.found) == (1, 2) if "lose" in trouble else (2, 1)
    assert [row["path"] for row in rows(output)] == list(walk([str(photos)]))


def test_photos_that_changed_are_refused(run: Run, tmp_path: Path, photos: Path) -> None:
    output = str(tmp_path / "predictions")
    run(output, photos)
    before = read(output)
    for change, undo in [
        (lambda: (photos / "aaa.jpg").write_bytes(b""), lambda: (photos / "aaa.jpg").unlink()),
        (lambda: (photos / "zzz.jpg").write_bytes(b""), lambda: (photos / "zzz.jpg").unlink()),
        (
            lambda: (photos / "unsure.jpg").rename(tmp_path / "u"),
            lambda: (tmp_path / "u").rename(photos / "unsure.jpg"),
        ),
    ]:
        change()
        with pytest.raises(BadSettings, match=r"are not those that .* was begun with"):
            run(output, photos)
        undo()
    assert read(output) == before


def test_whole_partitions_more_are_refused_once_all_was_done(run: Run, tmp_path: Path, photos: Path) -> None:
    output = str(tmp_path / "predictions")
    run(output, photos, size=5)
    (photos / "zzz.jpg").write_bytes(b"")
    with pytest.raises(BadSettings, match=r"partition 1 would now be '.*zzz\.jpg'"):
        run(output, photos, size=5)


@pytest.mark.parametrize("how", [{"form": "parquet"}, {"size": 3}])
def test_another_request_is_refused(run: Run, tmp_path: Path, photos: Path, how: dict[str, Any]) -> None:
    run(tmp_path / "predictions", photos)
    with pytest.raises(BadSettings, match=r"was begun with another (form|partition size)"):
        run(tmp_path / "predictions", photos, **how)


def test_a_folder_of_something_else_is_left_alone(run: Run, photos: Path) -> None:
    before = sorted(photos.iterdir())
    with pytest.raises(BadSettings, match=r"holds '.*', but no manifest\.json"):
        run(photos, photos)
    (photos / "manifest.json").write_text("{}")
    with pytest.raises(BadSettings, match="is damaged"):
        run(photos, photos)
    assert sorted(photos.iterdir()) == sorted([*before, photos / "manifest.json"])


@pytest.mark.parametrize("address", ["https://example.org/x", "nowhere://x", "/dev/null/x"])
def test_what_cannot_be_written_is_said(run: Run, photos: Path, address: str) -> None:
    with pytest.raises(BadSettings, match="cannot be"):
        run(address, photos)


def test_parquet_has_the_same_rows(run: Run, tmp_path: Path, photos: Path) -> None:
    from pyarrow import parquet

    (photos / "broken.jpg").write_bytes(b"no photo")
    for form in ("jsonl", "parquet"):
        run(tmp_path / form, photos, form=form)
    files = sorted((tmp_path / "parquet").glob("part-*.parquet"))
    assert [row for file in files for row in parquet.read_table(file).to_pylist()] == rows(str(tmp_path / "jsonl"))


def test_parquet_of_errors_alone_has_all_columns() -> None:
    import pyarrow
    from pyarrow import parquet

    row = {"path": "x", "label": None, "verdict": None, "scores": None, "model": None, "error": {"code": "a"}}
    table = parquet.read_table(pyarrow.BufferReader(encode_rows([row], "parquet", ["cat", "dog"])))
    assert table.schema.field("scores").type.num_fields == 2


def test_any_name_comes_back() -> None:
    paths = [os.fsdecode(b"/a/\xff\n.jpg"), "/a/ä.jpg", "s3://b/c.jpg"]
    (planned,) = cut(paths, 5)
    assert decode_names(planned.encode()) == paths
    assert parse_name(f"{planned.partition.name}.jsonl") == planned.partition
    assert parse_name(".part-0000-part-0000000-0123456789abcdef.jsonl") is None
    assert [len(one.names) for one in cut(map(str, range(7)), 3)] == [3, 3, 1]
    assert next(cut(paths, 2)).partition != planned.partition
