"""A model on its way to the machines of a cluster: sent to each once, loaded and checked once in each process."""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import msgspec
import ray

from pawsight import zoo
from pawsight.model.card import ModelCard, encode, read_model
from pawsight.runtime import InferenceSession, golden, open_session

KEPT = 4  # models that a process keeps loaded: several are compared in one evaluation


@dataclass(frozen=True)
class SharedModel:
    """A model that stands in the memory of the cluster.

    Attributes:
        card: as JSON.
        graph: Ray's reference to the content of the graph's file.
        folder: the current one where the command was given; relative paths of photos start there.
    """

    card: bytes
    graph: Any
    folder: str


def share_model(model: str | Path) -> SharedModel:
    """Put a model into the memory of the cluster; for `model` see `Classifier.load`. It must be on this machine only.

    Raises:
        ModelNotFound, BadModel: as `Classifier.load` does.
    """
    card, graph = read_model(zoo.find(model))
    return SharedModel(encode(card), ray.put(graph), str(Path.cwd()))


@lru_cache(maxsize=KEPT)
def open_shared(model: SharedModel) -> tuple[ModelCard, InferenceSession]:
    """Load a model in a process of the cluster, and replay its golden pictures there.

    Raises:
        BadModel: it predicts something else on this machine.
    """
    with suppress(OSError):  # where a machine lacks the folder, photos with a relative path are reported
        os.chdir(model.folder)
    card = msgspec.json.decode(model.card, type=ModelCard)
    session = open_session(ray.get(model.graph))
    golden.replay(card, session)
    return card, session
