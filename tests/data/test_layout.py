"""Classes and splits by the names of folders and files."""

from __future__ import annotations

import pytest

from pawsight.data.layout import is_system_file, list_files, respell
from pawsight.types import LOCAL_LIMITS


class Names:
    """A source of names alone."""

    limits = LOCAL_LIMITS

    def __init__(self, *names: str) -> None:
        self._names = list(names)

    def members(self) -> list[str]:
        return self._names

    def read(self, member: str) -> bytes:
        return b""

    def __enter__(self) -> Names:
        return self

    def __exit__(self, *_: object) -> None:
        """Nothing to close."""


def found(*names: str) -> list[tuple[str | None, str]]:
    return [(file.label, file.split) for file in list_files(Names(*names), "in")]


def test_capitals_are_kept_and_two_spellings_are_one_class() -> None:
    names = [
        "Rotkehlchen/1.jpg",
        "K\u00e4tzchen/1.jpg",
        "K\u00e4tzchen/2.jpg",
        "Ka\u0308tzchen/3.jpg",
        "rotkehlchen/2.jpg",
    ]
    names.append("Rotkehlchen/3.jpg")
    assert {label for label, _ in found(*names)} == {"Rotkehlchen", "K\u00e4tzchen"}


def test_a_folder_of_classes_is_not_flat_because_of_a_dot() -> None:
    dotted = [f"cat/cat.{number}.jpg" for number in range(9)]
    assert {label for label, _ in found(*dotted, "dog/1.jpg", "dog/2.jpg")} == {"cat", "dog"}
    assert {label for label, _ in found(*dotted, *(f"st.bernard/a.{n}.jpg" for n in range(3)))} == {"cat", "st.bernard"}


def test_flat_names_may_have_unlabeled_photos_next_to_them() -> None:
    names = [f"train/{label}.{number}.jpg" for label in ("cat", "dog") for number in range(3)]
    assert [label for label, _ in found(*names, "test1/1.jpg")] == ["cat"] * 3 + ["dog"] * 3 + [None]


@pytest.mark.parametrize("validation", ["val", "valid", "Validation"])
@pytest.mark.parametrize("order", ["{split}/{label}/1.jpg", "set/{split}/{label}/1.jpg", "{label}/{split}/1.jpg"])
def test_ready_made_splits_are_kept(order: str, validation: str) -> None:
    splits = {"train": "train", validation: "validation", "test": "test"}
    names = [order.format(split=split, label=label) for split in splits for label in ("Cat", "Dog")]
    assert found(*names) == [(label, split) for split in splits.values() for label in ("Cat", "Dog")]


def test_flat_names_in_ready_made_splits() -> None:
    assert found("train/cat.1.jpg", "train/dog.1.jpg", "test/cat.2.jpg") == [
        ("cat", "train"),
        ("dog", "train"),
        ("cat", "test"),
    ]


@pytest.mark.parametrize(
    "names", [["train/cat/1.jpg", "train/dog/1.jpg"], ["train/1.jpg", "test/1.jpg", "plane/1.jpg"]]
)
def test_one_folder_called_train_is_no_split(names: list[str]) -> None:
    assert {split for _, split in found(*names)} == {""}


def test_spelled_like_a_model_where_the_classes_are_its() -> None:
    files = list_files(Names("Cat/1.jpg", "DOG/1.jpg", "neither/1.jpg"), "in")
    assert [file.label for file in respell(files, ["cat", "dog"])] == ["cat", "dog", "neither"]
    files = list_files(Names("Cat/1.jpg", "DOG/1.jpg", "Bird/1.jpg"), "in")
    assert [file.label for file in respell(files, ["cat", "dog"])] == ["Cat", "DOG", "Bird"]


def test_what_systems_leave_behind() -> None:
    assert all(map(is_system_file, ["a/.DS_Store", "a/Icon\r", "__MACOSX/a/._1.jpg", "a/._1.jpg", ".Trash-1/1.jpg"]))
    assert not any(map(is_system_file, ["a/.secret.jpg", "a/1.jpg", ".album/1.jpg"]))
