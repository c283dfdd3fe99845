"""The smallest net: learns what the default model says, and fits into a quarter of a megabyte.

    pawsight train tiny --data DATA --out runs/tiny

Two cores of a server (Xeon, AVX-512), TensorFlow 2.21, beside other work: 75 minutes of one core, a fifth of it for the
teacher. One run, on 16,265 photos: 94.84 % (93.75-95.74) of 1,917 test photos, log loss 0.146; the same weights served
at 128 pixels: 94.37 % (93.24-95.31). The loss ended at 0.147 on training views and 0.163 on validation's labels, so it
has not learnt by heart, and more epochs may still help.
"""

from pawsight.recipes.base import Augment, Phase, Recipe

RECIPE = Recipe(
    name="tiny",
    network="tiny",
    # Served larger than trained: random crops show things larger than they are (Touvron et al., arXiv 1906.06423).
    size=160,
    batch=64,
    weight_decay=1e-3,
    patience=60,
    phases=(Phase(name="all", epochs=40, rate=4e-3, sizes=((16, 80), (16, 96), (8, 112))),),
    augment=Augment(crop=0.35, stretch=1.33, flip=True, brightness=0.2, contrast=0.2, saturation=0.2),
    teacher="lite0",
    views=8,
    quantise=True,
    origin="distilled from our lite0",
)
