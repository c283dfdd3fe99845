"""Pages of small pictures that open offline: everything is inside the one file."""

from __future__ import annotations

import base64
import hashlib
import io
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup
from PIL import Image

from pawsight import images
from pawsight.batch.audit import Side
from pawsight.batch.journal import Step
from pawsight.batch.plan import SortPlan, folder_of
from pawsight.diagnoses import of_folder, of_local_file
from pawsight.errors import BadSort, ImageError
from pawsight.languages import SOURCE, Language, languages
from pawsight.model.class_names import NEITHER
from pawsight.parallel import in_order
from pawsight.text import printable
from pawsight.types import Limits

SIDE = 144  # of a small picture, in pixels
SHOWN = 60  # photos of each folder, the least sure first
_WORKERS = 2
LANGUAGES = languages(Path(__file__).parent / "translations")


@dataclass(frozen=True)
class Tile:
    """One photo on a page: its number, name, verdict, scores, and the picture as a `data:` address."""

    number: int
    name: str
    verdict: str
    scores: str
    picture: str


@dataclass(frozen=True)
class Part:
    """A heading and the photos below it."""

    title: str
    note: str
    tiles: list[Tile]


@dataclass(frozen=True)
class SheetPage:
    """What a page shows.

    Attributes:
        title, note: at its top.
        parts: the photos.
        hint: says what to do with the line.
        line: a command to paste, to which the numbers of marked photos are added.
        language: of the page.
        left: files that stay, and why.
    """

    title: str
    note: str
    parts: Sequence[Part]
    hint: str
    line: str
    language: Language
    left: Sequence[tuple[str, str]] = ()


def write_contact_sheet(plan: SortPlan, page: Path, limits: Limits, language: str = SOURCE) -> None:
    """Show a plan before anything is done: the least sure photos of each folder, and the files that stay.

    Args:
        plan: to show.
        page: to write.
        limits: of one photo.
        language: code of the page's language.
    """
    speaks = LANGUAGES[language]
    _ = speaks.words.gettext
    numbered, parts = list(enumerate(plan.photos, 1)), []
    for name, count in plan.counts().items():
        found = [one for one in numbered if folder_of(one[1].verdict) == name]
        shown = sorted(found, key=lambda one: sureness(one[1]))[:SHOWN]
        note = _some(speaks, count, len(shown))
        paths = [Path(plan.folder, step.source) for _, step in shown]
        parts.append(Part(name, note, _tiles(paths, shown, limits)))
    note = _("This is the plan. Nothing has been done yet.")
    if plan.promise and not plan.promise.holds:
        reasons = "; ".join(of_folder(one, language) for one in plan.promise.differs)
        note += " " + _("No error rate is promised for this folder: {reasons}.").format(reasons=reasons)
    title = _("{count} photos of {folder} into {into}").format(
        count=speaks.number(len(plan.photos)), folder=printable(plan.folder), into=printable(plan.into)
    )
    shown_page = SheetPage(
        title=title,
        note=note,
        parts=parts,
        hint=_("To send marked photos to please-check, add this to the command:"),
        line="--please-check ",
        language=speaks,
        left=[(printable(one.path), printable(of_local_file(one.reason, language))) for one in plan.left],
    )
    _write(page, shown_page)


def _some(speaks: Language, count: int, shown: int) -> str:
    """Say how many photos a folder gets, and how many of them are shown."""
    if shown < count:
        text = speaks.words.gettext("{count} photos, here the {shown} least sure")
    else:
        text = speaks.words.ngettext("{count} photo", "{count} photos", count)
    return text.format(count=speaks.number(count), shown=speaks.number(shown))


def write_audit_page(
    into: Path, sides: Sequence[Side], page: Path, limits: Limits, line: str, language: str = SOURCE
) -> None:
    """Show a sample of sorted photos, numbered through all sides.

    Args:
        into: the folder that photos were sorted into.
        sides: the sample.
        page: to write.
        limits: of one photo.
        line: the command that takes the numbers.
        language: code of the page's language.
    """
    speaks = LANGUAGES[language]
    _ = speaks.words.gettext
    asked = {
        NEITHER: (NEITHER, _("Is a pet in one of these? Mark it.")),
        "filed": (_("filed"), _("Is one filed wrongly? Mark it.")),
    }
    parts, first = [], 1
    for side in sides:
        steps = list(enumerate((one.step for one in side.photos), first))
        paths = [into / (one.place or "") for one in side.photos]
        name, question = asked[side.name]
        drawn = _("{count} of {total} photos, at random.")
        note = drawn.format(count=speaks.number(len(steps)), total=speaks.number(side.total))
        parts.append(Part(name, f"{note} {question}", _tiles(paths, steps, limits)))
        first += len(steps)
    note = _("Look at each one, then type the numbers of the marked ones into the terminal.")
    title = _("Audit of {folder}").format(folder=printable(str(into)))
    hint = _("Type the numbers into the terminal, or paste this line:")
    _write(page, SheetPage(title, note, parts, hint, line, speaks))


def sureness(step: Step) -> float:
    """Return how far a photo's scores are from even: 0..0.5."""
    return min(abs(score - 0.5) for score in step.scores.values())


def _tiles(paths: Sequence[Path], steps: Sequence[tuple[int, Step]], limits: Limits) -> list[Tile]:
    pictures = in_order(lambda path: _picture(path, limits), paths, _WORKERS, 4 * _WORKERS)
    return [_tile(number, step, picture) for (number, step), picture in zip(steps, pictures, strict=True)]


def _tile(number: int, step: Step, picture: str) -> Tile:
    scores = ", ".join(f"{name} {score:.3f}" for name, score in step.scores.items())
    return Tile(number, printable(step.source), step.verdict, scores, picture)


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


def _write(path: Path, page: SheetPage) -> None:
    environment = Environment(
        loader=PackageLoader("pawsight.batch", ""),
        autoescape=True,
        undefined=StrictUndefined,
        extensions=["jinja2.ext.i18n"],
    )
    words = page.language.words
    environment.install_gettext_callables(words.gettext, words.ngettext, newstyle=True)  # type: ignore[attr-defined]
    script = files("pawsight.batch").joinpath("sheet.js").read_text(encoding="utf-8")
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    text = environment.get_template("sheet.html").render(
        **vars(page),
        script=Markup(script),  # noqa: S704  of this package
        script_hash=f"sha256-{digest}",
    )
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="\n")  # the script's hash holds for these line ends
    except OSError as error:
        raise BadSort(f"The page {path} cannot be written ({error.strerror}).", "Choose another file.") from error
