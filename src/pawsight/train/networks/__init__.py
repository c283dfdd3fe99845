"""Networks by name, each a trunk with a linear head."""

from __future__ import annotations

from dataclasses import dataclass

import keras
from keras import layers

from pawsight.recipes import Recipe
from pawsight.train.networks import lite0, scratch_small
from pawsight.train.networks.head import make_head

TRUNKS = {"lite0": lite0, "scratch_small": scratch_small}


@dataclass(frozen=True)
class Network:
    """A network in three views that share their weights.

    Attributes:
        trunk: pixels `(N, S, S, 3)` uint8 -> feature maps `(N, h, w, D)`.
        head: the linear layer at each place.
        logits: pixels -> `(N, C)`, with dropout while training.
    """

    trunk: keras.Model
    head: keras.layers.Layer
    logits: keras.Model

    def serving(self) -> keras.Model:
        """What is exported: pixels -> `scores (N, C)`, `features (N, D)`, `maps (N, h, w, C)`."""
        places = self.trunk.output
        maps = self.head(places)
        outputs = {
            "scores": layers.Activation("sigmoid", name="scores")(layers.GlobalAveragePooling2D()(maps)),
            "features": layers.GlobalAveragePooling2D(name="features")(places),
            "maps": layers.Identity(name="maps")(maps),
        }
        return keras.Model(self.trunk.input, outputs, name=self.trunk.name)


def build(recipe: Recipe, classes: int) -> Network:
    """Build a recipe's network for so many classes; pre-trained where the recipe says so, the head always fresh."""
    module = TRUNKS[recipe.network]
    trunk = module.build(recipe.size)
    if recipe.pretrained:
        module.load_imagenet(trunk)
    head = make_head(recipe.head, classes)
    # Whole channels are dropped, which is the same as dropping pooled features.
    places = layers.SpatialDropout2D(recipe.dropout, name="dropout")(trunk.output)
    logits = layers.GlobalAveragePooling2D(name="logits")(head(places))
    return Network(trunk, head, keras.Model(trunk.input, logits, name=recipe.name))


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
