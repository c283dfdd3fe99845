"""Any network of `keras.applications`, by its name there, on your own photos.

    pawsight train MobileNetV3Small --data DATA --out runs/mine

A linear head on cached features first, then the last layers as well. Not one of these was run on ImageNet weights yet:
the rates are those that `lite0` learns with.
"""

from __future__ import annotations

from pawsight.recipes.base import Augment, Phase, Recipe
from pawsight.types import FitMode

NAMES = (
    *(f"ConvNeXt{size}" for size in ("Tiny", "Small", "Base", "Large", "XLarge")),
    *(f"DenseNet{depth}" for depth in (121, 169, 201)),
    *(f"EfficientNetB{number}" for number in range(8)),
    *(f"EfficientNetV2{size}" for size in ("B0", "B1", "B2", "B3", "S", "M", "L")),
    *("InceptionResNetV2", "InceptionV3"),
    *("MobileNet", "MobileNetV2", "MobileNetV3Large", "MobileNetV3Small"),
    *("NASNetLarge", "NASNetMobile"),
    *(f"ResNet{depth}{version}" for version in ("", "V2") for depth in (50, 101, 152)),
    *("VGG16", "VGG19", "Xception"),
)
SHARE = 0.3


def backbone(name: str, size: int, fit: FitMode, *, pretrained: bool = True, share: float = SHARE) -> Recipe:
    """The recipe for a network of `keras.applications`.

    Args:
        name: one of `NAMES`.
        size, fit: of the prepared photos, which become the model's input.
        pretrained: start from ImageNet weights; else everything learns, from nothing.
        share: of the layers that learn in the second phase, counted from the end, above 0 and up to 1.
    """
    tuning = Phase(name="last layers", epochs=4, rate=2e-4, share=share)
    return Recipe(
        name=name,
        network=name,
        size=size,
        fit=fit,
        pretrained=pretrained,
        dropout=0.2,
        weight_decay=1e-4,
        phases=(tuning if pretrained else Phase(name="all", epochs=30, rate=1e-3),),
        augment=Augment(
            crop=0.3, stretch=1.5, flip=True, brightness=0.3, contrast=0.3, saturation=0.4, grey=0.05, blur=0.2
        ),
        blends=(0.25, 0.5, 0.75, 1.0) if pretrained else (),
        licence="see keras.io/api/applications" if pretrained else "Apache-2.0",
        origin=f"{name} of keras.applications, {'its ImageNet weights' if pretrained else 'trained from scratch'}",
    )
