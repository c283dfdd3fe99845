"""VGG16 with ImageNet weights: a linear head on pooled features, then block 5.

    pawsight train vgg16 --data DATA --out runs/vgg16 [--weights vgg16_notop.weights.h5]

Two cores of a server (Xeon, AVX-512 VNNI), TensorFlow 2.21: the linear head takes 18 minutes of one core. Block 5 was
not yet run to its end.
"""

from pawsight.recipes.base import Augment, Phase, Recipe

RECIPE = Recipe(
    name="vgg16",
    network="vgg16",
    size=224,
    pretrained=True,
    batch=32,
    dropout=0.2,
    weight_decay=1e-4,
    # Random crops of 160 pixels show things about as large as whole photos of 224 do, at half the time.
    phases=(Phase(name="block 5", epochs=2, rate=3e-5, learn_from="block5", sizes=((2, 160),)),),
    augment=Augment(crop=0.35, stretch=1.33, flip=True, brightness=0.2, contrast=0.2, saturation=0.3),
    views=1,
    blends=(0.5, 1.0),
    quantise=True,
    licence="CC-BY-4.0",
    origin="VGG16, ImageNet weights by the Visual Geometry Group, Oxford",
)
