"""Seal a finished model: its card lists size and SHA-256 of every file, so that a damaged copy is refused."""

from __future__ import annotations

from pathlib import Path

import msgspec

from pawsight.model import readme, single_file
from pawsight.model.card import CARD, GRAPH, LITERT, ModelCard, card_fingerprint, describe, encode


def seal(card: ModelCard, folder: Path) -> ModelCard:
    """Write `README.md` and `card.json` into a folder that is otherwise complete; the card holds the identity of each
    file in it.

    Returns:
        The card as written.
    """
    (folder / readme.README).write_text(readme.render(card), encoding="utf-8", newline="\n")
    paths = sorted(path for path in folder.rglob("*") if path.is_file() and path.name != CARD)
    files = {path.relative_to(folder).as_posix(): describe(path.read_bytes()) for path in paths}
    sealed = _sealed(msgspec.structs.replace(card, files=files))
    (folder / CARD).write_bytes(encode(sealed))
    return sealed


def seal_file(card: ModelCard, graph: bytes) -> bytes:
    """Make one file of a graph and its card, which then describes this graph and nothing else."""
    name = LITERT if single_file.is_litert(graph) else GRAPH
    return single_file.pack(graph, encode(_sealed(msgspec.structs.replace(card, files={name: describe(graph)}))))


def _sealed(card: ModelCard) -> ModelCard:
    return msgspec.structs.replace(card, sha256=card_fingerprint(msgspec.json.encode(card)))
