"""The class-room CNN: two blocks of convolution and pooling, and a dense head. The seed that overfits.

pawsight train scratch-small --data DATA --out runs/scratch-small
"""

from pawsight.recipes.base import Phase, Recipe

RECIPE = Recipe(
    name="scratch-small",
    network="scratch_small",
    size=224,
    head="flatten",
    photos=1000,
    phases=(Phase(name="all", epochs=10, rate=1e-3),),
    patience=10,  # the overfitting is what there is to see
)
