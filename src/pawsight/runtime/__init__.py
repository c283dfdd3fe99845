"""Runtimes that execute a graph: ONNX Runtime and LiteRT, behind one `Session`.

Here: loading graphs, checking what they contain, running them, and golden scores. Not here: what the scores mean.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from pawsight.model import single_file
from pawsight.types import Floats, Pixels

INPUT = "pixels"
OUTPUTS = ("scores", "features", "maps")
IMAGENET = "imagenet"  # an output that only graphs with an ImageNet head have


@dataclass(frozen=True)
class Outputs:
    """What every graph returns for N photos, C classes and D features.

    Attributes:
        scores: `(N, C)` float32, 0..1, one independent probability a class.
        features: `(N, D)` float32, the pooled features before the linear layer.
        maps: `(N, h, w, C)` float32, logits at each place; their mean over places is the class's logit.
        imagenet: `(N, 1000)` float32, probabilities of the ImageNet classes; None where the graph does not give them.
    """

    scores: Floats
    features: Floats
    maps: Floats
    imagenet: Floats | None = None

    def one(self, place: int) -> Outputs:
        """Return the outputs for one of the photos, `(1, ...)` each."""
        own = slice(place, place + 1)
        imagenet = None if self.imagenet is None else self.imagenet[own]
        return Outputs(self.scores[own], self.features[own], self.maps[own], imagenet)


class InferenceSession(Protocol):
    """A loaded graph."""

    def run(self, pixels: Pixels) -> Outputs:
        """Answer for `(N, size, size, 3)` uint8 RGB photos."""
        ...


def open_session(graph: bytes, threads: int = 1) -> InferenceSession:
    """Load a graph with the runtime that its content asks for.

    Args:
        graph: the content of an ONNX or LiteRT file, weights inside.
        threads: processor threads for one call.

    Raises:
        BadModel: not a graph, or not one with our input and outputs.
        MissingExtra: the runtime is not installed.
    """
    if single_file.is_litert(graph):
        from pawsight.runtime.litert import LitertSession

        return LitertSession(graph, threads)
    from pawsight.runtime.onnx import OnnxSession

    return OnnxSession(graph, threads)


def score(session: InferenceSession, pixels: Pixels, indices: npt.NDArray[np.int64], batch: int = 32) -> Floats:
    """Scores for some photos of a cache, which may be larger than memory.

    Args:
        session: a loaded graph.
        pixels: `(N, size, size, 3)` uint8.
        indices: M places in `pixels`.

    Returns:
        `(M, C)` float32.
    """
    parts = np.array_split(indices, max(1, -(-len(indices) // batch)))
    return np.concatenate([session.run(np.stack([pixels[place] for place in part])).scores for part in parts])
