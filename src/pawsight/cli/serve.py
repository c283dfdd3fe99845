"""`pawsight serve`: the page and the API."""

from __future__ import annotations

import os
from contextlib import closing
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from pawsight.decoding import DecoderPool
    from pawsight.settings import Settings


@click.command(name="serve")
@click.option("--host", help="Address to listen on; 0.0.0.0 for all that this machine has.  [default: 127.0.0.1]")
@click.option(
    "--port", type=click.IntRange(0, 65535), help="Port to listen on; 0 for any free one.  [default: $PORT, or 8000]"
)
@click.option("--model", help="A shipped model's name or a model folder.  [default: default]")
@click.option(
    "--log-format", type=click.Choice(["text", "json"]), help="How it logs; json has a line a request.  [default: text]"
)
@click.option("--debug", is_flag=True, help="For developers: reload on changes, show errors in the browser.")
def command(host: str | None, port: int | None, model: str | None, log_format: str | None, debug: bool) -> None:
    """Serve the page and the API.

    \b
    Examples:
      pawsight serve
      pawsight serve --host 0.0.0.0 --port 80
      pawsight serve --model runs/my-model
    """
    from pawsight.decoding import DecoderPool
    from pawsight.settings import load_settings

    settings = load_settings({"host": host, "port": port, "model": model, "log_format": log_format})
    if debug and not settings.for_this_machine:
        raise click.UsageError(
            "--debug lets anyone who sees an error run code here: only with a --host of this machine."
        )
    if debug:
        from pawsight.web import create_app

        create_app(settings).run(settings.host, settings.port, debug=True)
        return
    with closing(DecoderPool.by(settings)) as decoders:
        decoders.warm()  # the first one loads what it needs while we load the rest
        _serve(settings, decoders)


def _serve(settings: Settings, decoders: DecoderPool) -> None:
    from pawsight.web import create_app
    from pawsight.web.operations import logs
    from pawsight.web.server import run

    logs.set_up(settings)
    listener = run.listen(settings.host, settings.port)
    app = create_app(settings, decoders=decoders)
    _say(f"Pawsight answers at {run.url(listener)} (Ctrl-C stops)")
    _say(_kept(settings))
    run.serve(app, listener, settings)
    _say("Stopped.")


def _say(line: str) -> None:
    """Print a line for the operator; a server goes on where nobody reads any more (`pawsight serve 2>&1 | head -1`)."""
    try:
        click.echo(line, err=True)
    except OSError:  # what was not written stays in the buffer, and would fail once more when Python ends
        nothing = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nothing, 2)
        os.close(nothing)


def _kept(settings: Settings) -> str:
    if settings.archive_keep == "nothing":
        return "Photos are kept nowhere."
    return f"Photos are kept in {settings.archive_folder}; the setting archive_keep=nothing keeps none."
