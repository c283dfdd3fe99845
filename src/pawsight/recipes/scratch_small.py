"""The class-room CNN: two blocks of convolution and pooling, and a dense head. The seed that overfits.

    pawsight train scratch-small --data DATA --out runs/scratch-small

Two cores of a server (Xeon, AVX-512), TensorFlow 2.21: 4 minutes. One run, on 1,000 of 16,265 photos: 98.6 % of the
training answers right in the last epoch, but 65.99 % of 1,917 test photos (95 % interval 63.84-68.08).
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
