"""Photos and what they are decided to be -> the steps of a sort, with those of the files that go with them."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import msgspec

from pawsight.batch.classified import ClassifiedPhoto
from pawsight.batch.companions import in_folders, rest_of
from pawsight.batch.decisions import Decision
from pawsight.batch.files import fingerprint
from pawsight.batch.journal import Mode, Step
from pawsight.batch.plan import SkippedFile, folder_of
from pawsight.batch.target_names import TargetNames
from pawsight.batch.xmp import ENDING, sidecar


class StepMaker:
    """Makes the steps of one sort.

    Args:
        folder: the folder that is sorted.
        into: the folder that is sorted into.
        mode: copy, move or link.
        write_xmp: write a sidecar with the verdict for each photo that has none.

    Attributes:
        steps: made so far.
        left: files that go with a photo, but cannot be read.
    """

    def __init__(self, folder: Path, into: Path, mode: Mode, write_xmp: bool) -> None:
        self._folder, self._into, self._mode, self._write_xmp = folder, into, mode, write_xmp
        self._names = TargetNames(into)
        self.steps: list[Step] = []
        self.left: list[SkippedFile] = []

    def add(self, photo: ClassifiedPhoto, decision: Decision, belonging: list[str]) -> None:
        """Add a new photo and the files that go with it.

        Args:
            photo: new.
            decision: what it is decided to be.
            belonging: paths of the files that go with it.
        """
        step = Step(
            do=self._mode,
            target=self._target(photo.path, decision.verdict, belonging),
            sha256=photo.fingerprint.sha256,
            bytes=photo.bytes,
            source=os.path.relpath(photo.path, self._folder),
            mtime_ns=photo.mtime_ns,
            verdict=decision.verdict,
            scores=decision.scores,
            alike=decision.group,
        )
        self.steps.append(step)
        companions = self._companions(photo.path, step.target, belonging, self._folder, self._mode)
        self.steps += companions
        if self._write_xmp and not any(one.target.lower().endswith(ENDING) for one in companions):
            self.steps.append(_sidecar(step))

    def refile(self, place: str, decision: Decision) -> None:
        """Add a photo of an earlier sort that goes into another folder now, and the files that go with it.

        Args:
            place: where it stands, below the folder that is sorted into.
            decision: what it is decided to be now.
        """
        path = str(self._into / place)
        belonging = in_folders([path])[path]
        target = self._target(path, decision.verdict, belonging)
        plain = self._plain(path, target, self._into, "move", refile=True)
        if plain:
            self.steps.append(msgspec.structs.replace(plain, verdict=decision.verdict, scores=decision.scores))
            self.steps += self._companions(path, target, belonging, self._into, "move", refile=True)

    def _target(self, path: str, verdict: str, belonging: list[str]) -> str:
        name = os.path.basename(path)
        rests = [rest_of(os.path.basename(one), name) for one in belonging]
        if self._write_xmp:
            rests.append(os.path.splitext(name)[1] + ENDING)
        return self._names.choose(folder_of(verdict), name, rests)

    def _companions(
        self, photo: str, target: str, belonging: list[str], folder: Path, mode: Mode, refile: bool = False
    ) -> list[Step]:
        stem = os.path.splitext(target)[0]
        names = {path: stem + rest_of(os.path.basename(path), os.path.basename(photo)) for path in belonging}
        steps = [self._plain(path, name, folder, mode, refile) for path, name in names.items()]
        return [step for step in steps if step]

    def _plain(self, path: str, target: str, folder: Path, mode: Mode, refile: bool = False) -> Step | None:
        """A step for a file as it is now; None where it cannot be read."""
        source = os.path.relpath(path, folder)
        try:
            digest, status = fingerprint(Path(path)), os.stat(path)
        except OSError as error:
            self.left.append(SkippedFile(source, f"It cannot be read ({error.strerror or error}), so it stays."))
            return None
        return Step(mode, target, digest, status.st_size, source, status.st_mtime_ns, refile=refile)


def _sidecar(photo: Step) -> Step:
    text = sidecar(folder_of(photo.verdict))
    data = text.encode()
    return Step("write", photo.target + ENDING, hashlib.sha256(data).hexdigest(), len(data), text=text)
