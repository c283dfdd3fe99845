"""`pawsight train`: a recipe and prepared photos -> a model folder with its figures."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click
import msgspec

from pawsight.cli.extras import needs_extra
from pawsight.recipes import NAMES, Recipe, backbone, find

if TYPE_CHECKING:
    from pawsight.data import Dataset

NOTHING = Path("none")


@click.command()
@click.argument("recipe")
@click.option("--data", required=True, type=click.Path(path_type=Path), help="What `pawsight data prepare` wrote.")
@click.option("--out", required=True, type=click.Path(path_type=Path), help="The model folder to make.")
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
@click.option("--seed", type=int, help="Another seed than the recipe's.")
def command(
    recipe: str,
    data: Path,
    out: Path,
    epochs: int | None,
    photos: int | None,
    weights: Path | None,
    share: float | None,
    findings: Path | None,
    seed: int | None,
) -> None:
    """Train RECIPE on prepared photos of any classes, export it, and measure it on the test split.

    RECIPE is scratch-small, scratch, vgg16, lite0, tiny, or any network of keras.applications by its name there, such
    as EfficientNetB0: a linear head on cached features first, then its last layers as well, on photos of the size that
    they were prepared at.

    A run that was killed goes on where it was when the same command is given again.

    \b
    Examples:
      pawsight train lite0 --data catsdogs --out runs/lite0
      pawsight train MobileNetV3Small --data animals --out runs/animals --fine-tune 0.5
    """
    if recipe not in NAMES:
        find(recipe)  # a wrong name is told before a wrong folder
        if share or weights == NOTHING:
            raise click.UsageError("Expected --fine-tune and --weights none with a network of keras.applications only.")
    dataset = _open(data, findings)  # before TensorFlow takes its seconds to load
    with needs_extra("train"):
        from pawsight.evaluate import evaluate_into
        from pawsight.report import summarise
        from pawsight.train.run import publish, train
    chosen = _recipe(recipe, dataset, weights, share)
    if epochs:
        phases = tuple(msgspec.structs.replace(phase, epochs=min(epochs, phase.epochs)) for phase in chosen.phases)
        chosen = msgspec.structs.replace(chosen, phases=phases)
    given = {name: value for name, value in (("photos", photos), ("seed", seed)) if value is not None}
    folder = train(msgspec.structs.replace(chosen, **given), dataset, out, None if weights == NOTHING else weights)
    metrics = evaluate_into(folder, dataset)
    publish(out)
    click.echo(summarise(metrics))
    click.echo(f"Wrote {out}.")


def _recipe(name: str, data: Dataset, weights: Path | None, share: float | None) -> Recipe:
    if name not in NAMES:
        return find(name)
    given = {"share": share} if share else {}
    return backbone(name, data.size, data.fit, pretrained=weights != NOTHING, **given)


def _open(folder: Path, findings: Path | None) -> Dataset:
    from pawsight.data import open_dataset
    from pawsight.data.check.findings import read_findings

    dataset = open_dataset(folder)
    if findings is None:
        return dataset
    rest = dataset.without(read_findings(findings).doubted())
    click.echo(f"Left out {dataset.splits['train'] - rest.splits['train']:,} training photos with doubted labels.")
    return rest
