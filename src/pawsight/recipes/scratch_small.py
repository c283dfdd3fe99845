"""The class-room CNN: two blocks of convolution and pooling, and a dense head. The seed that overfits.

    pawsight train scratch-small --data DATA --out runs/scratch-small

Two cores of a server (Xeon, AVX-512), TensorFlow 2.21: 3 minutes. On 1,000 of 16,265 photos: 98.6 % of the training
answers right in the last epoch, but 65.62 % of 1,917 test photos (95 % interval 63.47-67.72). With the seeds 1 and 2:
65.99 % (63.84-68.08) and 66.82 % (64.68-68.90); mean of the three 66.1 %, standard deviation 0.6 points.

On all photos (`--photos 16265 --epochs 5`, 33 minutes with other work): 76.84 % (74.90-78.67). The validation loss
was lowest after the third epoch (0.486), and rose while the training loss fell on (to 0.230).
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
