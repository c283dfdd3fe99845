"""What a recipe is: plain frozen data, so that it can be printed, compared, and written into a model's card."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from pawsight.types import FitMode


class Augment(Struct, frozen=True, kw_only=True):
    """How much a training photo may be changed, differently each time it is shown. The defaults change nothing.

    Attributes:
        crop: smallest share of the photo's area that a random crop keeps, 0..1.
        stretch: how far a crop's ratio of sides may be from the photo's, as a factor (1.33: 3:4 to 4:3).
        flip: whether to mirror half of the photos.
        brightness, contrast, saturation: largest change, as a share (0.4: factors from 0.6 to 1.4).
        grey: share of photos that lose their colour.
        blur: share of photos that are shrunk and enlarged again, as if taken with fewer pixels.
        pair: share of photos that are shown together with another one, so that there are photos of `both`.
    """

    crop: float = 1.0
    stretch: float = 1.0
    flip: bool = False
    brightness: float = 0.0
    contrast: float = 0.0
    saturation: float = 0.0
    grey: float = 0.0
    blur: float = 0.0
    pair: float = 0.0


class Phase(Struct, frozen=True, kw_only=True):
    """A stretch of training with one choice of layers that learn.

    Attributes:
        name: for the history.
        epochs: at most so many.
        rate: learning rate at its peak; it warms up over the first twentieth and falls to zero along a cosine.
        learn_from: name of the first stage that learns (`stage5`); everything learns where empty. Batch normalisation
            of a pre-trained trunk never learns: its statistics stand for more photos than we have.
        share: in place of a name, the share of the layers that learn, counted from the end.
        sizes: (epochs, side of the photos) in their order, from small and quick to large; the recipe's size after
            these.
    """

    name: str
    epochs: int
    rate: float
    learn_from: str = ""
    share: float = 0.0
    sizes: tuple[tuple[int, int], ...] = ()

    def size(self, epoch: int, default: int) -> int:
        """Side of the photos shown in an epoch of this phase, counted from 0."""
        for epochs, side in self.sizes:
            if epoch < epochs:
                return side
            epoch -= epochs
        return default


class Recipe(Struct, frozen=True, kw_only=True):
    """Everything that decides how a model is trained, but the photos.

    Attributes:
        name: of the recipe, and of the model it makes.
        network: which trunk of `pawsight.train.networks`.
        size, fit: the model's input.
        pretrained: start from ImageNet weights and train the linear head on cached features first.
        start: model of the same network (a folder, or the name of a shipped one) whose weights training begins with;
            where a phase learns from a stage on, its batch normalization does not learn. Empty: ImageNet's where
            `pretrained`, else random ones.
        head: `pool` averages over places before one linear layer; `flatten` has weights of its own for each place.
        photos: use only so many training photos, the first by content hash; all where 0.
        unseen: kinds of neither that fine-tuning never sees, so that the figures for these kinds tell how the model
            treats kinds that are new to it.
        batch: photos in one step.
        dropout: share of feature channels dropped in training.
        weight_decay: AdamW's, on kernels only.
        balance: whether a class with few photos counts as much as one with many.
        emphasis: source of photos (`drawn` for drawn.zip) -> how many times as much its photos count.
        patience: stop a phase after so many epochs without a better validation loss.
        keep_imagenet: weight of a second loss that keeps the answers of the ImageNet head as they were (learning
            without forgetting, arXiv 1606.09282). With a teacher, its thousand probabilities are learned through a
            head that is there in training only: they say what else is in a photo.
        gate: class -> (first, past the last) of the ImageNet classes that show it. Where every class has some, scores
            are multiplied by how much the ImageNet head sees any of them: what is neither gets low scores.
        teacher: model whose scores are learned in place of the labels (distillation, arXiv 1503.02531); none if empty.
        budget: largest share of wrong verdicts on validation. In the shipped models' data a quarter of its photos show
            neither, more than most folders of pets hold. With a small one, a weak network leaves most photos unsure.
        refused: largest share of photos of the classes, on validation, that may be called `neither`; others that see
            little are unsure.
        views: number of different views of each photo that the linear head learns from, the first of them the photo as
            it is, or that the teacher answers for.
        blends: shares of the way from the weights before fine-tuning to those after it; validation picks one
            (WiSE-FT, arXiv 2109.01903). Empty: take the tuned weights.
        quantise: also try int8, and ship it where it costs at most 0.2 percentage points on validation.
        seed: of first weights, order and views.
        licence, origin: of the base weights, for the card.
    """

    name: str
    network: str
    size: int
    fit: FitMode = "crop"
    pretrained: bool = False
    start: str = ""
    head: Literal["pool", "flatten"] = "pool"
    photos: int = 0
    unseen: tuple[str, ...] = ()
    batch: int = 32
    dropout: float = 0.0
    weight_decay: float = 0.0
    balance: bool = False
    emphasis: dict[str, float] = {}
    patience: int = 3
    phases: tuple[Phase, ...]
    augment: Augment = Augment()
    keep_imagenet: float = 0.0
    gate: dict[str, tuple[int, int]] = {}
    teacher: str = ""
    budget: float = 0.02
    refused: float = 1.0
    views: int = 2
    blends: tuple[float, ...] = ()
    quantise: bool = False
    seed: int = 0
    licence: str = "Apache-2.0"
    origin: str = "trained from scratch"
