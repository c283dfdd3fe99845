"""From a folder per class to a model folder: the whole of learning, in order."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from pawsight import zoo
from pawsight.card import ModelCard, read_card
from pawsight.classifier import Classifier
from pawsight.data.prepare import appearing, check_apart
from pawsight.data.sources import LIMITS, File, list_files, name_sources, open_source
from pawsight.errors import BadData
from pawsight.foretold import Forecast
from pawsight.learn.album import Album, check_album, check_files, first_look, is_short, look, usable
from pawsight.learn.choose import try_out
from pawsight.learn.curve import learning_curve
from pawsight.learn.folds import Plan, make_plan
from pawsight.learn.forecast import make_forecast
from pawsight.learn.model import write_answers, write_model
from pawsight.metrics import Metrics
from pawsight.types import Bad, Watch, unwatched


@dataclass(frozen=True)
class Learned:
    """What was learnt.

    Attributes:
        folder: the model folder.
        card: what it says of itself.
        metrics: measured on photos that the answering head never saw.
        measured: how they were, in plain words.
        forecast: what was foretold.
        bad: files that were not used.
    """

    folder: Path
    card: ModelCard
    metrics: Metrics
    measured: str
    forecast: Forecast
    bad: list[Bad]


def forecast(source: Path, *, base: str | Path = "default", seed: int = 0, watch: Watch = unwatched) -> Forecast:
    """Look at some of the photos, and tell what will come of learning from them. Nothing is written.

    Args, Raises: see `learn`.
    """
    with _listed(source) as files:
        album, _ = _look_first(files, Classifier.load(base, limits=LIMITS), seed, watch)
    return _foretell(album, files, seed, watch)


def learn(
    source: Path,
    out: Path,
    *,
    base: str | Path = "default",
    seed: int = 0,
    tell: Callable[[Forecast], None] = lambda forecast: None,
    watch: Watch = unwatched,
) -> Learned:
    """Learn to tell classes apart from a folder of photos per class.

    The trunk of a model that has seen many photos stays as it is; a regularised linear layer on its features is new.

    Args:
        source: a zip or folder as `pawsight.data.sources` reads them. Photos in a folder `neither` or `other` show none
            of the classes.
        out: model folder to write; it appears when complete.
        base: the model whose trunk is used.
        seed: of all that is drawn.
        tell: called once with the forecast, before the long part.
        watch: wraps what takes long, for a progress bar.

    Raises:
        NoPhotos: there are none.
        BadData: `out` exists, lies among the photos or cannot be written; there are fewer than two classes or fewer
            than 10 different photos of one; or a name cannot be a class.
        BadModel: the base model cannot be trusted or taken apart.
        ExportDiffers: the new graph does not answer like what it was made of.
    """
    _check_free(out)
    check_apart(out, [source.resolve()])
    base = zoo.find(base)
    classifier = Classifier.load(base, limits=LIMITS)
    with appearing(out.resolve()) as folder:  # from the start: what cannot be written is told before the work
        with _listed(source) as files:
            album, rest = _look_first(files, classifier, seed, watch)
            foretold = _foretell(album, files, seed, watch)
            tell(foretold)
            album = album.joined(look(rest, classifier, watch)) if rest else album
        check_album(album, files)
        plan = make_plan(album.labels, album.groups, album.digests, seed)
        choice, answers = try_out(album, plan, watch)
        card = write_model(folder, out.resolve().name, base, album, plan, choice)
        metrics = write_answers(folder, card, album, answers)
    return Learned(out, read_card(out), metrics, _measured(plan), foretold, album.bad)


def _check_free(out: Path) -> None:
    if out.exists():
        raise BadData(f"Expected a new folder for the model, but {out} exists.", "Choose another --out.")


@contextmanager
def _listed(source: Path) -> Iterator[list[File]]:
    """The files of a source, checked for what can be told without opening them."""
    ((name, path),) = name_sources([source]).items()
    with open_source(path) as opened:
        files = usable(list_files(opened, name))
        check_files(files)
        yield files


def _look_first(files: Sequence[File], classifier: Classifier, seed: int, watch: Watch) -> tuple[Album, list[File]]:
    """Look at enough files for a forecast: at all, where a part of them holds too few different photos."""
    first, rest = first_look(files, seed)
    album = look(first, classifier, watch)
    if rest and is_short(album, files):
        return album.joined(look(rest, classifier, watch)), []
    return album, rest


def _foretell(album: Album, files: Sequence[File], seed: int, watch: Watch) -> Forecast:
    check_album(album, files)
    return make_forecast(album, learning_curve(album, seed, watch), Counter(file.label for file in files), seed)


def _measured(plan: Plan) -> str:
    photos = len(plan.names)
    if plan.crossed:
        return (
            f"Each of the {photos:,} photos was answered for by a head that had seen neither it nor a twin of it: "
            f"{len(plan.outer)}-fold cross-validation, each head chosen and calibrated within its own folds. "
            f"The model itself then learnt from all {photos:,}."
        )
    (fold,) = plan.outer
    return (
        f"Measured on {len(fold.held):,} test photos, set apart by content, by a head that learnt from the other "
        f"{len(fold.train):,}. The model itself then learnt from all {photos:,}."
    )
