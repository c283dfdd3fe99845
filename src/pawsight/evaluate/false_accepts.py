"""False accepts of an evaluation, by kind of thing and by group of kinds."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import msgspec

from pawsight.data import Dataset
from pawsight.data.sources import NEITHER
from pawsight.errors import BadModel
from pawsight.evaluate.run import Evaluation
from pawsight.model.card import ModelCard
from pawsight.model.class_names import UNSURE
from pawsight.model.refusal import FILE, Refusal, figures


def false_accepts(
    result: Evaluation, data: Dataset, card: ModelCard, recorded: Refusal | None = None
) -> Refusal | None:
    """Count the photos of neither that were taken for a class, by kind.

    Which kinds a model saw is known where it was trained on this very data set, whose training split has photos of
    them, and where its own record names kinds, under any folder. Of other models it is not known.

    Args:
        result: of a split of the data.
        data: with photos of neither.
        card: the model's.
        recorded: the model's own figures; see `read_refusal`.

    Returns:
        The figures; None where the split has no photos of neither.
    """
    outliers = [place for place, row in enumerate(result.targets) if not row.any()]
    kinds = {row.path: row.kind or NEITHER for row in data.rows}
    names = [kinds[result.paths[place]] for place in outliers]
    accepted = [result.verdicts[place] not in (NEITHER, UNSURE) for place in outliers]
    return figures(f"{result.split} split", names, accepted, _seen(names, data, card, recorded)) if names else None


def _seen(names: Iterable[str], data: Dataset, card: ModelCard, recorded: Refusal | None) -> set[str] | None:
    if card.data and card.data.fingerprint == data.fingerprint:
        return {row.kind or NEITHER for row in data.rows if row.split == "train"}
    if recorded is None:
        return None
    known = {_thing(row.kind) for row in recorded.kinds}  # all of them: the gate was fitted on each
    return {name for name in names if _thing(name) in known}


def _thing(kind: str) -> str:
    return kind.lower().rpartition("/")[2]


def read_refusal(folder: Path) -> Refusal | None:
    """Read a model's figures for kinds that it never saw; None where a model has none.

    Raises:
        BadModel: the file is damaged.
    """
    path = folder / FILE
    if not folder.is_dir() or not path.exists():
        return None
    try:
        return msgspec.json.decode(path.read_bytes(), type=Refusal)
    except (OSError, msgspec.DecodeError) as error:
        raise BadModel(f"{path} cannot be read ({error}).", "Copy or train the model again.") from error
