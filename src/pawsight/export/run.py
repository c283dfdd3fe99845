"""A model -> files in other formats: written aside, compared with their source, and only then put in place."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING
from zipfile import BadZipFile, ZipFile

from pawsight import zoo
from pawsight.classifier import Classifier
from pawsight.data import Dataset
from pawsight.errors import BadModel, BadSettings
from pawsight.estimates import Estimate
from pawsight.export import openvino
from pawsight.export.check import check_golden, check_photos, milliseconds
from pawsight.export.forms import ExportFormat
from pawsight.export.photos import compared, sample
from pawsight.export.write import write
from pawsight.model.card import CARD, GRAPH, Precision, read_card, read_file
from pawsight.storage.lock import try_lock
from pawsight.storage.writable import why_not_writable
from pawsight.types import Pixels, ProgressHook, no_progress

if TYPE_CHECKING:
    from pawsight.train.formats import Formats

KERAS = "model.keras"
PHOTOS = 400


@dataclass(frozen=True)
class ExportResult:
    """One form of a model, written and compared.

    Attributes:
        path: file, or folder of a SavedModel or of OpenVINO.
        bytes: of all of it.
        differs: largest difference to the source's scores on the golden pictures.
        milliseconds: for one photo, on one processor thread where the runtime lets us say so (ONNX, LiteRT, OpenVINO).
        accuracy: on the photos given; None where none were.
    """

    form: ExportFormat
    path: Path
    bytes: int
    differs: float
    milliseconds: float
    accuracy: Estimate | None


class Exporter:
    """Writes forms of one model.

    Args:
        model: `default`, the name of a shipped model, a folder, or an exported ONNX file.
        data: prepared photos; forms are compared on its test split, int8 is calibrated on its training split.
        photos: how many of the test split.
        watch: wraps photos on their way, for a progress bar.

    Raises:
        BadModel: the model cannot be trusted, or has no ONNX graph to start from.
        BadData: the data has other classes than the model.
    """

    def __init__(
        self, model: str | Path, data: Dataset | None = None, photos: int = PHOTOS, watch: ProgressHook = no_progress
    ) -> None:
        self._folder = zoo.find(model)
        self._source = Classifier.load(self._folder)
        self.card = self._source.card
        if self.card.graph != GRAPH:
            raise BadModel(
                f"Expected a model with an ONNX graph, but {self._folder} has LiteRT's.",
                "Export from the model that it was made of.",
            )
        self._data, self._watch = data, watch
        self._photos = compared(self._source, data, photos, watch) if data else None

    def can(self, form: ExportFormat) -> bool:
        """Return whether there is all it takes to write this form: int8 needs photos, unless the model is in int8."""
        has_ranges = form.precision != "int8" or self.card.precision == "int8" or self._data is not None
        return has_ranges and (form.to != "openvino" or openvino.is_installed())

    def has_written(self, path: Path) -> bool:
        """Return whether an export of this very model stands at a path; each appears when it is complete."""
        try:
            if path.is_dir():
                found = json.loads((path / CARD).read_bytes())
            elif path.suffix == ".onnx":
                return read_card(path).id == self.card.id
            else:  # LiteRT and Keras files end in a ZIP with the card
                with ZipFile(path) as archive:
                    found = json.loads(archive.read(CARD))
            return bool(f"{found['name']}-{found['version']}" == self.card.id)
        except (OSError, ValueError, KeyError, TypeError, BadZipFile, BadModel):
            return False

    def export(self, forms: Mapping[ExportFormat, Path]) -> Iterator[ExportResult]:
        """Write forms of the model, each to its path, as soon as it has been compared.

        Raises:
            BadSettings: something stands at one of the paths, another run writes there, one cannot be written, or Keras
            could not open it.
        ExportDiffers: a form does not answer like the model; nothing of it is written.
            BadModel: int8 needs photos, or the graph has a node that no format but ONNX can be made of.
        """
        for form, path in forms.items():
            _check_place(form, path)
        with TemporaryDirectory() as work:
            network = self._folder / KERAS if KERAS in self.card.files and self._folder.is_dir() else None
            graph = read_file(self._folder, GRAPH, self.card)
            formats = cache(partial(_formats, graph, self.card.precision, network, Path(work)))
            for form, path in forms.items():
                yield self._export(form, path, graph, formats)

    def _export(self, form: ExportFormat, path: Path, graph: bytes, formats: Callable[[], Formats]) -> ExportResult:
        part = path.with_name(f"{path.stem}.part{path.suffix}")
        with _only_export(path):
            _check_place(form, path)  # again: another run may have ended meanwhile
            _remove(part)
            return self._write(form, path, part, graph, formats)

    def _write(
        self, form: ExportFormat, path: Path, part: Path, graph: bytes, formats: Callable[[], Formats]
    ) -> ExportResult:
        try:
            session, what = write(form, part, self.card, graph, formats, self._sample), f"{form.to} in {form.precision}"
            differs = check_golden(self.card, session, what)
            accuracy = check_photos(self.card, session, self._photos, what) if self._photos else None
            took = milliseconds(self.card, session)
            part.replace(path)
        finally:
            _remove(part)
        return ExportResult(form, path, _bytes(path), differs, took, accuracy)

    def _sample(self) -> Pixels | None:
        from pawsight.train.quantise import PHOTOS as CALIBRATION

        return sample(self._source, self._data, CALIBRATION, self._watch) if self._data else None


def _formats(graph: bytes, precision: Precision, network: Path | None, work: Path) -> Formats:
    """Load what converts a model; it needs Keras, which an ONNX model as it is does not."""
    from pawsight.train.formats import Formats

    return Formats(graph, precision, network, work)


@contextmanager
def _only_export(path: Path) -> Iterator[None]:
    """Keep a second run away from the same path while this one writes there.

    Raises:
        BadSettings: another run does.
    """
    file = path.with_name(f"{path.name}.lock")
    lock = try_lock(file)
    if lock is None:
        raise BadSettings(f"Another export is writing to {path}.", "Wait for it, or choose another --out.")
    try:
        yield
    finally:
        lock.release()
        file.unlink(missing_ok=True)


def _check_place(form: ExportFormat, path: Path) -> None:
    if reason := why_not_writable(path):
        raise BadSettings(f"{str(path)!r} cannot be written ({reason}).", "Choose another --out.")
    if form.to == "keras" and path.suffix != ".keras":
        raise BadSettings(
            f"Keras opens files that end in .keras, but --out is {path}.", f"Write to {path.name}.keras instead."
        )
    if path.exists():
        raise BadSettings(f"Expected a new place for the model, but {path} exists.", "Choose another --out.")


def _remove(path: Path) -> None:
    """Remove a file or folder that is left from a try, if there is one."""
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def _bytes(path: Path) -> int:
    return (
        sum(file.stat().st_size for file in path.rglob("*") if file.is_file()) if path.is_dir() else path.stat().st_size
    )
