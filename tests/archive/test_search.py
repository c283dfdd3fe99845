"""What the archive finds again, on both databases."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from typing import Any

import numpy as np
import pytest

from pawsight.archive import search
from pawsight.archive.entry import ArchivedPhoto, ArchiveEntry, Filter, FilterChoices
from pawsight.archive.store import Archive
from pawsight.classifier import Prediction

Put = Callable[..., ArchiveEntry]
Say = Callable[..., Prediction]
Age = Callable[[Archive, ArchiveEntry, float], None]
SORTS: tuple[Any, ...] = ("newest", "oldest", "least sure", "most sure")


def ask(archive: Archive, question: Callable[[Any], Any]) -> Any:
    with archive.index.reading() as session:
        return question(session)


def cosine(a: Any, b: Any) -> float:
    return float(a @ b / np.linalg.norm(a) / np.linalg.norm(b))


@pytest.mark.parametrize(
    ("wanted", "seeds"),
    [
        (Filter(), {0, 1, 2, 3}),
        (Filter(verdict="cat"), {0, 3}),
        (Filter(verdict="unsure"), {2}),
        (Filter(label="dog"), {1, 2}),
        (Filter(model="old-1"), {3}),
        (Filter(corrected=True), {1}),
        (Filter(corrected=False), {0, 2, 3}),
        (Filter(correction="cat"), {1}),
        (Filter(least=0.9), {0, 3}),
        (Filter(most=0.6), {2}),
        (Filter(least=0.6, most=0.9), {1, 2}),
        (Filter(verdict="cat", model="tiny-1"), {0}),
        (Filter(verdict="panda"), set()),
        (Filter(label="\0"), set()),
    ],
)
def test_find(archive: Archive, put: Put, wanted: Filter, seeds: set[int]) -> None:
    ids = [
        put(archive, 0).id,
        put(archive, 1, label="dog", score=0.8).id,
        put(archive, 2, label="dog", score=0.6).id,
        put(archive, 3, model="old-1").id,
    ]
    archive.correct(ids[1], "cat")
    page = archive.find(wanted)
    assert {ids.index(entry.id) for entry in page.entries} == seeds
    assert page.total == len(seeds)


def test_find_by_time(archive: Archive, put: Put, age: Age) -> None:
    old, new = put(archive, 1), put(archive, 2)
    age(archive, old, 2)
    yesterday = datetime.now(timezone(timedelta(hours=9))) - timedelta(days=1)
    assert [entry.id for entry in archive.find(Filter(since=yesterday)).entries] == [new.id]
    assert [entry.id for entry in archive.find(Filter(until=yesterday)).entries] == [old.id]


def test_sort_and_pages(archive: Archive, put: Put) -> None:
    scores = [0.8, 0.55, 0.97, 0.6, 0.9]
    ids = [put(archive, seed, score=score).id for seed, score in enumerate(scores)]
    order = {sort: [ids.index(entry.id) for entry in archive.find(sort=sort).entries] for sort in SORTS}
    assert order == {
        "newest": [4, 3, 2, 1, 0],
        "oldest": [0, 1, 2, 3, 4],
        "least sure": [1, 3, 0, 4, 2],
        "most sure": [2, 4, 0, 3, 1],
    }
    page = archive.find(sort="oldest", page=3, size=2)
    assert ([ids.index(entry.id) for entry in page.entries], page.total, page.pages) == ([4], 5, 3)
    assert archive.find(page=9999).entries == []
    assert archive.find(page=10**30).entries == []
    assert archive.find(page=-1).entries == archive.find().entries


def test_an_empty_archive(archive: Archive) -> None:
    page = archive.find()
    assert (page.entries, page.total, page.pages) == ([], 0, 1)
    assert archive.usage() == []
    assert ask(archive, search.choices) == FilterChoices([], [], [])
    assert archive.verdicts() == {}
    assert ask(archive, search.kept) == []
    assert archive.look_alikes(np.ones(32, np.float32), "tiny-1") == []
    assert archive.tidy() == 0


def test_look_alikes(archive: Archive, put: Put, prediction: Say) -> None:
    entries = [put(archive, seed) for seed in range(12)]
    put(archive, 4, model="other-1")
    wanted = prediction(seed=4).features
    found = archive.look_alikes(wanted * 7, "tiny-1", n=5)
    assert found[0][0] == entries[4]
    assert found[0][1] == pytest.approx(1, abs=1e-3)
    cosines = {seed: cosine(prediction(seed=seed).features, wanted) for seed in range(12)}
    nearest = sorted(cosines, key=cosines.__getitem__, reverse=True)[:5]
    assert [entries.index(entry) for entry, _ in found] == nearest
    assert [likeness for _, likeness in found] == pytest.approx([cosines[seed] for seed in nearest], abs=1e-3)


def test_each_photo_once_with_what_was_said_last(archive: Archive, put: Put) -> None:
    first, second, third = (put(archive, 1, model=f"tiny-{number}") for number in range(3))
    alone = put(archive, 2)
    assert {one.id for one in ask(archive, search.kept)} == {third.id, alone.id}
    archive.correct(second.id, "dog")
    archive.correct(first.id, "neither")
    assert ArchivedPhoto(first.id, "tiny-0", "cat", "neither") in ask(archive, search.kept)
    assert len(ask(archive, search.kept)) == 2


def test_what_there_is_to_filter_by(archive: Archive, put: Put) -> None:
    put(archive, 0, label="dog", score=0.6)
    put(archive, 1, model="other-1")
    put(archive, 2)
    assert ask(archive, search.choices) == FilterChoices(["cat", "unsure"], ["cat", "dog"], ["other-1", "tiny-1"])
