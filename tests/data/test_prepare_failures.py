"""What `prepare` refuses, and what is left where it fails: the old set, whole, and nothing half done."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

import pytest

from pawsight.cli.interrupt import NOTHING_WRITTEN
from pawsight.data import open_dataset
from pawsight.data.prepare import Prepared, prepare
from pawsight.data.scan import Opened
from pawsight.errors import BadData

Photo = Callable[..., bytes]
Write = Callable[[str, Mapping[str, bytes]], Path]


def make(source: Path, out: str = "out", *, seed: int = 0, neither: Iterable[Path] = ()) -> Prepared:
    return prepare(source, source.parent / out, size=32, seed=seed, neither=list(neither))


def listing(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize(
    ("files", "words"),
    [
        ({"cat/1.jpg": b""}, "a zip or folder with a folder per class"),
        ({"README": b"text"}, "a zip or folder with a folder per class"),
        ({}, "a zip or folder with a folder per class"),
    ],
)
def test_without_photos_nothing_is_written(write: Write, files: dict[str, bytes], words: str) -> None:
    source = write("photos.zip", files)
    with pytest.raises(BadData, match=words):
        make(source)
    assert [path.name for path in source.parent.iterdir()] == ["photos.zip"]


def test_photos_of_no_class_are_not_enough(write: Write, photo: Photo) -> None:
    source = write("photos", {"1.jpg": photo(1), "neither/2.jpg": photo(2)})
    with pytest.raises(BadData, match="No photo of a class"):
        make(source)


def test_what_prepare_did_not_write_is_never_replaced(write: Write, cats_and_dogs: dict[str, bytes]) -> None:
    source = write("photos", cats_and_dogs)
    kept = write("out", {"holiday/1.jpg": b"mine"})
    with pytest.raises(BadData, match="holds holiday"):
        make(source)
    assert listing(kept) == {"holiday/1.jpg": b"mine"}

    done = make(source, "set")
    (done.folder / "notes.txt").write_text("mine")
    before = listing(done.folder)
    with pytest.raises(BadData, match=r"holds notes\.txt"):
        make(source, "set")
    assert listing(done.folder) == before

    (source.parent / "file").write_text("mine")
    with pytest.raises(BadData, match="holds no folder"):
        make(source, "file")


def test_a_damaged_set_is_not_replaced(write: Write, cats_and_dogs: dict[str, bytes]) -> None:
    source = write("photos", cats_and_dogs)
    done = make(source)
    manifest = done.folder / "manifest.csv"
    lines = manifest.read_text().splitlines(keepends=True)
    for content in ("no table", "".join(lines[:1]), "".join(lines[:-1])):
        manifest.write_text(content)
        with pytest.raises(BadData, match="Choose another --out"):
            make(source)
        assert manifest.read_text() == content


def test_an_empty_folder_is_as_good_as_none(write: Write, cats_and_dogs: dict[str, bytes], tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    assert open_dataset(make(write("photos", cats_and_dogs)).folder).splits["train"] > 80


def test_out_may_not_lie_in_a_source(write: Write, cats_and_dogs: dict[str, bytes]) -> None:
    source = write("photos", cats_and_dogs)
    for out in (source, source / "prepared"):
        with pytest.raises(BadData, match="whose photos are read"):
            prepare(source, out)


def test_a_failure_leaves_the_old_set(write: Write, cats_and_dogs: dict[str, bytes]) -> None:
    source = write("photos", cats_and_dogs)
    done = make(source)
    before = listing(done.folder)

    def stop(opened: Iterable[Opened], total: int) -> Iterable[Opened]:
        for number, one in enumerate(opened):
            if number == total // 2:
                raise KeyboardInterrupt
            yield one

    with pytest.raises(KeyboardInterrupt):
        prepare(source, done.folder, size=48, watch=stop)
    assert listing(done.folder) == before
    assert sorted(path.name for path in source.parent.iterdir()) == ["out", "photos"]


def test_what_cannot_be_written_is_said(write: Write, cats_and_dogs: dict[str, bytes], tmp_path: Path) -> None:
    source = write("photos", cats_and_dogs)
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(BadData, match="cannot be written"):
        prepare(source, tmp_path / "file" / "out", size=32)


def test_a_full_disk_is_said_and_leaves_nothing(write: Write, cats_and_dogs: dict[str, bytes]) -> None:
    """The system's limit on a file's size fails in the middle of writing, as a full disk does."""
    resource = pytest.importorskip("resource", reason="needs a system with limits on file sizes")
    source = write("photos", cats_and_dogs)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, hard))
    try:
        with pytest.raises(BadData, match="File too large"):
            make(source)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert [path.name for path in source.parent.iterdir()] == ["photos"]


def test_a_relative_out(write: Write, cats_and_dogs: dict[str, bytes], monkeypatch: pytest.MonkeyPatch) -> None:
    source = write("photos", cats_and_dogs)
    monkeypatch.chdir(source.parent)
    assert prepare(Path("photos"), Path("sets/first"), size=32).folder == Path("sets/first")
    assert open_dataset(source.parent / "sets" / "first").description.sources == {"photos": str(source.resolve())}


@pytest.mark.skipif(sys.platform == "win32", reason="needs signals")
def test_ctrl_c_leaves_nothing_behind(write: Write, photo: Photo) -> None:
    heavy = photo(1, cell=200)
    source = write("photos", {f"cat/{number}.jpg": heavy for number in range(300)})
    code = (
        "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)\nfrom pawsight.cli import main; main()"
    )
    command = [sys.executable, "-c", code, "data", "prepare", str(source), "--out", str(source.parent / "out")]
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parents[2] / "src")}
    run = subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True)
    deadline = time.monotonic() + 60
    while not list(source.parent.glob(".building-*-out/pixels.npy")) and time.monotonic() < deadline:
        time.sleep(0.01)
    run.send_signal(signal.SIGINT)
    _, said = run.communicate(timeout=60)
    assert (run.returncode, said.split("\n\n")) == (2, [NOTHING_WRITTEN, "Stopped.\n"])
    assert [path.name for path in source.parent.iterdir()] == ["photos"]
