"""The option `--seed`: the numbers that all generators take."""

import click

from pawsight.arguments import LARGEST_SEED

SEED = click.IntRange(0, LARGEST_SEED)
