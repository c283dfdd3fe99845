from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import msgspec
import pytest

from pawsight.batch.classified import FingerprintHook
from pawsight.batch.journal import write_plain
from pawsight.batch.make_plan import make_plan, photos_of
from pawsight.batch.plan import SkippedFile, SortPlan
from pawsight.batch.run import classify
from pawsight.batch.xmp import sidecar
from pawsight.classifier import Classifier
from pawsight.errors import BadSort

Picture = Callable[..., bytes]


def plan_for(classifier: Classifier, folder: Path, into: Path, **options: Any) -> SortPlan:
    paths, left = photos_of(folder, into)
    eye = FingerprintHook()
    seen = []
    for one in classify(classifier, paths, 2, eye):
        if found := eye.seen(one):
            seen.append(found)
        else:
            left.append(SkippedFile(os.path.relpath(one.path, folder), str(one.error)))
    return make_plan(seen, left, folder, into, "copy", classifier.card, **options)


def targets(plan: SortPlan) -> dict[str, str]:
    return {step.source: step.target for step in plan.steps}


def test_a_folder_for_each_verdict(classifier: Classifier, photos: Path, tmp_path: Path) -> None:
    (photos / "words.jpg").write_text("no photo")
    plan = plan_for(classifier, photos, tmp_path / "sorted")
    assert targets(plan) == {
        "cat.jpg": "cat/cat.jpg",
        "dog.jpg": "dog/dog.jpg",
        "both.jpg": "both/both.jpg",
        "neither.jpg": "neither/neither.jpg",
        "unsure.jpg": "please-check/unsure.jpg",
    }
    assert plan.counts() == {"cat": 1, "dog": 1, "both": 1, "neither": 1, "please-check": 1}
    assert [one.path for one in plan.left] == ["words.jpg"]
    assert "text" in plan.left[0].reason


def test_names_are_kept_and_never_clash(classifier: Classifier, picture: Picture, tmp_path: Path) -> None:
    for number, name in enumerate(["a/felix.jpg", "b/felix.jpg", "b/felix-2.jpg", "c/FELIX.JPG"]):
        path = tmp_path / "photos" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(picture(seed=number))
    (tmp_path / "sorted" / "cat").mkdir(parents=True)
    (tmp_path / "sorted" / "cat" / "felix-3.jpg.xmp").touch()
    plan = plan_for(classifier, tmp_path / "photos", tmp_path / "sorted")
    assert targets(plan) == {
        "a/felix.jpg": "cat/felix.jpg",
        "b/felix-2.jpg": "cat/felix-2.jpg",
        "b/felix.jpg": "cat/felix-4.jpg",
        "c/FELIX.JPG": "cat/FELIX-5.JPG",
    }


def test_photos_that_belong_together_have_one_answer(
    classifier: Classifier, picture: Picture, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "photos"
    folder.mkdir()
    (folder / "1.jpg").write_bytes(picture(colour=(210, 50, 40)))
    (folder / "2.jpg").write_bytes(picture(colour=(128, 50, 40)))
    alone = plan_for(classifier, folder, tmp_path / "sorted")
    assert [(step.verdict, step.alike) for step in alone.photos] == [("cat", 0), ("unsure", 0)]
    monkeypatch.setattr("pawsight.batch.decisions.together", lambda photos: [[0, 1]])
    both = plan_for(classifier, folder, tmp_path / "sorted")
    assert [(step.verdict, step.alike) for step in both.photos] == [("cat", 1), ("cat", 1)]
    mean = sum(step.scores["cat"] for step in alone.photos) / 2
    assert [step.scores["cat"] for step in both.photos] == [pytest.approx(mean, abs=1e-5)] * 2


def test_sidecars_go_with_their_photos(classifier: Classifier, photos: Path, tmp_path: Path) -> None:
    (photos / "cat.jpg.xmp").write_text("five stars")
    plan = plan_for(classifier, photos, tmp_path / "sorted", write_xmp=True)
    sidecars = {step.target: (step.do, step.source) for step in plan.steps if not step.verdict}
    assert sidecars["cat/cat.jpg.xmp"] == ("copy", "cat.jpg.xmp")
    assert sidecars["please-check/unsure.jpg.xmp"] == ("write", "")
    assert len(sidecars) == 5
    assert len(plan_for(classifier, photos, tmp_path / "sorted").steps) == 6


def test_a_sidecar_is_what_other_programs_read() -> None:
    root = ElementTree.fromstring(sidecar("cat & <dog>").encode())
    words = [element.text for element in root.iter() if element.text and element.text.strip()]
    assert words == ["cat & <dog>", "cat & <dog>", "Pawsight/cat & <dog>", "Pawsight|cat & <dog>"]
    subject = "{http://purl.org/dc/elements/1.1/}subject"
    assert root.find(f".//{subject}//*[.='cat & <dog>']") is not None


def test_links_stay_and_what_was_sorted_is_not_sorted_again(photos: Path) -> None:
    (photos / "link.jpg").symlink_to("cat.jpg")
    (photos / "sorted" / "cat").mkdir(parents=True)
    (photos / "sorted" / "cat" / "old.jpg").write_bytes((photos / "cat.jpg").read_bytes())
    found, left = photos_of(photos, photos / "sorted")
    assert [Path(path).name for path in found] == ["both.jpg", "cat.jpg", "dog.jpg", "neither.jpg", "unsure.jpg"]
    assert [one.path for one in left] == ["link.jpg"]


def test_folders_that_cannot_be(photos: Path, tmp_path: Path) -> None:
    with pytest.raises(BadSort, match="sorted into itself"):
        photos_of(photos, photos)
    with pytest.raises(BadSort, match="is no folder"):
        photos_of(photos / "cat.jpg", tmp_path)


def test_a_plan_reads_back_whatever_the_names(classifier: Classifier, photos: Path, tmp_path: Path) -> None:
    name = os.fsdecode(b"caf\xe9.jpg")
    try:
        (photos / "cat.jpg").rename(photos / name)
    except OSError:
        pytest.skip("this file system takes Unicode names only")
    plan = plan_for(classifier, photos, tmp_path / "sorted")
    write_plain(tmp_path / "plan.json", plan)
    assert msgspec.convert(json.loads((tmp_path / "plan.json").read_bytes()), SortPlan) == plan
    assert f"cat/{name}" in targets(plan).values()
