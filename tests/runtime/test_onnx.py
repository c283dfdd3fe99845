from __future__ import annotations

import os
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from pawsight.errors import BadModel
from pawsight.model.card import GRAPH
from pawsight.runtime import Outputs
from pawsight.runtime.onnx import OnnxSession, open_graph
from pawsight.types import Pixels


@pytest.fixture(scope="module")
def graph(tiny_model: Path) -> bytes:
    return (tiny_model / GRAPH).read_bytes()


def noise(count: int, seed: int = 0) -> Pixels:
    return np.random.default_rng(seed).integers(0, 256, (count, 32, 32, 3), dtype=np.uint8)


@pytest.mark.parametrize("count", [1, 7])
def test_shapes_and_ranges(graph: bytes, count: int) -> None:
    out = OnnxSession(graph).run(noise(count))
    assert out.scores.shape == (count, 2)
    assert out.features.shape == (count, 3)
    assert out.maps.shape == (count, 4, 4, 2)
    assert {array.dtype for array in (out.scores, out.features, out.maps)} == {np.dtype(np.float32)}
    assert 0 <= out.scores.min() <= out.scores.max() <= 1


def test_the_mean_of_the_maps_is_the_logit(graph: bytes) -> None:
    out = OnnxSession(graph).run(noise(5))
    assert out.scores == pytest.approx(1 / (1 + np.exp(-out.maps.mean(axis=(1, 2)))), abs=1e-5)


def test_a_photo_is_answered_alike_alone_and_among_others(graph: bytes) -> None:
    session, pixels = OnnxSession(graph), noise(6)
    together = session.run(pixels).scores
    assert together == pytest.approx(np.concatenate([session.run(one[None]).scores for one in pixels]), abs=1e-6)


def test_threads_share_a_session(graph: bytes) -> None:
    session = OnnxSession(graph)
    batches = [noise(3, seed) for seed in range(24)]
    start = threading.Barrier(4)

    def run(batch: Pixels) -> Outputs:
        start.wait(10)
        return session.run(batch)

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(run, batches))
    for batch, answer in zip(batches, answers, strict=True):
        assert np.array_equal(answer.scores, session.run(batch).scores)


@pytest.mark.parametrize("broken", [b"", b"no graph", "half"])
def test_what_is_no_graph(graph: bytes, broken: bytes | str) -> None:
    with pytest.raises(BadModel, match="does not load"):
        OnnxSession(graph[: len(graph) // 2] if isinstance(broken, str) else broken)


@pytest.mark.parametrize("name", [b"pixels", b"scores", b"maps"])
def test_a_graph_of_other_inputs_or_outputs(graph: bytes, name: bytes) -> None:
    with pytest.raises(BadModel, match="Expected a graph from pixels"):
        OnnxSession(graph.replace(name, name[:-1] + b"x"))


def test_any_graph_can_be_opened(graph: bytes) -> None:
    """Training runs graphs that do not answer: what they give is theirs to say."""
    other = graph.replace(b"scores", b"number")
    (numbers,) = open_graph(other, threads=1).run(["number"], {"pixels": noise(3)})
    assert np.array_equal(numbers, OnnxSession(graph).run(noise(3)).scores)
    with pytest.raises(BadModel, match="Expected an ONNX graph, but it does not load"):
        open_graph(b"no graph", threads=1)


def test_nothing_is_sent_and_nothing_is_left_at_home(tiny_model: Path, tmp_path: Path) -> None:
    """ONNX Runtime would leave an identifier and a queue of messages there."""
    code = "import sys; from pawsight import Classifier; print(Classifier.load(sys.argv[1]).card.id)"
    own = {name: value for name, value in os.environ.items() if name != "ORT_DISABLE_TELEMETRY"}
    own |= {"HOME": str(tmp_path), "CI": "", "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run([sys.executable, "-c", code, str(tiny_model)], env=own, capture_output=True, text=True)
    assert done.stdout == "tiny-1\n", done.stderr
    assert list(tmp_path.iterdir()) == []
