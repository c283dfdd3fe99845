"""From a folder per class to a model folder: the whole of learning, in order."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from pawsight import zoo
from pawsight.batch.distribution_shift import Reference, gather, mix_of, sample_places, write_reference
from pawsight.classifier import Classifier
from pawsight.data.layout import SourceFile, list_files
from pawsight.data.prepare import appearing, check_apart
from pawsight.data.sources import name_sources, open_source
from pawsight.errors import BadData
from pawsight.learn.cross_validation import FoldPlan, make_plan
from pawsight.learn.curve import learning_curve
from pawsight.learn.forecast import make_forecast
from pawsight.learn.model import write_model, write_predictions
from pawsight.learn.model_selection import try_out
from pawsight.learn.outliers import OutlierBank, read_bank
from pawsight.learn.photos import (
    LabeledPhotos,
    check_files,
    choose_first,
    leave_out_short,
    needs_more,
    read_photos,
    usable,
)
from pawsight.model.card import ModelCard, read_card
from pawsight.model.forecast import Forecast
from pawsight.model.metrics import Metrics
from pawsight.runtime import golden
from pawsight.types import LOCAL_LIMITS, Limits, ProgressHook, RejectedFile, no_progress


def _everything(path: str) -> bool:
    return True


@dataclass(frozen=True)
class Learned:
    """The result of learning.

    Attributes:
        folder: the model folder.
        card: its card.
        metrics: measured on photos that the predicting head never saw.
        measured: how they were measured, in plain words.
        forecast: made before the long part.
        bad: files that were not used.
    """

    folder: Path
    card: ModelCard
    metrics: Metrics
    measured: str
    forecast: Forecast
    bad: list[RejectedFile]


def forecast(
    source: Path,
    *,
    base: str | Path = "default",
    exclusive: bool = True,
    seed: int = 0,
    keep: Callable[[str], bool] = _everything,
    limits: Limits = LOCAL_LIMITS,
    watch: ProgressHook = no_progress,
) -> Forecast:
    """Look at some of the photos, and forecast what learning from them will give. Nothing is written.

    Args, Raises: see `learn`.
    """
    with _listed(source, keep, limits) as files:
        labeled, _ = _read_first(files, _Trunk.by(base, exclusive, watch), seed)
    return _forecast(labeled, files, seed, watch)[0]


def learn(
    source: Path,
    out: Path,
    *,
    base: str | Path = "default",
    exclusive: bool = True,
    seed: int = 0,
    keep: Callable[[str], bool] = _everything,
    limits: Limits = LOCAL_LIMITS,
    report: Callable[[Forecast], None] = lambda forecast: None,
    watch: ProgressHook = no_progress,
) -> Learned:
    """Learn to tell classes apart from a folder of photos per class.

    The trunk of a model that has seen many photos stays as it is; a regularised linear layer on its features is new.

    Args:
        source: a zip or folder as `pawsight.data.sources` reads them. Photos in a folder `neither` or `other` show none
            of the classes.
        out: model folder to write; it appears when complete.
        base: the model whose trunk is used, with the bank of other things that comes with it.
        exclusive: whether a photo shows one class at most. Otherwise each class has a score of its own, and a picture
            that lies in several folders shows several classes.
        seed: of all that is drawn.
        keep: whether a file counts, by its path from the source's name on.
        limits: what one photo may cost.
        report: called once with the forecast, before the long part.
        watch: wraps what takes long, for a progress bar.

    Raises:
        NoPhotos: there are none.
        BadData: `out` exists, lies among the photos or cannot be written; there are fewer than two classes with at
            least 3 different photos; or a name cannot be a class.
        BadModel: the base model cannot be trusted or taken apart.
        ExportDiffers: the new graph does not answer like what it was made of.
    """
    _check_free(out)
    check_apart(out, [source.resolve()])
    with appearing(out.resolve()) as folder:  # from the start: what cannot be written is reported before the work
        with _listed(source, keep, limits) as files:
            trunk = _Trunk.by(base, exclusive, watch)
            labeled, rest = _read_first(files, trunk, seed)
            expected, resembling = _forecast(labeled, files, seed, watch)
            report(expected)
            labeled = (labeled.joined(trunk.at(rest)) if rest else labeled).without_outliers(resembling)
            labeled = leave_out_short(labeled, files)
            reference = trunk.reference(labeled, files)
        plan = make_plan(labeled.labels, labeled.groups, labeled.digests, seed)
        choice, answers = try_out(labeled, plan, watch)
        card = write_model(folder, out.resolve().name, zoo.find(base), labeled, plan, choice)
        write_reference(reference, folder)
        metrics = write_predictions(folder, card, labeled, answers)
        _check_free(out)  # again: another run may have ended meanwhile
    return Learned(out, read_card(out), metrics, _measured(plan), expected, labeled.bad)


def _check_free(out: Path) -> None:
    if out.exists():
        raise BadData(f"Expected a new folder for the model, but {out} exists.", "Choose another --out.")


@dataclass(frozen=True)
class _Trunk:
    """How files are looked at: through which trunk, and with which bank of other things."""

    classifier: Classifier
    bank: OutlierBank
    exclusive: bool
    watch: ProgressHook

    @classmethod
    def by(cls, base: str | Path, exclusive: bool, watch: ProgressHook) -> _Trunk:
        classifier = Classifier.load(base)
        dimensions = classifier.session.run(golden.fitted(classifier.card)[:1]).features.shape[1]
        return cls(classifier, read_bank(zoo.find(base), classifier.card, dimensions), exclusive, watch)

    def at(self, files: Sequence[SourceFile]) -> LabeledPhotos:
        return read_photos(files, self.classifier, self.bank, self.watch, exclusive=self.exclusive)

    def reference(self, labeled: LabeledPhotos, files: Sequence[SourceFile]) -> Reference:
        """Make the new model's reference, which `pawsight sort --error-budget` compares a folder with.

        The new model has this trunk, so its features are these.
        """
        read = {file.path: file.read for file in files}
        photos = (read[labeled.photos[place].path]() for place in sample_places(len(labeled.photos)))
        return gather(self.classifier, photos, mix_of(labeled.targets, labeled.classes))


@contextmanager
def _listed(source: Path, keep: Callable[[str], bool], limits: Limits) -> Iterator[list[SourceFile]]:
    """List the files of a source, checked for all that shows without opening them."""
    ((name, path),) = name_sources([source]).items()
    with open_source(path, limits) as opened:
        files = [file for file in usable(list_files(opened, name)) if keep(file.path)]
        check_files(files)
        yield files


def _read_first(files: Sequence[SourceFile], trunk: _Trunk, seed: int) -> tuple[LabeledPhotos, list[SourceFile]]:
    """Look at enough files for a forecast: at every one, where a part holds too few different photos."""
    first, rest = choose_first(files, seed)
    labeled = trunk.at(first)
    if rest and needs_more(labeled, files):
        labeled, rest = labeled.joined(trunk.at(rest)), []
    return leave_out_short(labeled, files), rest


def _forecast(
    labeled: LabeledPhotos, files: Sequence[SourceFile], seed: int, watch: ProgressHook
) -> tuple[Forecast, list[str]]:
    """Return the forecast, and which kinds of the bank look like one of the classes."""
    curve = learning_curve(labeled, seed, watch)
    return make_forecast(labeled, curve, Counter(file.label for file in files), seed), curve.resembling


def _measured(plan: FoldPlan) -> str:
    photos = len(plan.names)
    if plan.crossed:
        return (
            f"Each of the {photos:,} photos was classified by a head that had seen neither it nor a twin of it: "
            f"{len(plan.outer)}-fold cross-validation, each head chosen and calibrated within its own folds. "
            f"The model itself then learned from all {photos:,}."
        )
    (fold,) = plan.outer
    return (
        f"Measured on {len(fold.held):,} test photos, set apart by content, by a head that learned from the other "
        f"{len(fold.train):,}. The model itself then learned from all {photos:,}."
    )
