"""VGG16 with ImageNet weights: a linear head on pooled features, then block 5.

    pawsight train vgg16 --data DATA --out runs/vgg16 [--weights vgg16_notop.weights.h5]

Two cores of a server (Xeon, AVX-512 VNNI), TensorFlow 2.21, with other work: 40 minutes of one core for the linear
head, 45 for block 5, 20 for blending, int8 and the measuring; so trained, without pairs and with nine kinds of other
things, it was right on 98.70 % (98.08-99.12) of 1,917 test photos. The shipped model began there (`--start vgg16`) and
ran block 5 as it stands here: an hour of one core of an EPYC, the end included. It is right on 98.56 %
(97.92-99.00) of 1,942 test photos, leaves 7.4 % `unsure`, and takes 9.2 % (7.9-10.7, n = 1,579) of other things of
kinds that it never saw for a pet. Validation wanted all of the way.
"""

from pawsight.recipes.base import Augment, Phase, Recipe
from pawsight.recipes.unseen import UNSEEN

RECIPE = Recipe(
    name="vgg16",
    network="vgg16",
    size=224,
    pretrained=True,
    batch=32,
    dropout=0.2,
    weight_decay=1e-4,
    # Random crops of 160 pixels show things about as large as whole photos of 224 do, at half the time.
    phases=(Phase(name="block 5", epochs=2, rate=5e-5, learn_from="block5", sizes=((2, 160),)),),
    unseen=UNSEEN,
    emphasis={"drawn": 4.0},
    budget=0.03,
    refused=0.006,
    augment=Augment(
        crop=0.35, stretch=1.33, flip=True, brightness=0.2, contrast=0.2, saturation=0.3, grey=0.05, pair=0.3
    ),
    views=1,
    blends=(0.5, 1.0),
    quantise=True,
    licence="CC-BY-4.0",
    origin="VGG16, ImageNet weights by the Visual Geometry Group, Oxford",
)
