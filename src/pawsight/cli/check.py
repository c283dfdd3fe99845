"""`pawsight data check`: what is wrong with a data set."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from itertools import groupby
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import click
import msgspec

from pawsight.cli.cluster import engine_option
from pawsight.cli.form import form_option
from pawsight.cli.paths import check_inputs, check_outputs
from pawsight.cli.progress import progress_bar
from pawsight.extras import needs_extra
from pawsight.text import printable

if TYPE_CHECKING:
    from pawsight.classifier import Classifier
    from pawsight.data import Dataset
    from pawsight.data.check.findings import Duplicates, Findings
    from pawsight.data.check.survey import Engine
    from pawsight.model.card import Input

FILE = click.Path(dir_okay=False, path_type=Path)
SHOWN = 10


@click.command()
@click.argument("data", type=click.Path(path_type=Path))
@click.option("--model", default="default", show_default=True, metavar="NAME", help="Whose features tell photos apart.")
@form_option("table", "json")
@engine_option()
@click.option("--html", type=FILE, metavar="FILE", help="Also write a page with pictures, which opens offline.")
@click.option("--out", type=FILE, metavar="FILE", help="Also write the JSON there.")
def check(data: Path, model: str, form: str, engine: str, html: Path | None, out: Path | None) -> None:
    """Find what is wrong with the photos of DATA: broken files, copies, wrong labels, odd photos, shortcuts.

    DATA is a folder that `pawsight data prepare` wrote, or photos as it takes them (a zip or folder with a folder per
    class, or names like cat.0.jpg). Nothing in it is changed, and whatever is found, the exit code is 0.

    \b
    Examples:
      pawsight data check data/catsdogs --html check.html
      pawsight data check photos.zip --format json > findings.json
      RAY_ADDRESS=head:6379 pawsight data check data/catsdogs --engine ray
    """
    from pawsight import zoo
    from pawsight.classifier import Classifier

    check_inputs(data, zoo.find(model))
    check_outputs(html=html, out=out)
    with needs_extra("learn"):
        from pawsight.data.check.page import write_page
        from pawsight.data.check.run import check
    classifier = Classifier.load(model)
    card, look = classifier.card, _engine(engine, classifier, model)
    with _opened(data, card.input) as dataset:
        watch = partial(progress_bar, label="Looking at photos (in batches)")
        found = check(dataset, look, card.id, watch)
        found = msgspec.structs.replace(found, data=str(data))
        page = write_page(found, dataset) if html else ""
    text = json.dumps(msgspec.to_builtins(found), indent=2)  # names that are no UTF-8 survive in it, as in the manifest
    for path, content in ((html, page), (out, text + "\n")):
        if path:
            _write(path, content)
    click.echo(_bytes(text if form == "json" else _table(found)))


def _engine(engine: str, classifier: Classifier, model: str) -> Engine:
    """Return what looks at photos, here or on a cluster."""
    if engine == "ray":
        with needs_extra("ray"):
            from pawsight.data.check.on_cluster import examine_on_cluster
        return partial(examine_on_cluster, model)
    from pawsight.data.check.survey import examine_here

    return partial(examine_here, classifier.session, classifier.card.input.size)


@contextmanager
def _opened(data: Path, wanted: Input) -> Iterator[Dataset]:
    """Yield a prepared set as it is; photos are prepared into a folder that vanishes afterwards."""
    from pawsight.data import open_dataset
    from pawsight.data.manifest import DESCRIPTION

    if (data / DESCRIPTION).exists():
        yield open_dataset(data)
        return
    with prepared(data, wanted) as dataset:
        yield dataset


@contextmanager
def prepared(data: Path, wanted: Input, only_split: str = "") -> Iterator[Dataset]:
    """Prepare photos into a folder that vanishes afterwards.

    Args:
        data: a zip or folder of photos.
        wanted: how a model wants its photos.
        only_split: where all photos go; empty to split them.
    """
    from pawsight.data import open_dataset
    from pawsight.data.prepare import prepare
    from pawsight.settings import load_settings

    with TemporaryDirectory(prefix="pawsight-") as folder:
        out, watch = Path(folder) / "set", partial(progress_bar, label="Opening photos")
        done = prepare(
            data,
            out,
            size=wanted.size,
            fit=wanted.fit,
            limits=load_settings().local_limits,
            only_split=only_split,
            watch=watch,
        )
        if only_split and done.bad:
            click.echo(
                f"Left out {len(done.bad):,} files that cannot be used, first {printable(done.bad[0].path)}.", err=True
            )
        yield open_dataset(out)


def _bytes(text: str) -> bytes:
    """For people, bytes of a name that are no UTF-8 become `\\udce9`."""
    return text.encode("utf-8", "backslashreplace")


def _write(path: Path, content: str) -> None:
    from pawsight.errors import BadSettings

    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(_bytes(content))
    except OSError as error:
        raise BadSettings(
            f"Expected to write {path}, but that failed ({error.strerror}).", "Check the folder and its rights."
        ) from error


def _table(found: Findings) -> str:
    """Findings for people: how many of each, and the worst few."""
    counts = ", ".join(f"{number:,} {label}" for label, number in found.counts.items())
    lines = [f"{found.photos:,} good photos: {counts}."]
    lines += [f"Warning: {warning}" for warning in found.warnings]
    for section in (_broken, _duplicates, _suspects, _odd, _shortcuts):
        lines += ["", *section(found)]
    return "\n".join(map(printable, lines))


def _broken(found: Findings) -> list[str]:
    codes = ", ".join(f"{number:,} {code}" for code, number in Counter(one.code for one in found.broken).most_common())
    head = f"Broken files: {len(found.broken):,}" + (f" ({codes})" if codes else "")
    return [head, *_few([f"  {one.path}  {one.code}" for one in found.broken])]


def _duplicates(found: Findings) -> list[str]:
    groups = found.duplicates
    exact, wrong = sum(one.kind == "exact" for one in groups), sum(one.contradictory for one in groups)
    across = sum(one.across_splits for one in groups)
    head = (
        f"Groups of copies: {len(groups):,} ({exact:,} exact, {len(groups) - exact:,} near; "
        f"{wrong:,} under several labels, {across:,} across splits)"
    )
    return [head, *_few([_group(one) for one in groups if one.contradictory or one.across_splits])]


def _group(group: Duplicates) -> str:
    return "  " + " = ".join(f"{photo.path} ({photo.label}, {photo.split})" for photo in group.photos)


def _suspects(found: Findings) -> list[str]:
    strong = sum(one.score > 0.5 for one in found.label_suspects)
    head = f"Label suspects: {strong:,} with a score above 0.5"
    if found.label_errors is not None:
        head += f" (confident learning estimates {found.label_errors:,} photos of another class)"
    worst = found.label_suspects[: max(strong, SHOWN)]
    return [head, *_few([f"  {one.score:.2f}  {one.label} -> {one.suggested}  {one.path}" for one in worst])]


def _odd(found: Findings) -> list[str]:
    lines = ["Odd photos: " + f"{len(found.odd):,}"]
    for kind, group in groupby(found.odd, key=lambda one: one.kind):
        photos = list(group)
        lines.append(f"  {kind}: {len(photos):,}, first {photos[0].path} ({photos[0].value:.3g})")
    return lines


def _shortcuts(found: Findings) -> list[str]:
    head = "Shortcuts (how well a number alone tells a label from the others: AUC, 0.5 is a coin, 95 % interval)"
    lines = [
        f"  {one.number:<12}  {one.auc:.3f} ({one.low:.3f}-{one.high:.3f}, n = {one.n:,})  tells {one.label}"
        + ("  <- a model may learn this" if one.warning else "")
        for one in found.shortcuts
    ]
    return [head, *(lines or ["  not measured"])]


def _few(lines: list[str]) -> list[str]:
    rest = len(lines) - SHOWN
    return lines[:SHOWN] + ([f"  ... and {rest:,} more: see --html or --format json"] if rest > 0 else [])
