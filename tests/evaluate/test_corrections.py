"""The same answers, judged by labels that a person put right."""

from __future__ import annotations

from pathlib import Path

import pytest

from pawsight.classifier import Classifier
from pawsight.data import Dataset
from pawsight.errors import BadData
from pawsight.evaluate.corrections import correct, read_corrections
from pawsight.evaluate.run import Evaluation, evaluate


@pytest.fixture
def result(classifier: Classifier, coloured: Dataset) -> Evaluation:
    return evaluate(classifier, coloured, "train")


def mistakes(result: Evaluation) -> list[str]:
    return [
        path for path, single, right in zip(result.paths, result.single, result.right, strict=True) if single > right
    ]


def test_labels_put_right_make_the_answers_right(result: Evaluation) -> None:
    wrong = mistakes(result)
    assert wrong
    corrected = correct(result, dict.fromkeys(wrong, "cat"))
    assert corrected.result.metrics.accuracy.value == 1
    assert corrected.result.metrics.accuracy.n == result.metrics.accuracy.n
    assert (corrected.changed, corrected.left_out) == (len(wrong), 0)
    assert result.metrics.accuracy.value < 1


def test_both_neither_and_nothing(result: Evaluation) -> None:
    first, second, third, *_ = (path for path, single in zip(result.paths, result.single, strict=True) if single)
    corrected = correct(result, {first: "both", second: "neither", third: "", "elsewhere.jpg": "dog"})
    assert (corrected.changed, corrected.left_out) == (2, 1)
    assert corrected.result.metrics.accuracy.n == result.metrics.accuracy.n - 3
    assert third not in corrected.result.paths
    assert corrected.result.targets[corrected.result.paths.index(first)].tolist() == [1, 1]
    before, after = result.metrics.false_accepts, corrected.result.metrics.false_accepts
    assert before is not None
    assert after is not None
    assert after.n == before.n + 1


def test_a_label_that_stays_is_no_change(result: Evaluation) -> None:
    cat = next(path for path, row in zip(result.paths, result.targets, strict=True) if row[0])
    assert correct(result, {cat: "cat"}).changed == 0


def test_nothing_left_is_an_error(result: Evaluation) -> None:
    with pytest.raises(BadData, match="none left"):
        correct(result, dict.fromkeys(result.paths, "neither"))


def test_a_file_reads_as_people_write_it(coloured: Dataset, tmp_path: Path) -> None:
    one, other = coloured.rows[0].path, coloured.rows[1].path
    path = tmp_path / "corrected.csv"
    path.write_text(f"path,label,remark\n{one}, Dog ,seen twice\n{other},,no photo\n", encoding="utf-8-sig")
    assert read_corrections(path, coloured) == {one: "dog", other: ""}


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("path,label\nnobody.jpg,cat\n", "line 2: no photo of the set is called 'nobody.jpg'"),
        ("path,label\n{one},cat\n{one},dog\n", "line 3: .* was corrected before"),
        ("path,label\n{one},bird\n", "line 2: expected a label out of cat, dog, neither, both or nothing.*'bird'"),
        ("photo,label\n{one},cat\n", "columns path and label .* but it has .'photo', 'label'"),
        ("", "columns path and label .* but it has none"),
    ],
)
def test_what_cannot_be_meant_is_refused(content: str, words: str, coloured: Dataset, tmp_path: Path) -> None:
    path = tmp_path / "corrected.csv"
    path.write_text(content.replace("{one}", coloured.rows[0].path))
    with pytest.raises(BadData, match=words):
        read_corrections(path, coloured)


def test_a_missing_file_is_said(coloured: Dataset, tmp_path: Path) -> None:
    with pytest.raises(BadData, match=r"Expected corrections in CSV at .*nowhere.csv"):
        read_corrections(tmp_path / "nowhere.csv", coloured)
