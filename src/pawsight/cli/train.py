"""`pawsight train`: a recipe and prepared photos -> a model folder with its figures."""

from __future__ import annotations

import json
import math
import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pawsight.cli.duration import Duration
from pawsight.cli.exclusive import exclusive_flags
from pawsight.cli.interrupt import GO_ON, on_ctrl_c
from pawsight.cli.paths import check_inputs, check_outputs
from pawsight.cli.process_group import process_group
from pawsight.cli.seed import SEED
from pawsight.recipes import NAMES, Recipe, choose, continuing, customize, find
from pawsight.text import shell_word

if TYPE_CHECKING:
    from pawsight.data import Dataset
    from pawsight.train.options import ProcessGroup

NOTHING = Path("none")


@click.command()
@click.argument("recipe", required=False)
@click.option("--data", required=True, type=click.Path(path_type=Path), help="What `pawsight data prepare` wrote.")
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    help="The model folder to make.  [default: runs/RECIPE-DATA by their names]",
)
@click.option(
    "--budget",
    type=Duration(),
    metavar="TIME",
    help="Make the best of so much time (20m, 1h30m), in place of RECIPE: measures this machine, chooses recipe, "
    "photos, size and epochs, and stops in time.",
)
@click.option("--epochs", type=click.IntRange(1), help="At most so many epochs in each phase, for a quick try.")
@click.option("--photos", type=click.IntRange(1), help="Use only so many training photos, for a quick try.")
@click.option(
    "--weights",
    type=click.Path(path_type=Path),
    metavar="FILE|none",
    help="ImageNet weights of vgg16 or of a network of keras.applications, without its top; none starts from nothing.  "
    "[default: Keras downloads them]",
)
@click.option(
    "--fine-tune",
    "share",
    type=click.FloatRange(0, 1, min_open=True),
    metavar="SHARE",
    help="Of a network of keras.applications, the share of layers that learn, from the end.  [default: 0.3]",
)
@click.option(
    "--leave-out",
    "findings",
    type=click.Path(path_type=Path),
    help="Train without the photos whose labels `pawsight data check --out FILE` doubts.",
)
@click.option(
    "--test",
    is_flag=True,
    help="Measure the finished model on the test split, for a figure to publish. Looking at it while still "
    "choosing measures luck.  [default: validation]",
)
@click.option(
    "--start",
    "model",
    metavar="MODEL",
    help="Begin with the weights of this model of the same recipe, and run the recipe's last phase only.",
)
@click.option("--balance", is_flag=True, help="Let a class with few photos count as much as one with many.")
@click.option(
    "--preview",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="First write an HTML page that shows photos as the network is going to see them.",
)
@click.option(
    "--tensorboard",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="DIR",
    help="Also write the curves for TensorBoard.  [history.csv has them in any case]",
)
@exclusive_flags(
    "mixed",
    {
        "--mixed-precision": (
            True,
            "Compute in bfloat16 while training; the model stays float32.  [default: where a GPU or TPU is faster in "
            "it]",
        ),
        "--full-precision": (False, "Compute in float32 everywhere."),
    },
)
@click.option("--seed", type=SEED, help="Another seed than the recipe's.")
@process_group
def command(
    recipe: str | None,
    data: Path,
    out: Path | None,
    budget: float | None,
    epochs: int | None,
    photos: int | None,
    weights: Path | None,
    share: float | None,
    findings: Path | None,
    test: bool,
    model: str | None,
    balance: bool,
    preview: Path | None,
    tensorboard: Path | None,
    mixed: bool | None,
    seed: int | None,
    group: ProcessGroup | None,
) -> None:
    """Train RECIPE on prepared photos of any classes, export it, and measure it on the validation split.

    RECIPE is scratch-small, scratch, vgg16, lite0, tiny, or any network of keras.applications by its name there, such
    as EfficientNetB0: a linear head on cached features first, then its last layers as well, on photos of the size that
    they were prepared at.

    A run that was killed goes on where it was when the same command is given again. The model is called like its
    folder, but never like a model that Pawsight ships.

    \b
    Examples:
      pawsight train lite0 --data catsdogs --out runs/lite0
      pawsight train MobileNetV3Small --data animals --out runs/animals --fine-tune 0.5
      pawsight train --budget 20m --data animals
    """
    from pawsight.python_api import assist_training, run_training
    from pawsight.train.options import RunOptions

    _check_words(recipe, budget, epochs, photos, weights, share, model, group)
    check_inputs(data, None if weights == NOTHING else weights, findings)
    check_outputs(out=out, preview=preview, tensorboard=tensorboard)
    dataset = _open(data, findings)
    chosen, deadline = _choose(recipe, budget, dataset, weights, share)
    if model:
        chosen = continuing(chosen, model)
    chosen = customize(chosen, epochs, photos=photos, seed=seed, balance=balance or None)
    weights, options = None if weights == NOTHING else weights, RunOptions(tensorboard, deadline, mixed, group)
    if group:
        click.echo(f"Process {group.process} of {group.processes} waits for the others, 5 minutes at most.")
    if group and group.process:
        return assist_training(chosen, dataset, weights, options)
    out = out or Path("runs", f"{chosen.name}-{dataset.folder.resolve().name}")
    with on_ctrl_c(partial(_kept, out, dataset.folder, chosen, budget)):
        metrics = run_training(
            chosen,
            dataset,
            out,
            weights,
            "test" if test else "validation",
            options,
            preview,
            click.echo,
        )
    from pawsight.report import summarise

    click.echo(summarise(metrics))
    model = shell_word(out)
    click.echo(f"Wrote {out}. Try it:\n  pawsight predict --model {model} PHOTOS\n  pawsight serve --model {model}")


def _check_words(
    recipe: str | None,
    budget: float | None,
    epochs: int | None,
    photos: int | None,
    weights: Path | None,
    share: float | None,
    start: str | None,
    group: ProcessGroup | None,
) -> None:
    """Refuse words that contradict each other, before the data is opened."""
    if (recipe is None) == (budget is None):
        raise click.UsageError("Name a RECIPE, or give a time with --budget, which chooses one.")
    if budget is not None and (epochs or photos or weights or share):
        raise click.UsageError("--budget chooses epochs, photos and layers: leave out the options for these.")
    if budget is not None and group:
        raise click.UsageError("--budget measures one machine only: name a RECIPE to train on several.")
    if start and (budget is not None or weights):
        raise click.UsageError("--start brings weights of its own recipe: leave out --weights, and name a RECIPE.")
    if recipe is not None and recipe not in NAMES:
        find(recipe)  # report a wrong name before a wrong folder
        if share or weights == NOTHING:
            raise click.UsageError("--fine-tune and --weights none are for networks of keras.applications only.")


def _choose(
    recipe: str | None, budget: float | None, data: Dataset, weights: Path | None, share: float | None
) -> tuple[Recipe, float]:
    """Return what to train, and when training ends on the monotonic clock; of a budget, say what fits into it."""
    if recipe is not None:
        return choose(recipe, data.size, data.fit, pretrained=weights != NOTHING, share=share), math.inf
    from pawsight.train.budget import measure_pace, plan

    start = time.monotonic()
    made = plan(budget or 0, measure_pace(), data)
    click.echo(made.why)
    return made.recipe, start + made.training


def _kept(out: Path, data: Path, recipe: Recipe, budget: float | None) -> str:
    """Say what a training that was stopped leaves, and how it goes on."""
    from pawsight.train.preflight import partial_folder

    if out.exists():
        again = f"pawsight evaluate {shell_word(out)} --data {shell_word(data)} --split validation"
        return f"The model stands in {out}. To measure it: {again}"
    kept = partial_folder(out)
    try:
        done = json.loads((kept / "progress.json").read_bytes())
    except (OSError, ValueError):
        return f"No epoch was finished. {GO_ON}"
    phase = f"phase {done['phase'] + 1} of {len(recipe.phases)}, {done['epoch']} of its epochs done"
    if budget is not None:
        return f"Kept in {kept}: {phase}. A --budget is planned again each time: delete that folder before."
    return f"Kept in {kept}: {phase}. {GO_ON}"


def _open(folder: Path, findings: Path | None) -> Dataset:
    from pawsight.data import open_dataset
    from pawsight.data.check.findings import read_findings

    dataset = open_dataset(folder)
    if findings is None:
        return dataset
    rest = dataset.without(read_findings(findings).doubted())
    click.echo(f"Left out {dataset.splits['train'] - rest.splits['train']:,} training photos with doubted labels.")
    return rest
