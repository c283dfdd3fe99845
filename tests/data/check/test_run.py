from __future__ import annotations

import json
from functools import partial
from pathlib import Path

import msgspec
import pytest

from pawsight.classifier import Classifier
from pawsight.data import Dataset
from pawsight.data.check.findings import Findings, read_findings
from pawsight.data.check.page import write_page
from pawsight.data.check.run import check
from pawsight.data.check.survey import examine_here
from pawsight.errors import BadData


@pytest.fixture(scope="module")
def found(faulty: Dataset, classifier: Classifier) -> Findings:
    return check(faulty, partial(examine_here, classifier.session, 32), classifier.card.id)


def test_every_planted_fault_is_found(found: Findings) -> None:
    assert found.counts == {"cat": 33, "dog": 32}
    assert [(one.path, one.code) for one in found.broken] == [("pets/dog/empty.png", "empty_file")]
    assert [{photo.label for photo in group.photos} for group in found.duplicates if group.contradictory] == [
        {"cat", "dog"}
    ]
    assert ("dark", "pets/cat/black.png") in {(one.kind, one.path) for one in found.odd}
    assert ("narrow", "pets/dog/narrow.png") in {(one.kind, one.path) for one in found.odd}
    suspects = {one.path: one.suggested for one in found.label_suspects[:3]}
    assert set(suspects) == {"pets/cat/both.png", "pets/dog/both.png", "pets/cat/flipped.png"}
    assert suspects["pets/cat/flipped.png"] == "dog"


def test_suspects_are_worst_first_and_all_there(found: Findings) -> None:
    scores = [one.score for one in found.label_suspects]
    assert scores == sorted(scores, reverse=True)
    assert len(scores) == found.photos == 65  # fewer than LEAST_NUMBER
    assert all(0 <= score <= 1 for score in scores)


def test_one_of_two_copies_under_two_labels_is_wrong(found: Findings) -> None:
    assert all(one.score >= 0.5 for one in found.label_suspects if one.path.endswith("both.png"))


def test_findings_are_read_as_they_were_written(found: Findings, tmp_path: Path) -> None:
    (tmp_path / "check.json").write_text(json.dumps(msgspec.to_builtins(found)), encoding="utf-8")
    assert read_findings(tmp_path / "check.json") == found


@pytest.mark.parametrize("content", [None, b"{}", b"[]", b"\xff"])
def test_other_files_are_refused(content: bytes | None, tmp_path: Path) -> None:
    if content is not None:
        (tmp_path / "check.json").write_bytes(content)
    with pytest.raises(BadData, match="Expected what `pawsight data check` found"):
        read_findings(tmp_path / "check.json")


def test_the_page_shows_everything_and_needs_nothing(found: Findings, faulty: Dataset) -> None:
    page = write_page(found, faulty)
    assert "http" not in page
    assert page.count("data:image/jpeg;base64,") >= 65
    for said in ("cat → dog", "under several labels", "empty_file", "narrow", "brightness"):
        assert said in page


def test_the_page_trusts_no_name(found: Findings, faulty: Dataset) -> None:
    broken = [msgspec.convert({"path": "<script>1</script>", "code": "x", "reason": "y"}, type(found.broken[0]))]
    page = write_page(msgspec.structs.replace(found, broken=broken), faulty)
    assert "<script>" not in page
    assert "&lt;script&gt;" in page
