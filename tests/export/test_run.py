"""A model in other formats answers like its source, or nothing is written."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import msgspec
import numpy as np
import pytest

pytest.importorskip("tensorflow", reason="exporting needs the extra train")
pytest.importorskip("ai_edge_litert", reason="LiteRT needs the extra litert")

from pawsight.classifier import Classifier
from pawsight.data import Dataset
from pawsight.errors import BadModel, BadSettings, ExportDiffers
from pawsight.export import FORMS, Exporter, ExportFormat, choose
from pawsight.model.card import GRAPH, Golden, read_card
from pawsight.model.seal import seal
from pawsight.runtime import Outputs, golden
from pawsight.storage.lock import try_lock
from pawsight.train.formats import Formats

LITERT = ExportFormat("litert", "float32")


@pytest.fixture
def turned(tiny_model: Path, tmp_path: Path) -> Callable[[float], Path]:
    """A maker of copies of the tiny model whose card expects golden scores that are off by so much."""

    def make(off: float) -> Path:
        folder = shutil.copytree(tiny_model, tmp_path / "turned")
        card = read_card(folder)
        rows = [{name: abs(score - off) for name, score in row.items()} for row in card.golden.scores]
        seal(msgspec.structs.replace(card, golden=Golden(card.golden.seed, card.golden.tolerance, rows)), folder)
        return folder

    return make


def test_every_format_carries_the_card_and_answers_like_the_source(exported: dict[str, Path], tiny_model: Path) -> None:
    from pawsight.train.formats import KerasSession, SavedModelSession

    photos = np.random.default_rng(0).integers(0, 256, (3, 32, 32, 3), dtype=np.uint8)
    expected = Classifier.load(tiny_model).session.run(photos)
    with ZipFile(exported["keras"]) as archive:
        cards = [archive.read("card.json"), (exported["savedmodel"] / "card.json").read_bytes()]
    sessions: list[Any] = [Classifier.load(exported[form]).session for form in ("onnx", "litert")]
    for session in [*sessions, KerasSession(exported["keras"]), SavedModelSession(exported["savedmodel"])]:
        answers: Outputs = session.run(photos)
        for name in ("scores", "features", "maps"):
            np.testing.assert_allclose(getattr(answers, name), getattr(expected, name), atol=1e-5)
    assert [json.loads(card)["golden"] for card in cards] == [msgspec.to_builtins(read_card(tiny_model).golden)] * 2


def test_what_is_rebuilt_loads_without_pawsight(exported: dict[str, Path]) -> None:
    """Only Keras' own layers: nobody who gets the file needs this package."""
    with ZipFile(exported["keras"]) as archive:
        config = json.loads(archive.read("config.json"))
    assert "pawsight" not in json.dumps(config)


@pytest.mark.long
def test_all_precisions_with_photos(make_model: Callable[..., Path], coloured: Dataset, tmp_path: Path) -> None:
    tiny_model = make_model(tmp_path / "model", golden=golden.blank(["cat", "dog"], 0.05))  # int8 rounds
    forms = {form: tmp_path / form.filename("tiny") for form in FORMS if form.to in ("onnx", "litert")}
    made = {one.form: one for one in Exporter(tiny_model, coloured, photos=100).export(forms)}
    assert list(made) == list(forms)
    photos = coloured.targets[coloured.indices("test")].sum(axis=1) == 1
    for one in made.values():
        assert one.bytes == one.path.stat().st_size
        assert one.milliseconds > 0
        assert one.accuracy
        assert one.accuracy.n == photos.sum()
        assert read_card(one.path).precision == one.form.precision
        assert Classifier.load(one.path).card.id == read_card(tiny_model).id


def test_int8_of_a_float_model_needs_photos(tiny_model: Path, tmp_path: Path) -> None:
    form, path = ExportFormat("onnx", "int8"), tmp_path / "x.onnx"
    assert not Exporter(tiny_model).can(form)
    with pytest.raises(BadModel, match=r"--data"):
        list(Exporter(tiny_model).export({form: path}))
    assert list(tmp_path.iterdir()) == []


def test_a_form_that_answers_otherwise_is_not_written(
    tiny_model: Path, make_model: Callable[..., Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A converter that loses what is red, as one with a fault would."""
    other = (make_model(tmp_path / "other", weights=((2, 0), (0, 0), (0, 20))) / GRAPH).read_bytes()
    monkeypatch.setattr(Formats, "litert", lambda self, precision: wrong.litert(precision))  # type: ignore[has-type]
    (tmp_path / "work").mkdir()
    wrong = _Right(other, tmp_path / "work")
    (tmp_path / "out").mkdir()
    with pytest.raises(ExportDiffers, match=r"litert in float32 does not predict the golden pictures .* differ by"):
        list(Exporter(tiny_model).export({LITERT: tmp_path / "out" / "x.tflite"}))
    assert list((tmp_path / "out").iterdir()) == []


class _Right:
    """A faultless converter of another graph."""

    def __init__(self, graph: bytes, work: Path) -> None:
        from pawsight.train.onnx_to_keras import onnx_to_keras

        self._network, self._work = onnx_to_keras(graph), work

    def litert(self, precision: str) -> bytes:
        import tensorflow as tf

        self._network.export(self._work / "saved", verbose=False)
        return bytes(tf.lite.TFLiteConverter.from_saved_model(str(self._work / "saved")).convert())


def test_a_form_that_answers_photos_otherwise_is_not_written(
    tiny_model: Path, coloured: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Golden pictures alike, photos not."""
    exporter = Exporter(tiny_model, coloured, photos=10)
    assert exporter._photos
    monkeypatch.setattr("pawsight.export.run.check_golden", lambda *given: 0.0)
    exporter._photos.scores[:3] = 0.5
    with pytest.raises(ExportDiffers, match=r"98% of 10 photos .* but 3 differ"):
        list(exporter.export({ExportFormat("onnx", "float32"): tmp_path / "x.onnx"}))
    assert list(tmp_path.iterdir()) == []


def test_a_model_that_is_wrong_itself_is_refused(turned: Callable[[float], Path]) -> None:
    with pytest.raises(BadModel, match="golden pictures"):
        Exporter(turned(0.2))


def test_nothing_is_overwritten(tiny_model: Path, tmp_path: Path) -> None:
    (tmp_path / "x.tflite").write_bytes(b"mine")
    with pytest.raises(BadSettings, match=r"x\.tflite exists"):
        list(Exporter(tiny_model).export({LITERT: tmp_path / "x.tflite"}))
    assert (tmp_path / "x.tflite").read_bytes() == b"mine"


def test_two_runs_into_one_file(tiny_model: Path, tmp_path: Path) -> None:
    lock = try_lock(tmp_path / "x.onnx.lock")
    assert lock
    with pytest.raises(BadSettings, match="Another export is writing to"):
        list(Exporter(tiny_model).export({FORMS[0]: tmp_path / "x.onnx"}))
    lock.release()
    assert len(list(Exporter(tiny_model).export({FORMS[0]: tmp_path / "x.onnx"}))) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["x.onnx"]


def test_litert_is_no_source(exported: dict[str, Path]) -> None:
    with pytest.raises(BadModel, match="has LiteRT's"):
        Exporter(exported["litert"])


def test_an_exported_onnx_file_is_a_source(exported: dict[str, Path], tmp_path: Path) -> None:
    made = list(Exporter(exported["onnx"]).export({LITERT: tmp_path / "again.tflite"}))
    assert made[0].differs < 1e-4


def test_precisions_that_there_are_not() -> None:
    assert choose("onnx", None, "int8") == ExportFormat("onnx", "int8")
    assert choose("litert", None, "int8") == ExportFormat("litert", "float32")
    with pytest.raises(BadSettings, match="keras is not written in int8"):
        choose("keras", "int8", "float32")
    with pytest.raises(BadSettings, match="float32 or float16"):
        choose("litert", "int8", "int8")


def test_an_onnx_model_as_it_is_needs_no_keras(tiny_model: Path, tmp_path: Path) -> None:
    code = (
        "import sys\n"
        "sys.modules.update({'keras': None, 'tensorflow': None, 'tf2onnx': None})\n"
        "from pathlib import Path\n"
        "from pawsight.export import Exporter, choose\n"
        "form = choose('onnx', None, 'float32')\n"
        f"list(Exporter({str(tiny_model)!r}).export({{form: Path({str(tmp_path / 'x.onnx')!r})}}))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    assert Classifier.load(tmp_path / "x.onnx").card.name == "tiny"


def test_keras_alone_opens_what_was_made_of_a_graph(exported: dict[str, Path], classifier: Classifier) -> None:
    code = (
        "import json, keras, numpy, sys\n"
        "pixels = numpy.full((1, *(model := keras.models.load_model(sys.argv[1])).input_shape[1:]), 200, 'uint8')\n"
        "assert 'pawsight' not in sys.modules\n"
        "print(json.dumps(numpy.asarray(model(pixels)['scores'])[0].tolist()))\n"
    )
    command = [sys.executable, "-c", code, str(exported["keras"])]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    expected = classifier.predict(np.full((64, 64, 3), 200, np.uint8)).scores
    assert json.loads(done.stdout.splitlines()[-1]) == pytest.approx(list(expected.values()), abs=1e-3)
