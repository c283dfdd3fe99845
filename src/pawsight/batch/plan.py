"""What a sort will do, all of it known before it does anything."""

from __future__ import annotations

import hashlib
import os
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import msgspec
import numpy as np
from msgspec import Struct

from pawsight.batch.budget import Promise
from pawsight.batch.bursts import Looked, taken, together
from pawsight.batch.files import fingerprint
from pawsight.batch.find import find
from pawsight.batch.journal import HOME, Mode, Step
from pawsight.batch.run import Answer
from pawsight.batch.xmp import ENDING, sidecar
from pawsight.card import ModelCard, Thresholds
from pawsight.classifier import BOTH, NEITHER, UNSURE, Prediction, decide
from pawsight.data.looks import thumbnail
from pawsight.errors import BadSort
from pawsight.types import Pixels

PLEASE_CHECK = "please-check"


class Left(Struct, frozen=True):
    """A file that stays where it is, and why."""

    path: str
    reason: str


class Plan(Struct, frozen=True, kw_only=True):
    """All steps of a sort.

    Attributes:
        folder: what is sorted, absolute.
        into: where it goes, absolute.
        mode: how.
        model: name and version of the model that answered.
        classes: its classes.
        promise: None without an error budget.
        steps: in their order; those with a verdict are photos, others belong to the photo before them.
        left: what stays where it is.
    """

    folder: str
    into: str
    mode: Mode
    model: str
    classes: list[str]
    promise: Promise | None = None
    steps: list[Step]
    left: list[Left]

    @property
    def photos(self) -> list[Step]:
        """The steps that are photos."""
        return [step for step in self.steps if step.verdict]

    def counts(self) -> dict[str, int]:
        """How many photos go into each folder: those of classes first, the one for people last."""
        found = Counter(folder_of(step.verdict) for step in self.photos)
        return {name: found[name] for name in (*self.classes, BOTH, NEITHER, PLEASE_CHECK)}


@dataclass(frozen=True)
class Seen:
    """A photo as it was when it was answered for."""

    looked: Looked
    bytes: int
    mtime_ns: int
    prediction: Prediction


@dataclass
class Eye:
    """Looks at each photo while it is answered for; `pawsight.batch.run.answer` calls it in its workers."""

    looks: dict[str, tuple[Looked, int, int]] = field(default_factory=dict)

    def __call__(self, path: str, photo: Pixels, prediction: Prediction) -> None:
        mtime_ns, data = os.stat(path).st_mtime_ns, Path(path).read_bytes()
        digest = hashlib.sha256(data).hexdigest()
        self.looks[path] = Looked(path, digest, thumbnail(photo), taken(data)), len(data), mtime_ns

    def seen(self, answer: Answer) -> Seen | None:
        """What was seen of a photo that was answered for; None where it could not be."""
        return Seen(*self.looks[answer.path], answer.prediction) if answer.prediction else None


def photos_of(folder: Path, into: Path) -> tuple[list[str], list[Left]]:
    """List the photos to sort, and the links to photos, which stay. What was sorted before is not sorted again.

    Raises:
        BadSort: the two folders are one, or the one to sort is one that photos would be sorted into.
        NoPhotos: there is nothing to sort.
    """
    source, aim = Path(os.path.realpath(folder)), Path(os.path.realpath(into))
    if not source.is_dir():
        raise BadSort(f"Expected a folder to sort, but {str(folder)!r} is none.", "Check its path.")
    if source == aim:
        raise BadSort("Expected two folders, but the one to sort is the one to sort into.", "Choose another --into.")
    found = [path for path in find([str(folder)]) if aim not in Path(os.path.realpath(path)).parents]
    links = [path for path in found if os.path.islink(path)]
    left = [Left(os.path.relpath(path, folder), "It is a link, and links stay.") for path in links]
    return sorted(set(found) - set(links)), left


def make_plan(
    seen: Sequence[Seen],
    left: Iterable[Left],
    folder: Path,
    into: Path,
    mode: Mode,
    card: ModelCard,
    promise: Promise | None = None,
    write_xmp: bool = False,
) -> Plan:
    """Decide where each photo goes.

    Raises:
        BadSort: a class of the model cannot be the name of a folder.
    """
    thresholds = promise.held_out.thresholds if promise else card.thresholds
    _check_names(card.classes)
    names = _Names(into)
    steps: list[Step] = []
    for step in _photos(seen, folder, mode, thresholds):
        target = names.choose(folder_of(step.verdict), os.path.basename(step.source))
        steps.append(msgspec.structs.replace(step, target=target))
        steps += _companions(steps[-1], folder, write_xmp)
    return Plan(
        folder=os.path.abspath(folder),
        into=os.path.abspath(into),
        mode=mode,
        model=card.id,
        classes=card.classes,
        promise=promise,
        steps=steps,
        left=sorted(left, key=lambda one: one.path),
    )


def folder_of(verdict: str) -> str:
    """The folder that photos of a verdict go into."""
    return PLEASE_CHECK if verdict == UNSURE else verdict


def _check_names(classes: Iterable[str]) -> None:
    for name in classes:
        if name != os.path.basename(name) or "\\" in name or name.startswith(".") or not name.strip():
            raise BadSort(f"Expected classes that can name folders, but the model has {name!r}.", "Rename the class.")


def _photos(seen: Sequence[Seen], folder: Path, mode: Mode, thresholds: Thresholds) -> list[Step]:
    """A step for each photo, by name, its target not chosen yet; photos that belong together have one verdict."""
    steps = []
    for number, group in enumerate(together([one.looked for one in seen]), 1):
        scores = _mean([seen[place].prediction.scores for place in group])
        for one in (seen[place] for place in group):
            step = Step(
                do=mode,
                target="",
                sha256=one.looked.sha256,
                bytes=one.bytes,
                source=os.path.relpath(one.looked.path, folder),
                mtime_ns=one.mtime_ns,
                verdict=decide(scores, thresholds),
                scores=scores,
                alike=number if len(group) > 1 else 0,
            )
            steps.append(step)
    return sorted(steps, key=lambda step: step.source)


def _mean(scores: Sequence[dict[str, float]]) -> dict[str, float]:
    return {name: round(float(np.mean([one[name] for one in scores])), 6) for name in scores[0]}


def _companions(photo: Step, folder: Path, write_xmp: bool) -> list[Step]:
    """What goes with a photo: the sidecar that it has, else, where wanted, one with its verdict."""
    has = folder / (photo.source + ENDING)
    target = photo.target + ENDING
    if has.is_file() and not has.is_symlink():
        status = has.stat()
        return [Step(photo.do, target, fingerprint(has), status.st_size, photo.source + ENDING, status.st_mtime_ns)]
    if not write_xmp:
        return []
    text = sidecar(folder_of(photo.verdict))
    data = text.encode()
    return [Step("write", target, hashlib.sha256(data).hexdigest(), len(data), text=text)]


class _Names:
    """Names that are free, in a folder that may hold other things already. `Cat.jpg` takes `cat.jpg` too, as on disks
    that do not tell them apart."""

    def __init__(self, into: Path) -> None:
        self._into = into
        self._taken: dict[str, set[str]] = {}
        self._next: dict[tuple[str, str], int] = {}

    def choose(self, folder: str, name: str) -> str:
        """`cat`, `felix.jpg` -> `cat/felix.jpg`, or `cat/felix-2.jpg` where that or its sidecar is taken."""
        if folder not in self._taken:
            path = self._into / folder
            self._taken[folder] = {each.casefold() for each in os.listdir(path)} if path.is_dir() else set()
        taken, (stem, ending) = self._taken[folder], os.path.splitext(name)
        free, key = name, (folder, name.casefold())
        while {free.casefold(), (free + ENDING).casefold()} & taken:
            self._next[key] = self._next.get(key, 1) + 1
            free = f"{stem}-{self._next[key]}{ending}"
        taken.add(free.casefold())
        return os.path.join(folder, free)


def missing_folders(plan: Plan) -> list[Path]:
    """Folders that a sort has to make, outermost first; its records' aside."""
    into = Path(plan.into)
    wanted = {into / os.path.dirname(step.target) for step in plan.steps} | {into, into / HOME}
    wanted |= set(into.parents)
    return sorted(path for path in wanted if not path.exists())
