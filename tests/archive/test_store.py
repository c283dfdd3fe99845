"""One contract, both databases."""

from __future__ import annotations

import dataclasses
import hashlib
import os
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pawsight import images
from pawsight.archive import search
from pawsight.archive.entry import Choices, Entry, Filter, Kept
from pawsight.archive.rows import now
from pawsight.archive.store import Archive
from pawsight.classifier import Prediction
from pawsight.errors import EntryNotFound, UnknownLabel
from pawsight.settings import Settings

Put = Callable[..., Entry]
Settle = Callable[..., Settings]
Say = Callable[..., Prediction]


def files(archive: Archive) -> list[Path]:
    assert archive.files
    return sorted(archive.files.walk())


def ask(archive: Archive, question: Callable[[Any], Any]) -> Any:
    with archive.index.reading() as session:
        return question(session)


def age(archive: Archive, entry: Entry, days: float) -> None:
    """Make an entry older."""
    from pawsight.archive.tables import EntryRow

    with archive.index.writing() as session:
        row = session.get(EntryRow, entry.id)
        assert row
        row.created -= timedelta(days=days)


class TestContract:
    def test_an_upload_is_remembered(self, archive: Archive, upload: Callable[[int], bytes], put: Put) -> None:
        before = datetime.now(timezone.utc)
        entry = put(archive, 1, visitor="token")
        assert before <= entry.created <= datetime.now(timezone.utc)
        assert entry.uploaded == hashlib.sha256(upload(1)).hexdigest()
        assert (entry.width, entry.height, entry.format, entry.milliseconds) == (64, 48, "JPEG", 7.5)
        assert (entry.label, entry.verdict, entry.scores) == ("cat", "cat", {"cat": 0.98, "dog": 0.02})
        assert (entry.model, entry.correction, entry.corrected) == ("tiny-1", None, None)
        assert entry.belongs_to("token")
        assert not entry.belongs_to("another")
        assert archive.get(entry.id) == entry

    def test_it_is_there_for_the_next_process(self, archive: Archive, settled: Settle, put: Put) -> None:
        entry = put(archive, visitor="token")
        with Archive.open(settled()) as again:
            assert again.get(entry.id) == entry
            assert again.photo(entry.id) == archive.photo(entry.id)

    def test_the_file_stands_under_its_hash_and_tells_nothing(self, archive: Archive, put: Put) -> None:
        entry = put(archive)
        assert archive.files
        [path] = files(archive)
        data = path.read_bytes()
        name = hashlib.sha256(data).hexdigest()
        assert path == archive.files.final / name[:2] / name[2:4] / f"{name}.jpg"
        assert (entry.stored, entry.bytes) == (name, len(data))
        assert archive.photo(entry.id) == data
        assert b"somebody" not in data
        assert images.decode(data).shape == (48, 64, 3)

    def test_the_order_of_classes_stays(self, archive: Archive, put: Put) -> None:
        assert list(archive.get(put(archive, label="dog").id).scores) == ["dog", "cat"]

    def test_details_come_back(self, archive: Archive, put: Put, prediction: Say) -> None:
        from_classifier = prediction(seed=3)
        details = archive.details(put(archive, 3).id)
        np.testing.assert_allclose(details.features, from_classifier.features, rtol=1e-3)
        np.testing.assert_allclose(details.maps, from_classifier.maps, rtol=1e-3)
        assert details.maps.shape == (4, 4, 2)
        assert details.thumbnail.startswith(b"\xff\xd8")

    def test_huge_features_stay_finite(self, archive: Archive, upload: Callable[[int], bytes], prediction: Say) -> None:
        huge = dataclasses.replace(prediction(), features=np.full(4, 1e6, np.float32))
        entry = archive.put(archive.clean(upload(0)), huge, width=64, height=48, thumbnail=b"")
        assert np.isfinite(archive.details(entry.id).features).all()

    def test_the_same_photo_twice_is_one_file(self, archive: Archive, put: Put) -> None:
        one, two = put(archive, 1), put(archive, 1)
        assert one.id != two.id
        assert len(files(archive)) == 1
        assert archive.find(Filter(uploaded=one.uploaded)).total == 2
        archive.forget(one.id)
        assert archive.photo(two.id)
        archive.forget(two.id)
        assert files(archive) == []

    def test_what_comes_twice_under_one_id_is_kept_once(
        self, archive: Archive, upload: Callable[[int], bytes], prediction: Say
    ) -> None:
        photo = archive.clean(upload(1))

        def put(said: Prediction) -> Entry:
            return archive.put(photo, said, width=64, height=48, thumbnail=b"small", id="0123456789abcdef" * 2)

        with ThreadPoolExecutor(4) as pool:
            entries = list(pool.map(put, [prediction(seed=seed) for seed in range(8)]))
        assert {entry.id for entry in entries} == {"0123456789abcdef" * 2}
        assert archive.find().total == 1
        archive.forget(entries[0].id)
        assert put(prediction()).id == entries[0].id

    def test_forgetting_really_deletes(self, archive: Archive, put: Put) -> None:
        entry = put(archive, visitor="token")
        archive.correct(entry.id, "dog")
        archive.forget(entry.id)
        assert files(archive) == []
        for ask in (archive.get, archive.details, archive.photo, archive.history, archive.forget):
            with pytest.raises(EntryNotFound):
                ask(entry.id)
        assert archive.find().total == 0

    @pytest.mark.parametrize("id", ["", "\0", "é" * 32, "A" * 32, "../" * 11, "0" * 10_000, "' OR 1=1 --"])
    def test_what_is_no_id_finds_nothing(self, archive: Archive, put: Put, id: str) -> None:
        put(archive)
        for ask in (archive.get, archive.details, archive.photo, archive.history, archive.forget):
            with pytest.raises(EntryNotFound):
                ask(id)
        with pytest.raises(EntryNotFound):
            archive.correct(id, "dog")
        assert archive.find().total == 1

    def test_a_visitor_forgets_what_is_his(self, archive: Archive, put: Put) -> None:
        for seed in range(3):
            put(archive, seed, visitor="his")
        hers, shared = put(archive, 5, visitor="hers"), put(archive, 1, visitor="hers")
        nobodys = put(archive, 6)
        assert archive.find(Filter(visitor="his")).total == 3
        assert archive.forget_visitor("his") == 3
        assert {entry.id for entry in archive.find().entries} == {hers.id, shared.id, nobodys.id}
        assert archive.photo(shared.id)
        assert len(files(archive)) == 3
        assert archive.forget_visitor("his") == 0

    def test_no_token_is_nobodys(self, archive: Archive, put: Put) -> None:
        entry = put(archive)
        assert not entry.belongs_to("")
        assert archive.find(Filter(visitor="")).total == 0
        assert archive.forget_visitor("") == 0
        assert archive.get(entry.id)

    def test_tokens_themselves_are_not_kept(self, archive: Archive, put: Put) -> None:
        assert "secret-token" not in str(put(archive, visitor="secret-token"))

    def test_a_correction_can_be_taken_back(self, archive: Archive, put: Put) -> None:
        entry = put(archive)
        corrected = archive.correct(entry.id, "dog")
        assert (corrected.correction, corrected.label) == ("dog", "cat")
        assert corrected.corrected
        archive.correct(entry.id, "both")
        back = archive.correct(entry.id, None)
        assert (back.correction, back.corrected) == (None, None)
        assert [said.label for said in archive.history(entry.id)] == ["dog", "both", None]
        assert archive.get(entry.id) == entry

    def test_a_correction_names_something_known(self, archive: Archive, put: Put) -> None:
        entry = put(archive)
        with pytest.raises(UnknownLabel, match="cat, dog, both, neither"):
            archive.correct(entry.id, "../panda")
        assert archive.history(entry.id) == []
        with pytest.raises(EntryNotFound):
            archive.correct("0" * 32, "dog")

    def test_an_answer_can_be_replaced(self, archive: Archive, put: Put, prediction: Say) -> None:
        entry = put(archive)
        again = archive.answer(entry.id, prediction("dog", model="new-2", seed=9), thumbnail=b"new")
        assert (again.label, again.model) == ("dog", "new-2")
        assert archive.details(entry.id).thumbnail == b"new"
        assert (again.id, again.created, again.stored) == (entry.id, entry.created, entry.stored)

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
    def test_find(self, archive: Archive, put: Put, wanted: Filter, seeds: set[int]) -> None:
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

    def test_find_by_time(self, archive: Archive, put: Put) -> None:
        old, new = put(archive, 1), put(archive, 2)
        age(archive, old, days=2)
        yesterday = datetime.now(timezone(timedelta(hours=9))) - timedelta(days=1)
        assert [entry.id for entry in archive.find(Filter(since=yesterday)).entries] == [new.id]
        assert [entry.id for entry in archive.find(Filter(until=yesterday)).entries] == [old.id]

    def test_sort_and_pages(self, archive: Archive, put: Put) -> None:
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

    def test_an_empty_archive(self, archive: Archive) -> None:
        page = archive.find()
        assert (page.entries, page.total, page.pages) == ([], 0, 1)
        assert archive.usage() == []
        assert ask(archive, search.choices) == Choices([], [], [])
        assert archive.verdicts() == {}
        assert ask(archive, search.kept) == []
        assert archive.look_alikes(np.ones(32, np.float32), "tiny-1") == []
        assert archive.tidy() == 0

    def test_look_alikes(self, archive: Archive, put: Put, prediction: Say) -> None:
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

    def test_usage_by_day(self, archive: Archive, put: Put) -> None:
        first, second, third = (put(archive, seed) for seed in range(3))
        age(archive, first, days=40)
        age(archive, second, days=2)
        archive.correct(second.id, "dog")
        days = archive.usage(days=30)
        assert [(day.photos, day.corrected, day.bytes) for day in days] == [(1, 1, second.bytes), (1, 0, third.bytes)]
        assert days[1].date - days[0].date == timedelta(days=2)
        assert len(archive.usage(days=60)) == 3

    def test_verdicts_of_a_day_and_of_a_time(self, archive: Archive, put: Put) -> None:
        old = put(archive, 0, score=0.6)
        for seed, label in enumerate(["cat", "cat", "dog"], 1):
            put(archive, seed, label=label)
        age(archive, old, days=9)
        assert [day.verdicts for day in archive.usage()] == [{"unsure": 1}, {"cat": 2, "dog": 1}]
        assert archive.verdicts() == {"unsure": 1, "cat": 2, "dog": 1}
        assert archive.verdicts(Filter(since=now() - timedelta(days=7), model="tiny-1")) == {"cat": 2, "dog": 1}
        assert archive.verdicts(Filter(model="other-1")) == {}

    def test_each_photo_once_with_what_was_said_last(self, archive: Archive, put: Put) -> None:
        first, second, third = (put(archive, 1, model=f"tiny-{number}") for number in range(3))
        alone = put(archive, 2)
        assert {one.id for one in ask(archive, search.kept)} == {third.id, alone.id}
        archive.correct(second.id, "dog")
        archive.correct(first.id, "neither")
        assert Kept(first.id, "tiny-0", "cat", "neither") in ask(archive, search.kept)
        assert len(ask(archive, search.kept)) == 2

    def test_what_there_is_to_filter_by(self, archive: Archive, put: Put) -> None:
        put(archive, 0, label="dog", score=0.6)
        put(archive, 1, model="other-1")
        put(archive, 2)
        assert ask(archive, search.choices) == Choices(["cat", "unsure"], ["cat", "dog"], ["other-1", "tiny-1"])

    def test_old_entries_go(self, settled: Settle, put: Put) -> None:
        with Archive.open(settled(retention_days=30)) as archive:
            old, corrected, new = (put(archive, seed) for seed in range(3))
            archive.correct(corrected.id, "dog")
            age(archive, old, days=31)
            age(archive, corrected, days=31)
            assert archive.tidy() == 2
            assert [entry.id for entry in archive.find().entries] == [new.id]
            assert len(files(archive)) == 1

    def test_what_lies_aside_for_long_goes_too(self, settled: Settle) -> None:
        with Archive.open(settled(retention_days=30)) as archive:
            assert archive.files
            for name, days in (("old", 31), ("new", 29)):
                path = archive.files.aside / name
                path.write_text(name)
                then = time.time() - days * 86_400
                os.utime(path, (then, then))
            archive.tidy()
            assert [path.name for path in archive.files.aside.iterdir()] == ["new"]

    def test_the_oldest_go_when_there_is_too_much(self, settled: Settle, put: Put) -> None:
        with Archive.open(settled()) as archive:
            entries = [put(archive, seed) for seed in range(6)]
            archive.correct(entries[0].id, "dog")
        room = entries[0].bytes + entries[4].bytes + entries[5].bytes
        with Archive.open(settled(archive_max_bytes=room)) as archive:
            assert archive.tidy() == 3
            assert {entry.id for entry in archive.find().entries} == {entries[n].id for n in (0, 4, 5)}
            assert sum(path.stat().st_size for path in files(archive)) == room

    def test_photos_that_share_a_file_count_once(self, settled: Settle, put: Put) -> None:
        with Archive.open(settled(archive_max_bytes=10_000_000)) as archive:
            entries = [put(archive, 1) for _ in range(3)]
        with Archive.open(settled(archive_max_bytes=entries[0].bytes)) as archive:
            assert archive.tidy() == 0

    def test_originals_stay_where_the_operator_says_so(
        self, settled: Settle, put: Put, upload: Callable[[int], bytes]
    ) -> None:
        with Archive.open(settled(keep_metadata=True)) as archive:
            assert archive.photo(put(archive, 2).id) == upload(2)


SORTS: tuple[Any, ...] = ("newest", "oldest", "least sure", "most sure")


def cosine(a: Any, b: Any) -> float:
    return float(a @ b / np.linalg.norm(a) / np.linalg.norm(b))


class TestPrivate:
    """Nothing on disk; the newest answers only."""

    @pytest.fixture
    def private(self, tmp_path: Path) -> Iterator[Archive]:
        settings = Settings(archive=str(tmp_path / "archive"), archive_keep="nothing", keep=3)
        with Archive.open(settings) as opened:
            yield opened

    def test_nothing_is_written(self, private: Archive, put: Put, tmp_path: Path) -> None:
        entry = put(private)
        assert entry.stored is None
        assert list(tmp_path.iterdir()) == []
        assert private.get(entry.id) == entry
        assert private.details(entry.id).maps.shape == (4, 4, 2)
        with pytest.raises(EntryNotFound):
            private.photo(entry.id)

    def test_the_newest_push_out_the_oldest(self, private: Archive, put: Put) -> None:
        ids = [put(private, seed).id for seed in range(5)]
        assert [entry.id for entry in private.find(sort="oldest").entries] == ids[2:]
        with pytest.raises(EntryNotFound):
            private.details(ids[0])

    def test_it_corrects_and_forgets_as_any_other(self, private: Archive, put: Put) -> None:
        entry = put(private, visitor="token")
        assert private.correct(entry.id, "dog").correction == "dog"
        assert private.forget_visitor("token") == 1
        assert private.find().total == 0
        assert private.tidy() == 0
