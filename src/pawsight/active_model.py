"""Which model servers answer with: an operator's choice in one small file, that running servers follow.

Only servers whose setting `model` is `default` follow it; another one names its model itself. The file is replaced in
one step and remembers what was chosen before.
"""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

import msgspec
from msgspec import Struct

from pawsight import zoo
from pawsight.classifier import Classifier
from pawsight.errors import BadModel, BadSettings, ModelNotFound
from pawsight.settings import Settings
from pawsight.storage.atomic import READABLE, write_file
from pawsight.types import Limits

FOLLOW = "default"
_REMEMBERED = 20


class ActiveModel(Struct, frozen=True, forbid_unknown_fields=True):
    """One model.

    Attributes:
        model: the name of a shipped model, or the path of a folder.
        sha256: of its card when it was chosen; the folder must still hold that one. Empty where it may change, as a
            shipped model does with the next version of Pawsight.
        at: when it was chosen, in ISO 8601; empty where nobody chose.
    """

    model: str
    sha256: str = ""
    at: str = ""

    def load(self, limits: Limits) -> Classifier:
        """Load it, with all checks.

        Raises:
            ModelNotFound: it is gone.
            BadModel: it cannot be trusted, or is another one by now.
        """
        classifier = Classifier.load(self.model, limits=limits)
        if self.sha256 not in ("", classifier.card.sha256):
            raise BadModel(
                f"The folder {self.model} holds another model than the one that was chosen (its card differs).",
                "If that is meant: `pawsight models use` it again. If not: `pawsight models rollback`.",
            )
        return classifier


class _History(Struct, frozen=True, forbid_unknown_fields=True):
    """Content of the file; `before` ends with the choice before this one."""

    now: ActiveModel
    before: list[ActiveModel]


def active_model(settings: Settings) -> ActiveModel:
    """The model that a server with these settings answers with.

    Raises:
        BadSettings: the file of choices does not read.
    """
    return ActiveModel(settings.model) if settings.model != FOLLOW else _read(settings.choice_file).now


def use(settings: Settings, model: str | Path) -> ActiveModel:
    """Check a model as a server would, and choose it.

    Raises:
        ModelNotFound, BadModel: it is no model to be trusted; the choice stays what it was.
        BadSettings: the choice cannot be written down.
    """
    classifier = Classifier.load(model)
    name = "" if zoo.find(model).parent != zoo.FOLDER else str(model)
    choice = ActiveModel(
        model=name or os.path.abspath(model),
        sha256="" if name else classifier.card.sha256,
        at=datetime.now(UTC).isoformat(timespec="seconds"),
    )
    choices = _read_or_begin(settings.choice_file)
    _write(settings.choice_file, _History(choice, [*choices.before, choices.now][-_REMEMBERED:]))
    return choice


def roll_back(settings: Settings) -> ActiveModel:
    """Choose again what was chosen before.

    Raises:
        ModelNotFound: nothing was.
        BadSettings: the choice cannot be read or written down.
    """
    choices = _read(settings.choice_file)
    if not choices.before:
        raise ModelNotFound("No other model was chosen before this one.", "`pawsight models use` chooses one.")
    *before, last = choices.before
    _write(settings.choice_file, _History(last, before))
    return last


def _read(path: Path) -> _History:
    try:
        return msgspec.json.decode(path.read_bytes(), type=_History)
    except FileNotFoundError:
        return _History(ActiveModel(FOLLOW), [])
    except (OSError, msgspec.DecodeError) as error:
        raise BadSettings(
            f"Expected the choice of a model in {path}, but it does not read ({error}).",
            "`pawsight models use` writes a new one.",
        ) from error


def _read_or_begin(path: Path) -> _History:
    """Read the file; where it is damaged, begin again with nothing that was chosen before."""
    try:
        return _read(path)
    except BadSettings:
        return _History(ActiveModel(FOLLOW), [])


def _write(path: Path, choices: _History) -> None:
    """Replace the file in one step: a server that looks at the same moment sees the old or the new one."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        content = msgspec.json.format(msgspec.json.encode(choices), indent=2) + b"\n"
        write_file(path, content, mode=READABLE, lasting=True)  # a server may run as another user; it holds no secret
    except OSError as error:
        raise BadSettings(f"Expected to write the choice to {path}, but cannot ({error.strerror}).") from error
