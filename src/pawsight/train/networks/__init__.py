"""Networks by name, each a trunk with a linear head."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import keras
import msgspec
from keras import layers

from pawsight.recipes import Phase, Recipe
from pawsight.runtime import INPUT
from pawsight.train.networks import lite0, scratch, scratch_small, tiny, vgg16
from pawsight.train.networks.backbone import Backbone, stage
from pawsight.train.networks.gate import Gate
from pawsight.train.networks.head import make_head

TRUNKS = {"lite0": lite0, "scratch": scratch, "scratch_small": scratch_small, "tiny": tiny, "vgg16": vgg16}


@dataclass(frozen=True)
class Network:
    """A network in views that share their weights.

    Attributes:
        size: side of the photos it serves.
        trunk: pixels `(N, S, S, 3)` uint8 -> feature maps `(N, h, w, D)`.
        head: the linear layer at each place.
        logits: pixels -> `(N, C)`, with dropout while training.
        features: tensor `(N, D)` of the trunk's graph, the pooled feature maps.
        gate: features -> probability that any of the classes is there; None where nothing is refused.
    """

    size: int
    trunk: keras.Model
    head: keras.layers.Layer
    logits: keras.Model
    features: Any
    gate: Gate | None

    def serving(self) -> keras.Model:
        """What is exported: pixels -> `scores (N, C)`, `features (N, D)`, `maps (N, h, w, C)`."""
        pixels = keras.Input((self.size, self.size, 3), dtype="uint8", name=INPUT)
        places = self.trunk(pixels)
        maps = self.head(places)
        features = layers.GlobalAveragePooling2D(name="features")(places)
        scores = layers.Activation("sigmoid")(layers.GlobalAveragePooling2D()(maps))
        if self.gate:
            scores = layers.Multiply()([scores, self.gate(features)])
        outputs = {
            "scores": layers.Identity(name="scores")(scores),
            "features": features,
            "maps": layers.Identity(name="maps")(maps),
        }
        return keras.Model(pixels, outputs, name=self.logits.name)

    def settle(self, phase: Phase) -> Phase:
        """The phase, with the name of the layer that its share means."""
        if not phase.share:
            return phase
        return msgspec.structs.replace(phase, learn_from=stage(self.trunk, phase.share))

    def cut(self, learn_from: str) -> Any:
        """The tensor between the stages that stay and those that learn."""
        return next(layer.input for layer in self.trunk.layers if layer.name.startswith(learn_from))


def build(recipe: Recipe, classes: tuple[str, ...], weights: Path | None = None) -> Network:
    """Build a recipe's network; pre-trained where the recipe says so, the head always fresh.

    Args:
        recipe: which network, and how.
        classes: names of the C classes.
        weights: a file of ImageNet weights, for networks that do not bring them.
    """
    module: Any = TRUNKS.get(recipe.network) or Backbone(recipe.network, recipe.size)
    trunk = module.build(recipe.size if recipe.head == "flatten" else None)
    if recipe.pretrained:
        module.load_imagenet(trunk, *([weights] if weights else []))
    head = make_head(recipe.head, len(classes))
    # Whole channels are dropped, which is the same as dropping pooled features.
    places = layers.SpatialDropout2D(recipe.dropout, name="dropout")(trunk.output)
    logits = layers.GlobalAveragePooling2D(name="logits")(head(places))
    features = layers.GlobalAveragePooling2D()(trunk.output)
    return Network(
        size=recipe.size,
        trunk=trunk,
        head=head,
        logits=keras.Model(trunk.input, logits, name=recipe.name.replace("-", "_")),
        features=features,
        gate=Gate.of(module.imagenet_head(), recipe.gate, classes) if recipe.gate else None,
    )


def freeze(network: Network, learn_from: str, pretrained: bool) -> None:
    """Choose which layers learn: those from stage `learn_from` on, or all where it is empty.

    Raises:
        ValueError: no layer's name begins so.
    """
    learns = not learn_from
    for layer in network.trunk.layers:
        learns = learns or layer.name.startswith(learn_from)
        layer.trainable = learns and not (pretrained and isinstance(layer, layers.BatchNormalization))
    if not learns:
        raise ValueError(f"Expected the name of a stage, but no layer of {network.trunk.name} begins {learn_from!r}.")
