"""The smallest net: learns what the default model says, and fits into a quarter of a megabyte.

    pawsight train tiny --data DATA --out runs/tiny

Two cores of a server (Xeon, AVX-512), TensorFlow 2.21, beside other work: 156 minutes, and 10 for the teacher. One run,
on 16,265 photos: 95.83 % (94.84-96.63) of 1,917 test photos, log loss 0.113. After the first cycle it was 94.84 %,
after the second 95.20 %; the loss ended at 0.104 on training views and 0.119 on validation's labels.
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
    phases=(
        Phase(name="all", epochs=40, rate=4e-3, sizes=((16, 80), (16, 96), (8, 112))),
        # Warm restarts (Loshchilov and Hutter, arXiv 1608.03983): each cycle ended before it had learnt by heart.
        Phase(name="again", epochs=12, rate=1.5e-3, sizes=((5, 112), (7, 128))),
        Phase(name="once more", epochs=12, rate=1.2e-3, sizes=((4, 112), (8, 128))),
    ),
    augment=Augment(crop=0.35, stretch=1.33, flip=True, brightness=0.2, contrast=0.2, saturation=0.2),
    teacher="lite0",
    views=8,
    quantise=True,
    origin="distilled from our lite0",
)
