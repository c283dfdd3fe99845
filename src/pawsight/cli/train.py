"""`pawsight train`: a recipe and prepared photos -> a model folder with its figures."""

from __future__ import annotations

from pathlib import Path

import click
import msgspec

from pawsight.cli.extras import needs_extra
from pawsight.recipes import RECIPES, find


@click.command()
@click.argument("recipe", type=click.Choice(list(RECIPES)))
@click.option("--data", required=True, type=click.Path(path_type=Path), help="What `pawsight data prepare` wrote.")
@click.option("--out", required=True, type=click.Path(path_type=Path), help="The model folder to make.")
@click.option("--epochs", type=click.IntRange(1), help="At most so many epochs in each phase, for a quick try.")
@click.option("--photos", type=click.IntRange(1), help="Use only so many training photos, for a quick try.")
@click.option("--weights", type=click.Path(path_type=Path), help="ImageNet weights of VGG16; Keras downloads them.")
@click.option("--seed", type=int, help="Another seed than the recipe's.")
def command(
    recipe: str,
    data: Path,
    out: Path,
    epochs: int | None,
    photos: int | None,
    weights: Path | None,
    seed: int | None,
) -> None:
    """Train RECIPE on prepared photos, export it, and measure it on the test split.

    A run that was killed goes on where it was when the same command is given again.

    \b
    Example:
      pawsight train lite0 --data catsdogs --out runs/lite0
    """
    from pawsight.data import open_dataset

    dataset = open_dataset(data)  # before TensorFlow takes its seconds to load
    with needs_extra("train"):
        from pawsight.evaluate import evaluate_into
        from pawsight.report import summarise
        from pawsight.train.run import publish, train
    chosen = find(recipe)
    if epochs:
        phases = tuple(msgspec.structs.replace(phase, epochs=min(epochs, phase.epochs)) for phase in chosen.phases)
        chosen = msgspec.structs.replace(chosen, phases=phases)
    given = {name: value for name, value in (("photos", photos), ("seed", seed)) if value is not None}
    folder = train(msgspec.structs.replace(chosen, **given), dataset, out, weights)
    metrics = evaluate_into(folder, dataset)
    publish(out)
    click.echo(summarise(metrics))
    click.echo(f"Wrote {out}.")
