"""Pages of small pictures that open offline: everything is inside the one file."""

from __future__ import annotations

import base64
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined
from PIL import Image

from pawsight import images
from pawsight.batch.journal import Step
from pawsight.batch.plan import Plan, folder_of
from pawsight.batch.run import valid
from pawsight.errors import BadSort, ImageError
from pawsight.parallel import in_order
from pawsight.types import Limits

SIDE = 144  # of a small picture, in pixels
SHOWN = 60  # photos of each folder, the least sure first
_WORKERS = 2


@dataclass(frozen=True)
class Tile:
    """One photo on a page: a number, its name, what it was told, its scores, and the picture as a `data:` address."""

    number: int
    name: str
    verdict: str
    scores: str
    picture: str


@dataclass(frozen=True)
class Part:
    """A heading, and what stands below it."""

    title: str
    note: str
    tiles: list[Tile]


def write_contact_sheet(plan: Plan, page: Path, limits: Limits) -> None:
    """Show a plan before anything is done: the least sure photos of each folder, and the files that stay."""
    parts = []
    for name, count in plan.counts().items():
        steps = sorted((step for step in plan.photos if folder_of(step.verdict) == name), key=sureness)[:SHOWN]
        note = f"{count:,} photos" + (f", here the {len(steps)} least sure" if len(steps) < count else "")
        parts.append(Part(name, note, _tiles([Path(plan.folder, step.source) for step in steps], steps, limits)))
    title = f"{len(plan.photos):,} photos of {valid(plan.folder)} into {valid(plan.into)}"
    left = [(valid(one.path), valid(one.reason)) for one in plan.left]
    _write(page, title, "This is the plan. Nothing has been done yet.", parts, left)


def write_audit_page(plan: Plan, steps: Sequence[Step], page: Path, limits: Limits) -> None:
    """Show a sample of sorted photos, each with a number to name it by."""
    tiles = _tiles([Path(plan.into, step.target) for step in steps], steps, limits)
    part = Part(f"{len(steps):,} photos at random", "Is what stands below a photo wrong? Note its number.", tiles)
    _write(page, f"Audit of {valid(plan.into)}", "Type the numbers of wrong ones into the terminal.", [part], [])


def sureness(step: Step) -> float:
    """How far a photo's scores are from even: 0..0.5."""
    return min(abs(score - 0.5) for score in step.scores.values())


def _tiles(paths: Sequence[Path], steps: Sequence[Step], limits: Limits) -> list[Tile]:
    pictures = in_order(lambda path: _picture(path, limits), paths, _WORKERS, 4 * _WORKERS)
    return [_tile(number, *pair) for number, pair in enumerate(zip(steps, pictures, strict=True), 1)]


def _tile(number: int, step: Step, picture: str) -> Tile:
    scores = ", ".join(f"{name} {score:.3f}" for name, score in step.scores.items())
    return Tile(number, valid(step.source), step.verdict, scores, picture)


def _picture(path: Path, limits: Limits) -> str:
    try:
        pixels = images.decode(images.read(path, limits), least=SIDE, limits=limits)
    except ImageError:  # it was there when the plan was made; its name still says which it is
        return ""
    height, width = pixels.shape[:2]
    scale = min(1.0, SIDE / max(height, width))
    small = images.resize(pixels, (max(1, round(width * scale)), max(1, round(height * scale))))
    buffer = io.BytesIO()
    Image.fromarray(small).save(buffer, "JPEG", quality=75)
    return f"data:image/jpeg;base64,{base64.b64encode(buffer.getvalue()).decode()}"


def _write(page: Path, title: str, note: str, parts: Sequence[Part], left: Iterable[tuple[str, str]]) -> None:
    environment = Environment(loader=PackageLoader("pawsight.batch", ""), autoescape=True, undefined=StrictUndefined)
    text = environment.get_template("sheet.html").render(title=title, note=note, parts=parts, left=left)
    try:
        page.write_text(text, encoding="utf-8")
    except OSError as error:
        raise BadSort(
            f"Expected to write a page to {page}, but it cannot be written ({error.strerror}).", "Choose another file."
        ) from error
