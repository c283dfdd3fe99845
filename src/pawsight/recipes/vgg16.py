"""VGG16 with ImageNet weights: a linear head on pooled features, then block 5.

    pawsight train vgg16 --data DATA --out runs/vgg16 [--weights vgg16_notop.weights.h5]

Two cores of a server (Xeon, AVX-512 VNNI), TensorFlow 2.21, with other work: 40 minutes of one core for the linear
head, 45 for block 5, 20 for blending, int8 and the measuring. One run, on 16,265 photos: 98.70 % (98.08-99.12) of 1,917
test photos, log loss 0.042; validation wanted half of the way from the linear head to the tuned weights.
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
