"""The models that one server answers with: the first is loaded at the start, the others when first asked for."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from pawsight import zoo
from pawsight.active_model import ActiveModel
from pawsight.classifier import Classifier
from pawsight.errors import ModelNotFound
from pawsight.model.card import ModelCard
from pawsight.settings import Settings
from pawsight.web.models.lazy import LazyModel
from pawsight.web.models.published import PublishedModels

ALL, NONE = "all", "none"


def offered_folders(settings: Settings) -> list[Path]:
    """The folders that `settings.models` lets a request choose from.

    Raises:
        ModelNotFound: no model has this name or path.
    """
    if settings.models == NONE:
        return []
    named = zoo.names() if settings.models == ALL else settings.models.split(",")
    return [zoo.find(name.strip()) for name in named if name.strip()]


def published_folder(settings: Settings) -> Path:
    """Return the folder of models that were trained on the page and published."""
    return settings.admin_folder / "models"


class ModelRegistry:
    """Models by name. Thread-safe; a request gets one of these and no other, whatever it names.

    Attributes:
        first: answers where a request names no model.
        choice: what it was loaded by.
        kept: models that come and go while the server runs.
        refused: code of what is wrong with the model that was chosen last; None where it is the one that answers.

    Args:
        first: answers where a request names no model.
        choice: what the first was loaded by.
        others: folders of more models; one with the name of `first`, or of one before it, is left out.
        kept: folder of kept models, which need not be there; they come after the others. None for no such models.

    Raises:
        BadModel: a folder has no card that can be read.
    """

    def __init__(
        self, first: Classifier, choice: ActiveModel, others: Iterable[Path] = (), kept: Path | None = None
    ) -> None:
        first.warm_up()
        self.first = first
        self.choice = choice
        self.kept = PublishedModels(kept) if kept else None
        self.refused: str | None = None
        self._retired: dict[str, ModelCard] = {}
        self._others: dict[str, LazyModel] = {}
        for waiting in map(LazyModel, others):
            self._others.setdefault(waiting.card.name, waiting)

    def get(self, name: str = "") -> Classifier:
        """The model of a name; the first where the name is empty or `default`.

        Raises:
            ModelNotFound: none here has this name.
            BadModel: its folder cannot be trusted.
        """
        first = self.first
        if name in ("", "default", first.card.name):
            return first
        return self._other(name).load(first.limits)

    def replace(self, first: Classifier, choice: ActiveModel) -> None:
        """Let another model answer first. What was asked for before this call is answered by the one before."""
        first.warm_up()
        before = self.first.card
        self._retired[before.id] = before
        self.first, self.choice, self.refused = first, choice, None

    def has(self, name: str) -> bool:
        """Return whether a name belongs to a model that is not a kept one; no other can then be kept under it."""
        return name in ("default", self.first.card.name) or name in self._others

    def _all(self) -> dict[str, LazyModel]:
        kept = self.kept.models() if self.kept else {}
        return self._others | {name: one for name, one in kept.items() if name not in self._others}

    def _other(self, name: str) -> LazyModel:
        others = self._all()
        if name not in others:
            names = ", ".join(card.name for card in self.cards())
            raise ModelNotFound(
                f"Expected one of the models {names}, but another one was asked for.",
                "GET /api/v1/models says what each is; without a name the first answers.",
            )
        return others[name]

    def folder(self, name: str) -> Path:
        """Return where one of the other models stands.

        Raises:
            ModelNotFound: none of the others has this name.
        """
        return self._other(name).folder

    def cards(self) -> list[ModelCard]:
        """Return the cards of all models, the active one first."""
        first = self.first.card
        return [first, *(one.card for name, one in self._all().items() if name != first.name)]

    def card(self, id: str) -> ModelCard:
        """The card of the model that gave an answer.

        Args:
            id: name and version, as answers carry it.

        Raises:
            ModelNotFound: that model, or that version of it, is not here any more.
        """
        for card in self.cards():
            if card.id == id:
                return card
        retired = self._retired | (self.kept.gone() if self.kept else {})
        if id in retired:
            return retired[id]
        here = ", ".join(card.id for card in self.cards())
        raise ModelNotFound(
            f"The model {id} gave this answer and is not here any more; here now: {here}.",
            "Ask again with the photo, or have the operator offer that model again (the setting models).",
        )
