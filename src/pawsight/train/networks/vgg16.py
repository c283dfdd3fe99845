"""VGG16's trunk in Keras, with the ImageNet weights that Keras publishes.

Simonyan and Zisserman, Very Deep Convolutional Networks (arXiv 1409.1556): thirteen 3x3 convolutions in five blocks,
14.7 million parameters, 15.3 billion multiply-adds at 224 pixels. Its preprocessing is the mean colour of ImageNet,
subtracted. The published kernels want blue, green, red; they are turned round when loaded, and photos stay as they are.
"""

from __future__ import annotations

from pathlib import Path

import keras
from keras import layers

from pawsight.errors import BadData

BLOCKS = ((2, 64), (2, 128), (3, 256), (3, 512), (3, 512))
MEAN = (123.68, 116.779, 103.939)  # of ImageNet's red, green and blue


def build(size: int | None) -> keras.Model:
    """The trunk, untrained; layers are named as in `keras.applications.VGG16`.

    Returns:
        A model from `(N, size, size, 3)` uint8 RGB, 0..255, to `(N, size / 32, size / 32, 512)` float32, 0 and up.
    """
    inputs = keras.Input((size, size, 3), dtype="uint8", name="pixels")
    x = layers.Rescaling(1.0, offset=[-mean for mean in MEAN], name="subtract_mean")(inputs)
    for block, (convolutions, channels) in enumerate(BLOCKS, start=1):
        for number in range(1, convolutions + 1):
            name = f"block{block}_conv{number}"
            x = layers.Conv2D(channels, 3, padding="same", activation="relu", name=name)(x)
        x = layers.MaxPooling2D(name=f"block{block}_pool")(x)
    return keras.Model(inputs, x, name="vgg16")


def load_imagenet(trunk: keras.Model, weights: Path | None = None) -> None:
    """Fill the trunk with its ImageNet weights.

    Args:
        trunk: as `build` makes it.
        weights: a Keras weights file of `keras.applications.VGG16(include_top=False)`; downloaded by Keras where None.

    Raises:
        BadData: the file cannot be had, or is not one of VGG16.
    """
    try:
        published = keras.applications.VGG16(weights=weights or "imagenet", include_top=False)
    except Exception as error:  # what h5py, Keras and the download raise shares no base but Exception
        raise BadData(
            f"Expected VGG16's ImageNet weights, but they cannot be loaded ({' '.join(str(error).split())[:200]}).",
            "Give a file with --weights, or train where Keras can download it.",
        ) from error
    for layer in trunk.layers:
        if layer.weights:
            kernel, bias = published.get_layer(layer.name).get_weights()
            layer.set_weights([kernel[:, :, ::-1] if kernel.shape[2] == 3 else kernel, bias])
