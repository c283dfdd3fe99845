"""Load TensorFlow without its remarks, wherever it is imported: `TF_CPP_MIN_LOG_LEVEL` leaves the first ones."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType

from pawsight.library_log import remarks_left_out


class _QuietFinder(MetaPathFinder):
    """Finds TensorFlow where the other finders find it, and lets it load without its remarks."""

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if name != "tensorflow":
            return None
        others = (one for one in sys.meta_path if one is not self)
        spec = next((found for one in others if (found := one.find_spec(name, path, target))), None)
        if spec is None or spec.loader is None:
            return spec
        load = spec.loader.exec_module

        def load_quietly(module: ModuleType) -> None:
            with remarks_left_out():
                load(module)

        spec.loader.exec_module = load_quietly  # type: ignore[method-assign]
        return spec


def quiet_tensorflow() -> None:
    """Let TensorFlow load without its remarks, wherever it is imported from now on."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")  # for what it writes later
    if "tensorflow" not in sys.modules and not any(isinstance(one, _QuietFinder) for one in sys.meta_path):
        sys.meta_path.insert(0, _QuietFinder())
