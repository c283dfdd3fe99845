"""Answer for many photos on many machines: the same answers as `pawsight.batch.run`, computed on a Ray cluster.

Every machine needs Pawsight, and must see the photos by the same path or address. The model travels with the work.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import ray

from pawsight import zoo
from pawsight.batch.run import Answer, answer_one
from pawsight.card import ModelCard, encode, read_card, read_file
from pawsight.classifier import Classifier, Prediction
from pawsight.errors import BadSettings, PawsightError
from pawsight.runtime import golden, open_session
from pawsight.types import Limits

PATIENCE = 10.0  # seconds
BLOCK = 256  # photos that travel together
_NOTHING = np.empty(0, np.float32)


def answer_on_cluster(model: str | Path, paths: Iterable[str], limits: Limits, workers: int | None) -> Iterator[Answer]:
    """Answer for photos, in their order.

    Connects to the cluster that the variable `RAY_ADDRESS` names; without it, Ray starts one on this machine.

    Args:
        model: as `Classifier.load` takes it; must be on this machine only.
        paths: of photos, as every machine sees them, or addresses for `pawsight.batch.remote`.
        limits: what one photo may cost.
        workers: processors at a time; all of the cluster where None.

    Raises:
        BadSettings: there is no cluster at the address.
    """
    _connect()
    rows = [{"path": os.fsencode(path)} for path in paths]
    folder = zoo.find(model)
    card = read_card(folder)
    given = {"card": encode(card), "graph": ray.put(read_file(folder, card.graph, card)), "limits": limits}
    resources: Any = ray.cluster_resources()  # type: ignore[no-untyped-call]
    count = workers or max(1, int(resources.get("CPU", 1)))
    answers = ray.data.from_items(rows, override_num_blocks=-(-len(rows) // BLOCK)).map_batches(
        _Worker, fn_constructor_kwargs=given, batch_size=BLOCK, num_cpus=1, concurrency=(1, count)
    )
    try:
        for row in answers.iter_rows():
            yield _answer(os.fsdecode(row["path"]), msgspec.json.decode(row["said"]))
    finally:
        ray.shutdown()


def _connect() -> None:
    address = os.environ.get("RAY_ADDRESS", "")
    try:
        _reach(address)
        ray.init(configure_logging=False, log_to_driver=False, ignore_reinit_error=True)
    except (OSError, RuntimeError, ValueError) as error:
        reason = " ".join(str(error).split())[:200]
        raise BadSettings(
            f"Expected a Ray cluster at {address or 'this machine'}, but it cannot be used ({reason}).",
            "Start one with `ray start --head`, and name it in RAY_ADDRESS.",
        ) from error
    context: Any = ray.data.DataContext.get_current()
    context.execution_options.preserve_order = True
    context.enable_progress_bars = False


def _reach(address: str) -> None:
    """Raise OSError where nobody listens; Ray itself would try for minutes."""
    host, _, port = address.removeprefix("ray://").rpartition(":")
    if port.isdigit():
        socket.create_connection((host, int(port)), PATIENCE).close()


class _Worker:
    """One processor of the cluster, with the model loaded and its golden pictures answered there."""

    def __init__(self, card: bytes, graph: Any, limits: Limits) -> None:
        known = msgspec.json.decode(card, type=ModelCard)
        session = open_session(ray.get(graph))
        golden.replay(known, session)
        self._classifier = Classifier(known, session, limits)

    def __call__(self, batch: dict[str, Any]) -> dict[str, Any]:
        answers = [answer_one(self._classifier, os.fsdecode(path)).to_dict() for path in batch["path"]]
        return {"path": batch["path"], "said": [msgspec.json.encode(one) for one in answers]}


def _answer(path: str, said: dict[str, Any]) -> Answer:
    """What `Answer.to_dict` said, as an answer again."""
    if said["error"]:
        error = PawsightError(said["error"]["message"])
        error.code = said["error"]["code"]
        return Answer(path, error=error)
    shown = {name: said[name] for name in ("label", "verdict", "scores", "model")}
    return Answer(path, Prediction(**shown, features=_NOTHING, maps=_NOTHING))
