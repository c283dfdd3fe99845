"""One form of a model onto the disk, its card inside, opened again by the runtime that it is for."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from zipfile import ZipFile

import msgspec

from pawsight.card import CARD, ModelCard, encode, read_card, read_file, seal_file
from pawsight.export.forms import Form
from pawsight.runtime import Session, open_session
from pawsight.train.formats import Formats, KerasSession, SavedModelSession
from pawsight.types import Pixels


def write(form: Form, path: Path, card: ModelCard, formats: Formats, sample: Callable[[], Pixels | None]) -> Session:
    """Write one form.

    Args:
        path: file, or folder of a SavedModel; nothing stands there.
        card: of the source; its golden scores stay, so that every form is held to them wherever it is loaded.
        formats: of the source.
        sample: reads photos that show int8 which values occur.

    Returns:
        What was written, loaded.
    """
    own = msgspec.structs.replace(card, precision=form.precision, files={})
    if form.to == "savedmodel":
        shutil.copytree(formats.saved, path)
        (path / CARD).write_bytes(encode(own))
        return SavedModelSession(path)
    if form.to == "keras":
        formats.network.save(path)
        with ZipFile(path, "a") as archive:
            archive.writestr(CARD, encode(own))
        return KerasSession(path)
    if form.to == "litert":
        return _write_file(path, own, formats.litert(form.precision))
    return _write_file(path, own, formats.onnx(form.precision, sample))


def _write_file(path: Path, card: ModelCard, graph: bytes) -> Session:
    path.write_bytes(seal_file(card, graph))
    written = read_card(path)
    return open_session(read_file(path, written.graph, written))
