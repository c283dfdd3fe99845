"""Teachers: what one said of each view is kept, and is what its pupil learns in place of the labels."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest

from pawsight.classifier import Classifier
from pawsight.data import Dataset
from pawsight.errors import BadData
from pawsight.recipes import Augment, Recipe
from pawsight.train import fit as loop
from pawsight.train.checkpoint import Checkpoint
from pawsight.train.distill import teacher_scores
from pawsight.train.fit import fit
from pawsight.train.loader import PhotoLoader
from pawsight.train.networks import build
from pawsight.train.phase_model import IMAGENET, LOGITS, PhaseModel, make_phase_model
from pawsight.train.preflight import training_indices

# Of the tiny model's linear layer on mean red, green and blue, for dog and cat in this order.
DOG_FIRST = {"classes": ["dog", "cat"], "weights": ((0, 9), (0, 0), (9, 0)), "bias": (-3, -3)}


@pytest.fixture
def teacher(make_model: Callable[..., Path], tmp_path: Path) -> Path:
    """A model that knows red from blue, and names dogs first."""
    return make_model(tmp_path / "teacher", **DOG_FIRST)


@pytest.fixture
def pupil(small: Recipe, teacher: Path) -> Recipe:
    how = Augment(crop=0.6, flip=True, brightness=0.1)
    return msgspec.structs.replace(small, size=24, teacher=str(teacher), views=2, photos=40, augment=how)


def test_scores_come_in_the_order_of_our_photos_and_classes(data: Dataset, pupil: Recipe, tmp_path: Path) -> None:
    scores = teacher_scores(data, pupil, 0, tmp_path)
    assert scores.shape == data.targets.shape
    assert scores.dtype == np.float32
    chosen = training_indices(data, pupil)
    np.testing.assert_array_equal(scores[chosen] > 0.5, data.targets[chosen] > 0.5)
    others = np.setdiff1d(np.arange(len(data.rows)), chosen)
    assert not scores[others].any()


def test_they_are_the_teachers_for_the_view_the_pupil_sees(data: Dataset, pupil: Recipe, tmp_path: Path) -> None:
    scores = teacher_scores(data, pupil, 1, tmp_path)
    feed = PhotoLoader(data, training_indices(data, pupil), pupil, 5, view=1, size=32)
    said = Classifier.load(pupil.teacher).session.run(feed.pixels(0)).scores
    np.testing.assert_allclose(scores[feed.places(0)], said[:, ::-1], atol=1e-6)


def test_they_are_kept(data: Dataset, pupil: Recipe, tmp_path: Path) -> None:
    first = teacher_scores(data, pupil, 0, tmp_path)
    other = teacher_scores(data, pupil, 1, tmp_path)
    assert not np.array_equal(first, other)
    shutil.rmtree(pupil.teacher)
    np.testing.assert_array_equal(teacher_scores(data, pupil, 0, tmp_path), first)
    assert {path.name for path in tmp_path.iterdir()} == {"teacher-0.npy", "teacher-1.npy"}


def test_a_teacher_sees_photos_alone(data: Dataset, pupil: Recipe, tmp_path: Path) -> None:
    """Of two photos side by side, the pupil learns what the teacher said of each."""
    paired = msgspec.structs.replace(pupil, augment=msgspec.structs.replace(pupil.augment, pair=1.0))
    (tmp_path / "paired").mkdir()
    np.testing.assert_array_equal(
        teacher_scores(data, paired, 0, tmp_path / "paired"), teacher_scores(data, pupil, 0, tmp_path)
    )


def test_a_teacher_of_other_classes_is_refused(
    data: Dataset, pupil: Recipe, make_model: Callable[..., Path], tmp_path: Path
) -> None:
    make_model(tmp_path / "wolves", classes=["cat", "wolf"])
    wolves = msgspec.structs.replace(pupil, teacher=str(tmp_path / "wolves"))
    with pytest.raises(BadData, match=r"a teacher of cat, dog, but tiny.* knows cat, wolf"):
        teacher_scores(data, wolves, 0, tmp_path)
    assert not (tmp_path / "teacher-0.npy").exists()


def test_a_teacher_without_an_imagenet_head_cannot_teach_it(data: Dataset, pupil: Recipe, tmp_path: Path) -> None:
    with pytest.raises(BadData, match="has none"):
        teacher_scores(data, msgspec.structs.replace(pupil, keep_imagenet=0.3), 0, tmp_path)


@pytest.mark.long
def test_an_imagenet_head_is_learned_as_well(
    data: Dataset, pupil: Recipe, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its probabilities follow the scores; two photos in one picture share them; validation has none."""
    recipe = msgspec.structs.replace(
        pupil, keep_imagenet=0.3, photos=20, augment=msgspec.structs.replace(pupil.augment, pair=0.5)
    )
    monkeypatch.setattr("pawsight.train.distill._imagenet", lambda answers, _: np.eye(1000)[: len(answers.scores)])
    network = build(recipe, data.classes)
    folder = Checkpoint(tmp_path / "run", recipe, data.fingerprint)
    fit(network, data, recipe, folder)
    taught = np.load(folder.folder / "teacher-0.npy")
    student = make_phase_model(network, data, recipe, recipe.phases[0], folder.folder)
    photos = training_indices(data, recipe)[:2]  # of others, the teacher was not asked
    wanted = student.show(data.pixels[photos], taught[photos].max(axis=0, keepdims=True).repeat(2, axis=0))[1]
    assert wanted[LOGITS].shape == (2, 2)
    np.testing.assert_allclose(wanted[IMAGENET].sum(axis=1), 1, atol=1e-3)
    assert not student.show(data.pixels[:2], data.targets[:2])[1][IMAGENET].any()


@pytest.mark.long
def test_its_scores_are_what_is_learned(
    data: Dataset, pupil: Recipe, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    train_epoch = loop._train_epoch
    seen = []

    def watch(student: PhaseModel, feed: PhotoLoader, live: list[Any]) -> dict[str, float]:
        seen.append((feed.places(0), feed[0][1]["logits"]))
        return train_epoch(student, feed, live)

    monkeypatch.setattr(loop, "_train_epoch", watch)
    fit(build(pupil, data.classes), data, pupil, Checkpoint(tmp_path / "run", pupil, data.fingerprint))
    assert len(seen) == 3
    for epoch, (places, targets) in enumerate(seen):
        kept = np.load(tmp_path / "run" / f"teacher-{epoch % 2}.npy")
        np.testing.assert_array_equal(targets, kept[places])
    assert not (tmp_path / "run" / "teacher-2.npy").exists()
