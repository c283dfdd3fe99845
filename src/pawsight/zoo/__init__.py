"""The model folders that come with the package, found by name.

Here: the folders, and how a name becomes one. Not here: models that operators train or publish (`web.models`).
"""

from __future__ import annotations

from pathlib import Path

from pawsight.arguments import to_path
from pawsight.errors import ModelNotFound
from pawsight.model.card import CARD

DEFAULT = "lite0"
FOLDER = Path(__file__).parent


def names() -> list[str]:
    """Names of the shipped models, the default first."""
    found = sorted(path.parent.name for path in FOLDER.glob(f"*/{CARD}"))
    return sorted(found, key=lambda name: name != DEFAULT)


def find(model: str | Path) -> Path:
    """Find a model: `default`, the name of a shipped one, or the path of any other folder or exported file.

    Raises:
        ModelNotFound: none of these.
        BadSettings: it is neither a `str` nor a `Path`.
    """
    name = DEFAULT if str(model) == "default" else str(model)
    if name in names():
        return FOLDER / name
    if (path := to_path(model, "model")).exists():
        return path
    raise ModelNotFound(
        f"Expected a model folder or one of {', '.join(['default', *names()])}, but received {str(model)!r}.",
        "`pawsight models` lists what is there.",
    )
