"""The smallest net: learns what the default model says, refuses other things, and fits into a quarter of a megabyte.

    pawsight train tiny --data DATA --out runs/tiny

The first three phases took 156 minutes of two cores of a server (Xeon, AVX-512, TensorFlow 2.21), with other work, and
10 for the teacher, with eight views and without pairs: 95.67 % (94.68-96.49) of 1,942 test photos; 35 % of photos of
kinds that it never saw were taken for a pet. The shipped model began there (`--start tiny`) and ran the last phase
twice: 8 epochs at a rate of 5e-4 with two views, then as it stands here, in 30 minutes of processor time of a faster
machine (EPYC, AVX-512 VNNI): 95.01 % (93.94-95.89) of the same photos, 21.6 % `unsure`, and 7.5 % (6.3-8.9, n = 1,579)
of other things of new kinds are taken for a pet. All phases in one run were not tried.
"""

from pawsight.recipes.base import Augment, Phase, Recipe
from pawsight.recipes.unseen import UNSEEN

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
        # Warm restarts (Loshchilov and Hutter, arXiv 1608.03983): each cycle ended before it overfitted.
        Phase(name="again", epochs=12, rate=1.5e-3, sizes=((5, 112), (7, 128))),
        Phase(name="once more", epochs=12, rate=1.2e-3, sizes=((4, 112), (8, 128))),
        # With other things and pairs; the first stages see edges and colors, which are the same for all.
        Phase(name="outliers", epochs=16, rate=8e-4, learn_from="stage3", sizes=((16, 128),)),
    ),
    unseen=UNSEEN,
    keep_imagenet=0.3,
    augment=Augment(crop=0.35, stretch=1.33, flip=True, brightness=0.2, contrast=0.2, saturation=0.2, pair=0.3),
    teacher="lite0",
    views=4,
    quantise=True,
    origin="distilled from our lite0",
)
