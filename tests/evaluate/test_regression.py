"""A new model compared with the old one, on what the archive holds."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from pawsight.active_model import active_model
from pawsight.archive.store import Archive
from pawsight.classifier import Classifier
from pawsight.evaluate.regression import Replay, replay
from pawsight.settings import Settings

Put = Callable[..., str]
Run = Callable[..., Any]


@pytest.fixture(scope="module")
def backwards(make_model: Callable[..., Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model that takes cats for dogs and dogs for cats."""
    folder = tmp_path_factory.mktemp("backwards") / "backwards"
    return make_model(folder, weights=((0, 20), (0, 0), (20, 0)), name="backwards")


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    with Archive.open(Settings(archive=str(tmp_path / "archive"))) as opened:
        yield opened


@pytest.fixture
def put(archive: Archive, classifier: Classifier, picture: Any, colours: Any) -> Put:
    """`put("cat", corrected="dog")` uploads a photo that gets this answer, and corrects it."""

    def put(verdict: str, seed: int = 0, corrected: str | None = None) -> str:
        data = picture(colour=colours[verdict], seed=seed)
        answer = classifier.predict([data])[0]
        entry = archive.put(archive.strip_metadata(data), answer, width=64, height=48, thumbnail=b"small")
        if corrected:
            archive.correct(entry.id, corrected)
        return entry.id

    return put


def test_the_same_model_changes_nothing(archive: Archive, put: Put, classifier: Classifier) -> None:
    for seed, verdict in enumerate(["cat", "dog", "unsure", "neither", "both"]):
        put(verdict, seed)
    done = replay(archive, classifier, classifier)
    assert (len(done.cases), done.flips, done.broken, done.unread) == (5, {}, [], [])


def test_flips_fixed_and_broken(archive: Archive, put: Put, classifier: Classifier, backwards: Path) -> None:
    put("cat", 1)
    broken = put("cat", 2, corrected="cat")
    fixed = put("dog", 3, corrected="cat")
    put("both", 4, corrected="neither")  # wrong before and after
    put("both", 5, corrected="both")  # right before and after
    done = replay(archive, Classifier.load(backwards), classifier)
    assert (done.old, done.new) == ("tiny-1", "backwards-1")
    assert done.flips == {("cat", "dog"): 2, ("dog", "cat"): 1}
    assert len(done.corrected) == 4
    assert [case.id for case in done.fixed] == [fixed]
    assert [case.id for case in done.broken] == [broken]


def test_an_older_answer_is_asked_for_anew(archive: Archive, put: Put, classifier: Classifier, backwards: Path) -> None:
    """The archive says what tiny said; what counts is what the model that answers now says."""
    id = put("dog", 1, corrected="cat")
    now = Classifier.load(backwards)
    assert [case.old for case in replay(archive, classifier, now).cases] == ["cat"]
    assert [case.id for case in replay(archive, classifier, now).broken] == [id]


def test_a_photo_that_came_twice_counts_once(archive: Archive, put: Put, classifier: Classifier) -> None:
    put("cat", 1)
    put("cat", 1, corrected="dog")
    assert [case.correction for case in replay(archive, classifier, classifier).cases] == ["dog"]


def test_a_lost_photo_is_named(archive: Archive, put: Put, classifier: Classifier) -> None:
    lost, kept = put("cat", 1), put("dog", 2)
    entry = archive.get(lost)
    assert archive.files
    next(path for path in archive.files.walk() if path.stem == entry.stored).unlink()
    done = replay(archive, classifier, classifier)
    assert (done.unread, [case.id for case in done.cases]) == ([lost], [kept])


def test_classes_that_the_new_model_does_not_know(
    archive: Archive, put: Put, classifier: Classifier, make_model: Callable[..., Path], tmp_path: Path
) -> None:
    id = put("cat", 1, corrected="cat")
    done = replay(archive, Classifier.load(make_model(tmp_path / "m", classes=["fish", "bird"])), classifier)
    assert [(case.id, case.new) for case in done.broken] == [(id, "fish")]


def test_an_empty_archive(archive: Archive, classifier: Classifier) -> None:
    assert replay(archive, classifier, classifier) == Replay("tiny-1", "tiny-1", [], [])


@pytest.fixture
def command(pawsight: Run, tiny_model: Path, tmp_path: Path, archive: Archive) -> Run:
    def run(model: Path, *words: str) -> Any:
        return pawsight("archive", "replay", model, "--against", tiny_model, "--archive", tmp_path / "archive", *words)

    return run


def test_a_broken_correction_ends_with_1(command: Run, put: Put, backwards: Path) -> None:
    id = put("cat", 1, corrected="cat")
    put("dog", 2, corrected="cat")
    put("neither", 3)
    done = command(backwards)
    assert (done.code, done.err) == (1, "")
    assert done.out.splitlines() == [
        "3 photos, answered by tiny-1 and by backwards-1.",
        "Verdicts that flip: 2 of 3, 66.67% (20.77-93.85)",
        "  cat -> dog: 1",
        "  dog -> cat: 1",
        "Corrections by people: 2.",
        "Fixed, of those that were wrong: 1 of 1, 100.00% (20.65-100.00)",
        "Broken, of those that were right: 1 of 1, 100.00% (20.65-100.00)",
        f"  {id}: a person says cat, backwards-1 says dog",
        "backwards-1 should not take the place of tiny-1: it breaks corrections. (--force lets it pass.)",
    ]
    forced = command(backwards, "--force")
    assert forced.code == 0
    assert "--force lets it pass" in forced.out


def test_a_replay_without_faults_ends_with_0(command: Run, put: Put, tiny_model: Path) -> None:
    put("cat", 1, corrected="cat")
    done = command(tiny_model, "--format", "json")
    report = json.loads(done.out)
    assert done.code == 0
    assert (report["photos"], report["flips"], report["corrections"], report["broken"]) == (1, [], 1, [])


@pytest.fixture
def use(pawsight: Run, tiny_model: Path, tmp_path: Path, archive: Archive, monkeypatch: pytest.MonkeyPatch) -> Run:
    """`use(model)` chooses a model as an operator does whose servers answer with the tiny one."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.setenv("PAWSIGHT_ARCHIVE", str(tmp_path / "archive"))
    assert pawsight("models", "use", tiny_model).code == 0
    return lambda model, *words: pawsight("models", "use", model, *words)


def test_a_model_that_breaks_a_correction_is_not_chosen(
    use: Run, put: Put, backwards: Path, tiny_model: Path, archive: Archive
) -> None:
    put("cat", 1, corrected="cat")
    put("dog", 2, corrected="cat")
    put("cat", 3)
    done = use(backwards)
    assert (done.code, done.err.startswith("Error: backwards-1 is wrong about 1 of 2 photos")) == (2, True)
    assert active_model(Settings()).model == str(tiny_model)
    assert use(backwards, "--force").code == 0
    assert active_model(Settings()).model == str(backwards)
    assert use(tiny_model).code == 2  # now the other one is what is right


def test_a_model_that_breaks_none_is_chosen(use: Run, put: Put, backwards: Path) -> None:
    put("cat", 1)
    put("dog", 2, corrected="cat")
    assert use(backwards).code == 0


def test_a_model_that_does_not_load_keeps_its_place_no_longer(
    use: Run, put: Put, backwards: Path, tmp_path: Path, tiny_model: Path
) -> None:
    put("cat", 1, corrected="cat")
    gone = Path(shutil.copytree(tiny_model, tmp_path / "gone"))
    assert use(gone).code == 0
    shutil.rmtree(gone)
    assert use(backwards).code == 0
