"""A model folder that comes as a ZIP: unpacked into a folder of its own, for `published.keep` to check and copy.

Of the ZIP only the card and the files that it lists are taken, each with the size that it lists; nothing else is
unpacked, and no path in the ZIP leads anywhere.
"""

from __future__ import annotations

import re
import zipfile
import zlib
from pathlib import Path, PurePosixPath
from typing import IO

from pawsight.errors import BadModel
from pawsight.model.card import CARD, LARGEST_CARD, ModelCard, read_card
from pawsight.storage import private
from pawsight.web.admin.upload import count_entries

MOST_UNPACKED = 200_000_000  # bytes of all files
MOST_ENTRIES = 1000
_NAME = re.compile(r"[\w][\w.-]{0,39}", re.ASCII)
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)  # of the others Python unpacks all at once, however much it is
_DAMAGED = (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, NotImplementedError, ValueError)
_AGAIN = "Send the ZIP that the page Train saves, or pack a model folder that `pawsight learn` wrote."


def unpack(file: IO[bytes], folder: Path) -> ModelCard:
    """Write the model folder that a ZIP holds.

    Args:
        file: the ZIP.
        folder: exists, and is empty.

    Returns:
        its card; what it says is not checked yet.

    Raises:
        BadModel: there is no model folder in it, it is damaged, not sealed, too large, or no folder can have its name.
        StorageFull, ArchiveUnavailable: the disk does not take it.
    """
    if count_entries(file) > MOST_ENTRIES:
        raise BadModel(f"The ZIP holds more than {MOST_ENTRIES:,} files.", _AGAIN)
    try:
        with zipfile.ZipFile(file) as zip:
            return _unpack(zip, folder)
    except _DAMAGED as error:
        raise BadModel("This is no ZIP, or it is damaged.", _AGAIN) from error


def _unpack(zip: zipfile.ZipFile, folder: Path) -> ModelCard:
    place = _place(zip)
    _take(zip, place / CARD, folder / CARD, LARGEST_CARD)
    card = _card(folder)
    if sum(listed.bytes for listed in card.files.values()) > MOST_UNPACKED:
        raise BadModel(f"The model has more than {MOST_UNPACKED / 1e6:.0f} MB.", "Publish it with the command line.")
    for name, listed in card.files.items():
        private.make_folder((folder / name).parent)
        _take(zip, place / name, folder / name, listed.bytes)
    return card


def _place(zip: zipfile.ZipFile) -> PurePosixPath:
    """The folder of the ZIP where the card is."""
    cards = [PurePosixPath(name) for name in zip.namelist() if PurePosixPath(name).name == CARD]
    if len(cards) != 1:
        raise BadModel(f"Expected a ZIP with one model folder, but {len(cards)} files are called {CARD}.", _AGAIN)
    return cards[0].parent


def _take(zip: zipfile.ZipFile, name: PurePosixPath, target: Path, most: int) -> None:
    try:
        entry = zip.getinfo(str(name))
    except KeyError as error:
        raise BadModel(f"The file {name.name} is missing in the ZIP.", _AGAIN) from error
    if entry.compress_type not in _METHODS:
        raise BadModel(f"The file {name.name} is packed in a way that is not read here.", _AGAIN)
    with zip.open(entry) as packed:
        data = packed.read(most + 1)
    if len(data) > most:
        raise BadModel(f"The file {name.name} is larger than expected ({most:,} bytes).", _AGAIN)
    private.write(target, data, durable=False)


def _card(folder: Path) -> ModelCard:
    card = read_card(folder)
    if not card.sha256:
        raise BadModel("The card is not sealed: it lacks its own SHA-256.", _AGAIN)
    if not _NAME.fullmatch(card.name):
        raise BadModel(f"The model is called {card.name!r}, and no folder can be.", "Train it with another name.")
    return card
