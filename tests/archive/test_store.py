"""One contract, both databases."""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from pawsight import images
from pawsight.archive.entry import ArchiveEntry, Filter
from pawsight.archive.store import Archive
from pawsight.classifier import Prediction
from pawsight.errors import EntryNotFound, UnknownLabel
from pawsight.settings import Settings

Put = Callable[..., ArchiveEntry]
Settle = Callable[..., Settings]
Say = Callable[..., Prediction]


def files(archive: Archive) -> list[Path]:
    assert archive.files
    return sorted(archive.files.walk())


class TestContract:
    def test_an_upload_is_remembered(self, archive: Archive, upload: Callable[[int], bytes], put: Put) -> None:
        before = datetime.now(UTC)
        entry = put(archive, 1, visitor="token")
        assert before <= entry.created <= datetime.now(UTC)
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
        assert details.looks_like == from_classifier.looks_like

    def test_huge_features_stay_finite(self, archive: Archive, upload: Callable[[int], bytes], prediction: Say) -> None:
        huge = dataclasses.replace(prediction(), features=np.full(4, 1e6, np.float32))
        entry = archive.put(archive.strip_metadata(upload(0)), huge, width=64, height=48, thumbnail=b"")
        assert np.isfinite(archive.details(entry.id).features).all()

    def test_the_same_photo_twice_is_one_file(self, archive: Archive, put: Put) -> None:
        one, two = put(archive, 1), put(archive, 1)
        assert one.id != two.id
        assert len(files(archive)) == 1
        assert archive.find(Filter(uploaded=one.uploaded)).total == 2
        archive.delete(one.id)
        assert archive.photo(two.id)
        archive.delete(two.id)
        assert files(archive) == []

    def test_what_comes_twice_under_one_id_is_kept_once(
        self, archive: Archive, upload: Callable[[int], bytes], prediction: Say
    ) -> None:
        photo = archive.strip_metadata(upload(1))

        def put(said: Prediction) -> ArchiveEntry:
            return archive.put(photo, said, width=64, height=48, thumbnail=b"small", id="0123456789abcdef" * 2)

        with ThreadPoolExecutor(4) as pool:
            entries = list(pool.map(put, [prediction(seed=seed) for seed in range(8)]))
        assert {entry.id for entry in entries} == {"0123456789abcdef" * 2}
        assert archive.find().total == 1
        archive.delete(entries[0].id)
        assert put(prediction()).id == entries[0].id

    def test_forgetting_really_deletes(self, archive: Archive, put: Put) -> None:
        entry = put(archive, visitor="token")
        archive.correct(entry.id, "dog")
        archive.delete(entry.id)
        assert files(archive) == []
        for ask in (archive.get, archive.details, archive.photo, archive.history, archive.delete):
            with pytest.raises(EntryNotFound):
                ask(entry.id)
        assert archive.find().total == 0

    @pytest.mark.parametrize("id", ["", "\0", "é" * 32, "A" * 32, "../" * 11, "0" * 10_000, "' OR 1=1 --"])
    def test_what_is_no_id_finds_nothing(self, archive: Archive, put: Put, id: str) -> None:
        put(archive)
        for ask in (archive.get, archive.details, archive.photo, archive.history, archive.delete):
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
        assert archive.delete_visitor("his") == 3
        assert {entry.id for entry in archive.find().entries} == {hers.id, shared.id, nobodys.id}
        assert archive.photo(shared.id)
        assert len(files(archive)) == 3
        assert archive.delete_visitor("his") == 0

    def test_no_token_is_nobodys(self, archive: Archive, put: Put) -> None:
        entry = put(archive)
        assert not entry.belongs_to("")
        assert archive.find(Filter(visitor="")).total == 0
        assert archive.delete_visitor("") == 0
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

    def test_many_are_corrected_and_deleted_at_once(self, archive: Archive, put: Put) -> None:
        entries = [put(archive, number).id for number in range(1, 5)]
        failed = archive.correct_many([*entries[:2], "0" * 32, entries[1]], "dog")
        assert {id: error.code for id, error in failed.items()} == {"0" * 32: "prediction_not_found"}
        assert [archive.get(id).correction for id in entries] == ["dog", "dog", None, None]
        assert archive.delete_many([*entries[:3], "0" * 32, "x", entries[0]]) == 3
        assert [entry.id for entry in archive.find().entries] == entries[3:]
        assert len(files(archive)) == 1

    def test_a_correction_names_something_known(self, archive: Archive, put: Put) -> None:
        entry = put(archive)
        with pytest.raises(UnknownLabel, match="cat, dog, both, neither"):
            archive.correct(entry.id, "../panda")
        assert archive.history(entry.id) == []
        with pytest.raises(EntryNotFound):
            archive.correct("0" * 32, "dog")

    def test_an_answer_can_be_replaced(self, archive: Archive, put: Put, prediction: Say) -> None:
        entry = put(archive)
        again = archive.replace_prediction(entry.id, prediction("dog", model="new-2", seed=9), thumbnail=b"new")
        assert (again.label, again.model) == ("dog", "new-2")
        assert archive.details(entry.id).thumbnail == b"new"
        assert (again.id, again.created, again.stored) == (entry.id, entry.created, entry.stored)

    def test_originals_stay_where_the_operator_says_so(
        self, settled: Settle, put: Put, upload: Callable[[int], bytes]
    ) -> None:
        with Archive.open(settled(keep_metadata=True)) as archive:
            assert archive.photo(put(archive, 2).id) == upload(2)


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
        assert private.delete_visitor("token") == 1
        assert private.find().total == 0
        assert private.tidy() == 0
