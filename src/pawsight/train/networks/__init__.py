"""Networks by name, each a trunk with a linear head."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import keras
import msgspec
from keras import layers

from pawsight.recipes import Phase, Recipe
from pawsight.runtime import IMAGENET, INPUT
from pawsight.train.networks import lite0, scratch, scratch_small, tiny, vgg16
from pawsight.train.networks.backbone import Backbone, stage
from pawsight.train.networks.gate import Gate
from pawsight.train.networks.head import make_head
from pawsight.train.networks.places import Places
from pawsight.train.start_weights import load_weights

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
        places: scores and maps -> scores that count single places as well; None for a single class.
    """

    size: int
    trunk: keras.Model
    head: keras.layers.Layer
    logits: keras.Model
    features: Any
    gate: Gate | None
    places: Places | None

    def serving(self) -> keras.Model:
        """Build what is exported.

        Returns:
            Pixels -> `scores (N, C)`, `features (N, D)`, `maps (N, h, w, C)`, and, where the network carries an
            ImageNet head, `imagenet (N, 1000)`, the probabilities that it gives.
        """
        pixels = keras.Input((self.size, self.size, 3), dtype="uint8", name=INPUT)
        places = self.trunk(pixels)
        maps = self.head(places)
        features = layers.GlobalAveragePooling2D(name="features")(places)
        scores = layers.Activation("sigmoid")(layers.GlobalAveragePooling2D()(maps))
        if self.places:
            scores = self.places(scores, maps)
        outputs = {"scores": scores, "maps": maps}
        if self.gate:
            passed, *imagenet = self.gate(features)
            outputs["scores"] = layers.Multiply()([scores, passed])
            outputs |= dict(zip([IMAGENET], imagenet, strict=False))
        named = {name: layers.Identity(name=name)(tensor) for name, tensor in outputs.items()}
        return keras.Model(pixels, named | {"features": features}, name=self.logits.name)

    def settle(self, phase: Phase) -> Phase:
        """The phase, with the name of the layer that its share means."""
        if not phase.share:
            return phase
        return msgspec.structs.replace(phase, learn_from=stage(self.trunk, phase.share))

    def cut(self, learn_from: str) -> Any:
        """The tensor between the stages that stay and those that learn."""
        return next(layer.input for layer in self.trunk.layers if layer.name.startswith(learn_from))


def build(recipe: Recipe, classes: tuple[str, ...], weights: Path | None = None) -> Network:
    """Build a recipe's network; pre-trained where the recipe says so, the head fresh unless it starts from a model.

    Args:
        recipe: which network, and how.
        classes: names of the C classes.
        weights: a file of ImageNet weights, for networks whose weights no package has.
    """
    module: Any = TRUNKS.get(recipe.network) or Backbone(recipe.network, recipe.size)
    trunk = module.build(recipe.size if recipe.head == "flatten" else None)
    if recipe.pretrained and not recipe.start:
        module.load_imagenet(trunk, *([weights] if weights else []))
    head = make_head(recipe.head, len(classes))
    # Whole channels are dropped, which is the same as dropping pooled features.
    places = layers.SpatialDropout2D(recipe.dropout, name="dropout")(trunk.output)
    logits = layers.GlobalAveragePooling2D(name="logits")(head(places))
    if recipe.start:
        load_weights(trunk, head, recipe.start)
    features = layers.GlobalAveragePooling2D()(trunk.output)
    return Network(
        size=recipe.size,
        trunk=trunk,
        head=head,
        logits=keras.Model(trunk.input, logits, name=recipe.name.replace("-", "_")),
        features=features,
        gate=Gate.of(module.imagenet_head(), recipe.gate, classes) if recipe.gate else None,
        places=Places.of(len(classes)),
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
