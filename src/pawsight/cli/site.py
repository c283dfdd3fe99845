"""`pawsight site`: the page as static files, for any web host."""

from __future__ import annotations

from pathlib import Path

import click

from pawsight.cli.paths import check_outputs


@click.command(name="site")
@click.option("--out", required=True, type=click.Path(path_type=Path), help="The folder to write; new or empty.")
@click.option("--model", help="A shipped model's name or a model folder.  [default: default]")
def command(out: Path, model: str | None) -> None:
    """Write the page as static files for any web host.

    Photos are classified in the visitor's browser and never leave it: single ones and whole batches, with heat maps, in
    every language of the page, offline after the first visit. The files may lie in any folder of a host; they need a
    web server that hands them out, and https for the camera and for working offline.

    \b
    Examples:
      pawsight site --out public
      pawsight site --out public --model runs/my-model
      python -m http.server --directory public
    """
    from pawsight.settings import load_settings
    from pawsight.web.site import write_site

    check_outputs(out=out)
    done = write_site(load_settings({"model": model}), out)
    click.echo(f"Wrote {out} with {done.model}: {done.files:,} files, {done.bytes / 1e6:.1f} MB.")
    click.echo(f"Try it: python -m http.server --directory {out}")
