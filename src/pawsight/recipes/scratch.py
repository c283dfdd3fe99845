"""Our own network, from labels alone: a small residual net, on photos that grow while it learns; it can refuse.

    pawsight train scratch --data DATA --out runs/scratch

The first two phases took 190 minutes of one core of a server (Xeon, AVX-512, TensorFlow 2.21) with other work, without
pairs and with nine kinds of other things: 96.50 % (95.59-97.24) of 1,917 test photos. The shipped model began there
(`--start scratch --mixed-precision`) and ran the last phase: 54 minutes of one core of an EPYC. It is right on 96.19 %
(95.24-96.95) of 1,942 test photos, leaves 15.5 % `unsure`, and takes 10.4 % (9.0-12.1, n = 1,579) of other things of
kinds that it never saw for a pet. All phases in one run were not tried.
"""

from pawsight.recipes.base import Augment, Phase, Recipe
from pawsight.recipes.unseen import UNSEEN

RECIPE = Recipe(
    name="scratch",
    network="scratch",
    # Served larger than trained: random crops show things larger than they are (Touvron et al., arXiv 1906.06423).
    size=160,
    batch=64,
    dropout=0.1,
    weight_decay=0.05,
    patience=30,
    phases=(
        Phase(name="all", epochs=27, rate=2e-3, sizes=((12, 64), (8, 96), (7, 128))),
        # A warm restart (Loshchilov and Hutter, arXiv 1608.03983): the first cycle ended before it overfitted.
        Phase(name="again", epochs=18, rate=6e-4, sizes=((8, 112), (10, 128))),
        # With other things and pairs; the last epochs at the size it is served at.
        Phase(name="outliers", epochs=17, rate=8e-4, sizes=((13, 128), (4, 160))),
    ),
    unseen=UNSEEN,
    emphasis={"drawn": 4.0},
    budget=0.05,
    refused=0.015,
    augment=Augment(
        crop=0.35, stretch=1.33, flip=True, brightness=0.2, contrast=0.2, saturation=0.2, grey=0.05, pair=0.25
    ),
    quantise=True,
)
