"""Photos -> predictions: the one place where a prediction is made.

from pawsight import Classifier

classifier = Classifier.load("default")
print(classifier.predict("felix.jpg").verdict)
for prediction in classifier.predict(["felix.jpg", "rex.jpg"]):
    print(prediction.verdict, prediction.scores)
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, overload

import numpy as np
import numpy.typing as npt
from PIL import Image

from pawsight import images, photo_input, zoo
from pawsight.arguments import to_count, to_share
from pawsight.errors import BadModel, BadPhotoInput, BadSettings, UnknownLabel
from pawsight.explain import heat, overlay, to_html
from pawsight.model.card import Input, ModelCard, read_model
from pawsight.model.decision import DIGITS, decide
from pawsight.model.looks_like import Resemblance, looks_like
from pawsight.parallel import in_batches
from pawsight.photo_input import PhotoInput, to_pixels
from pawsight.runtime import InferenceSession, Outputs, golden, open_session
from pawsight.runtime.batching import BatchingSession
from pawsight.types import LIMITS, Floats, Limits, Pixels


@dataclass(frozen=True)
class Prediction:
    """One answer. Command line, page and API all show this.

    Attributes:
        label: the class with the highest score.
        verdict: a class, or `both` (several are there), `neither` (none is), `unsure` (a person should look).
        scores: class -> probability that it is in the photo, 0..1; independent of each other.
        model: name and version of the model that answered.
        features: `(D,)` float32, for look-alikes.
        maps: `(h, w, C)` float32, for `pawsight.explain`.
        photo: what `Classifier.predict` was given, to draw the heat map on; None where only pixels were fitted.
        input: which part of the photo the model saw, from its card; None likewise.
        looks_like: animals that the photo looks like, the likeliest first: guesses, and no part of the verdict. Empty
            where the model has no ImageNet head; of the shipped models only the default one has one.
    """

    label: str
    verdict: str
    scores: dict[str, float]
    model: str
    features: Floats = field(repr=False, compare=False)
    maps: Floats = field(repr=False, compare=False)
    photo: PhotoInput | None = field(default=None, repr=False, compare=False)
    input: Input | None = field(default=None, repr=False, compare=False)
    looks_like: list[Resemblance] = field(default_factory=list, compare=False)

    def heatmap(self, name: str | None = None) -> Floats:
        """Return how much each place of the model's square speaks for a class.

        Args:
            name: of the class; None for the one with the highest score.

        Returns:
            `(h, w)` float32, 0 to 1; all 0 where no place speaks for the class.

        Raises:
            UnknownLabel: the model has no class of that name.
        """
        classes = list(self.scores)
        if name is not None and name not in classes:
            raise UnknownLabel(f"The model has no class {name!r}. Its classes: {', '.join(classes)}.")
        return heat(np.ascontiguousarray(self.maps[:, :, classes.index(name or self.label)]))

    def overlay(self, name: str | None = None, opacity: float = 0.55) -> Pixels:
        """Draw the heat map of a class over the photo, which is read again for that.

        Args:
            name: of the class; None for the one with the highest score.
            opacity: of the hottest place, 0 to 1.

        Returns:
            `(H, W, 3)` uint8, scaled down where a side was longer than 1600 pixels.

        Raises:
            UnknownLabel: the model has no class of that name.
            BadSettings: the opacity is no number from 0 to 1.
            ImageError: the file can't be read any more.
            BadPhotoInput: the prediction was made from fitted pixels and doesn't know its photo.
        """
        if self.photo is None or self.input is None:
            raise BadPhotoInput(
                "This prediction doesn't know its photo.",
                "Predictions of Classifier.predict do; or use pawsight.explain.",
            )
        opacity = to_share(opacity, "opacity")
        pixels = to_pixels(self.photo, self.input.size, LIMITS)
        return overlay(pixels, self.heatmap(name), self.input, opacity)

    def show(self, name: str | None = None) -> None:
        """Open the photo and the heat map of a class in the system's picture viewer."""
        Image.fromarray(self.overlay(name)).show(title=self.verdict)

    def _repr_html_(self) -> str | None:
        """Return what Jupyter shows in place of the text: verdict, scores, and the heat map over the photo."""
        return to_html(self.overlay(), self.verdict, self.scores) if self.photo is not None else None

    def to_dict(self) -> dict[str, Any]:
        """The part that is shown, ready for JSON."""
        return {"label": self.label, "verdict": self.verdict, "scores": self.scores, "model": self.model}


class Classifier:
    """A model that predicts. It may be used from several threads at once, pickled, and used as a context manager.

    Args:
        card: what the model says of itself.
        session: its graph, loaded.
        limits: what one photo may cost.
    """

    def __init__(self, card: ModelCard, session: InferenceSession, limits: Limits = LIMITS) -> None:
        if not isinstance(limits, Limits):
            raise BadSettings(f"limits must be a pawsight.types.Limits, but is of type {type(limits).__name__}.")
        self.card = card
        self.limits = limits
        self._session: InferenceSession | None = session
        self._batching: BatchingSession | None = BatchingSession(session)
        self._loaded_from: tuple[str, int] | None = None

    @classmethod
    def load(cls, model: str | Path = "default", *, threads: int = 1, limits: Limits = LIMITS) -> Classifier:
        """Load a model: card, hashes, graph, golden pictures, in this order.

        Args:
            model: `default`, the name of a shipped model, a folder, or a file that `pawsight export` wrote.
            threads: processor threads for one photo.
            limits: what one photo may cost.

        Raises:
            ModelNotFound: there is no such model.
            BadModel: the folder can't be trusted; nothing of it was run before its hash was checked.
            BadSettings: an argument is impossible.
        """
        threads = to_count(threads, "threads", 1, 1024)
        folder = zoo.find(model)
        card, graph = read_model(folder)
        session = open_session(graph, threads)
        golden.replay(card, session)
        classifier = cls(card, session, limits)
        classifier._loaded_from = str(folder.absolute()), threads
        return classifier

    @property
    def session(self) -> InferenceSession:
        """The loaded graph.

        Raises:
            BadModel: the classifier was closed.
        """
        if self._session is None:
            raise _closed()
        return self._session

    def close(self) -> None:
        """Release the graph and its memory; a `with` block does so at its end."""
        self._session = self._batching = None

    def __enter__(self) -> Classifier:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle as the folder that it was loaded from: the process that unpickles it loads and checks it again."""
        if self._loaded_from is None:
            raise BadModel(
                "Only a classifier that Classifier.load made can be pickled.", "Save it as a model folder first."
            )
        return _load_again, (*self._loaded_from, self.limits, self.card.sha256)

    def warm_up(self) -> None:
        """Run the graph on blank photos, on all processors at once.

        So the first real photo isn't slower than the others, and the memory that many at a time take is taken now.
        """
        if self._batching is None:
            raise _closed()
        self._batching.warm_up(self.card.input.size)

    def read(self, photo: PhotoInput) -> Pixels:
        """Fit one photo to the model's input: `(size, size, 3)` uint8.

        Raises:
            ImageError: a file can't be read or decoded, or an address can't be downloaded.
            BadPhotoInput: it is not a photo.
        """
        return self.fit(self.decode(photo))

    def decode(self, photo: PhotoInput) -> Pixels:
        """Decode one photo, no larger than this model has use for: `(H, W, 3)` uint8."""
        return to_pixels(photo, self.card.input.size, self.limits)

    def fit(self, pixels: Pixels) -> Pixels:
        """Fit decoded pixels to the model's square."""
        return images.fit(
            photo_input.check_decoded(pixels), self.card.input.size, self.card.input.fit, self.card.input.interpolation
        )

    @overload
    def predict(self, photos: npt.NDArray[Any], batch_size: int = 16) -> Any: ...
    @overload
    def predict(  # type: ignore[overload-overlap]  # a str is an iterable, too, but of letters
        self, photos: PhotoInput, batch_size: int = 16
    ) -> Prediction: ...
    @overload
    def predict(self, photos: Iterable[PhotoInput], batch_size: int = 16) -> list[Prediction]: ...
    def predict(self, photos: PhotoInput | Iterable[PhotoInput], batch_size: int = 16) -> Prediction | list[Prediction]:
        """Predict one photo or many.

        Args:
            photos: one photo, or an iterable of photos, which is read as it is used. A photo is a path, a web
                address (`https://...`), a file's bytes, an open binary file, a PIL image, or an array `(H, W)`,
                `(H, W, 3)` or `(H, W, 4)` of uint8 or of floats 0..1. An array `(N, H, W, 3)` is N photos.
            batch_size: photos in one call of the graph.

        Returns:
            A prediction for one photo; a list of predictions, in their order, for many.

        Raises:
            ImageError: a photo can't be read. `pawsight.batch` goes on instead, and reports each.
            BadPhotoInput: it is no photo.
            BadSettings: `batch_size` is no whole number of 1 or more.
        """
        batch_size = to_count(batch_size, "batch_size")
        if photo_input.is_one_photo(photos):
            return self._predict_batch([photos])[0]  # type: ignore[list-item]  # one photo by now
        predictions: list[Prediction] = []
        for batch in in_batches(photo_input.split_photos(photos), batch_size):
            predictions += self._predict_batch(batch)
        return predictions

    def _predict_batch(self, photos: list[PhotoInput]) -> list[Prediction]:
        kept = [photo_input.keep_bytes(photo, self.limits) for photo in photos]
        found = self.predict_fitted([self.read(photo) for photo in kept])
        how = self.card.input
        return [replace(one, photo=photo, input=how) for one, photo in zip(found, kept, strict=True)]

    def predict_fitted(self, fitted: Sequence[Pixels]) -> list[Prediction]:
        """Predict for photos that `read` has fitted to the model's input, in one call of the graph."""
        if not len(fitted):
            return []
        out = self.session.run(np.stack([photo_input.check_fitted(one, self.card.input.size) for one in fitted]))
        return [self._prediction(out.one(place)) for place in range(len(fitted))]

    def predict_shared(self, fitted: Pixels) -> Prediction:
        """Predict for one photo that `read` has fitted to the model's input.

        Threads that call this at the same time share calls of the graph.
        """
        if self._batching is None:
            raise _closed()
        return self._prediction(self._batching.run(photo_input.check_fitted(fitted, self.card.input.size)))

    def _prediction(self, out: Outputs) -> Prediction:
        scores = {
            name: round(float(score), DIGITS) for name, score in zip(self.card.classes, out.scores[0], strict=True)
        }
        return Prediction(
            label=max(scores, key=scores.__getitem__),
            verdict=decide(scores, self.card.thresholds),
            scores=scores,
            model=self.card.id,
            features=out.features[0],
            maps=out.maps[0],
            looks_like=[] if out.imagenet is None else looks_like(out.imagenet[0]),
        )


def _closed() -> BadModel:
    return BadModel("This classifier was closed.", "Load the model again with Classifier.load.")


def _load_again(folder: str, threads: int, limits: Limits, sha256: str) -> Classifier:
    """Load a pickled classifier's model, in whatever process it arrived.

    Raises:
        BadModel: the folder holds another model by now.
    """
    classifier = Classifier.load(folder, threads=threads, limits=limits)
    if classifier.card.sha256 != sha256:
        raise BadModel(f"The model in {folder} has changed since the classifier was pickled.", "Load the model again.")
    return classifier
