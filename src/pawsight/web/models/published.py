"""Models that were trained on the page and published: visitors may choose them next to the others.

They stand in a folder of model folders, each called like its model. Every worker looks there at every request, and so
sees what was kept or removed meanwhile; that costs one listing of a few names.
"""

from __future__ import annotations

import logging
import os
import secrets
import shutil
import threading
from pathlib import Path

from pawsight.classifier import Classifier
from pawsight.errors import BadModel, PawsightError
from pawsight.model.card import ModelCard, read_card, read_file
from pawsight.storage import private
from pawsight.storage.atomic import replacing_folder
from pawsight.web.models.lazy import LazyModel

_log = logging.getLogger(__name__)


class PublishedModels:
    """What stands in the folder now. Thread-safe.

    Args:
        root: holds the model folders; it may not be there yet.
    """

    def __init__(self, root: Path) -> None:
        self._root = root
        self._lock = threading.Lock()
        self._seen: dict[str, int] = {}
        self._models: dict[str, LazyModel] = {}
        self._broken: dict[str, str] = {}
        self._gone: dict[str, ModelCard] = {}

    def models(self) -> dict[str, LazyModel]:
        """Name -> model, of those that can be used."""
        return self._look()[0]

    def broken(self) -> dict[str, str]:
        """Name -> what is wrong, of the others."""
        return self._look()[1]

    def names(self) -> set[str]:
        """Of all of them, whether they can be used or not."""
        models, broken = self._look()
        return {*models, *broken}

    def gone(self) -> dict[str, ModelCard]:
        """Name and version -> card, of models that were here since this server was started."""
        return self._gone

    def _look(self) -> tuple[dict[str, LazyModel], dict[str, str]]:
        with self._lock:
            seen = self._names()
            if seen != self._seen:
                self._gone |= {model.card.id: model.card for model in self._models.values()}
                self._models, self._broken, self._seen = *self._read(seen), seen
            return self._models, self._broken

    def _names(self) -> dict[str, int]:
        """Folder -> its number on the disk, which is another one for a folder that took its place."""
        try:
            with os.scandir(self._root) as entries:
                return {entry.name: entry.inode() for entry in entries if not entry.name.startswith(".")}
        except OSError:  # none was kept yet, or the admin folder is another user's
            return {}

    def _read(self, seen: dict[str, int]) -> tuple[dict[str, LazyModel], dict[str, str]]:
        models: dict[str, LazyModel] = {}
        broken: dict[str, str] = {}
        for name in sorted(seen):
            try:
                same = name in self._models and self._seen.get(name) == seen[name]
                models[name] = self._models[name] if same else _whole(self._root / name)
            except PawsightError as error:
                _log.error("Leaves out a model that was kept: %s", error)
                broken[name] = str(error)
        return models, broken


def _whole(folder: Path) -> LazyModel:
    """A model whose card and graph fit each other; all other checks come when it is loaded."""
    waiting = LazyModel(folder)
    read_file(folder, waiting.card.graph, waiting.card)
    if waiting.card.name != folder.name:
        raise BadModel(f"Expected the model {folder.name} in a folder of that name, but it is {waiting.card.name}.")
    return waiting


def keep(root: Path, model: Path) -> ModelCard:
    """Keep a copy of a model, in place of an earlier one of its name.

    Args:
        root: holds the kept ones.
        model: its folder.

    Raises:
        BadModel: it cannot be trusted; nothing has happened.
        StorageFull, ArchiveUnavailable: it cannot be copied.
    """
    card = Classifier.load(model).card
    private.make_folder(root)
    with private.translated(), replacing_folder(root / card.name) as new:
        shutil.copytree(model, new, dirs_exist_ok=True)
    return card


def remove(root: Path, name: str) -> None:
    """Take a kept model away; one that is not here, or no longer, is no error."""
    with private.translated():
        _put_away(root, name)


def kept_card(root: Path, name: str) -> ModelCard | None:
    """Return the card of a published model; None where there is none, or a broken one."""
    try:
        return read_card(root / name)
    except PawsightError:
        return None


def _put_away(root: Path, name: str) -> None:
    """Out of the way in one step, then file by file: nobody sees half a model."""
    old = root / f".old-{secrets.token_hex(4)}"
    try:
        (root / name).rename(old)
    except FileNotFoundError:
        return
    shutil.rmtree(old, ignore_errors=True)
