"""One form of a model onto the disk, its card inside, opened again by the runtime that it is for."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING
from zipfile import ZipFile

import msgspec

from pawsight.export.forms import ExportFormat
from pawsight.export.openvino import write_openvino
from pawsight.model.card import CARD, ModelCard, encode, read_card, read_file
from pawsight.model.seal import seal_file
from pawsight.runtime import InferenceSession, open_session
from pawsight.types import Pixels

if TYPE_CHECKING:
    from pawsight.train.formats import Formats


def write(
    form: ExportFormat,
    path: Path,
    card: ModelCard,
    graph: bytes,
    formats: Callable[[], Formats],
    sample: Callable[[], Pixels | None],
) -> InferenceSession:
    """Write one form.

    Args:
        path: file, or folder of a SavedModel or of OpenVINO; nothing stands there.
        card: of the source; its golden scores stay, so that every form is held to them wherever it is loaded.
        graph: of the source, in ONNX.
        formats: makes what converts the source; called only where it has to be converted.
        sample: reads photos that show int8 which values occur.

    Returns:
        What was written, loaded.
    """
    own = msgspec.structs.replace(card, precision=form.precision, files={})
    if (form.to, form.precision) == ("onnx", card.precision):
        return _write_file(path, own, graph)
    if form.to in ("savedmodel", "keras"):
        return _write_keras(form, path, own, formats())
    if form.to == "openvino":
        return write_openvino(
            path, own, graph if form.precision == card.precision else formats().onnx(form.precision, sample)
        )
    if form.to == "litert":
        return _write_file(path, own, formats().litert(form.precision))
    return _write_file(path, own, formats().onnx(form.precision, sample))


def _write_keras(form: ExportFormat, path: Path, own: ModelCard, formats: Formats) -> InferenceSession:
    from pawsight.train.formats import KerasSession, SavedModelSession

    if form.to == "savedmodel":
        shutil.copytree(formats.saved, path)
        (path / CARD).write_bytes(encode(own))
        return SavedModelSession(path)
    formats.network.save(path)
    with ZipFile(path, "a") as archive:
        archive.writestr(CARD, encode(own))
    return KerasSession(path)


def _write_file(path: Path, card: ModelCard, graph: bytes) -> InferenceSession:
    path.write_bytes(seal_file(card, graph))
    written = read_card(path)
    return open_session(read_file(path, written.graph, written))
