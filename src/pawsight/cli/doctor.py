"""`pawsight doctor`: what is wrong with this machine or setup."""

from __future__ import annotations

import sys
from dataclasses import asdict

import click

from pawsight.cli.form import form_option

MARKS = {"ok": "ok     ", "warning": "warning", "wrong": "WRONG  "}


@click.command()
@form_option("table", "json")
def command(form: str) -> None:
    """Look at this machine and setup as a server would, and say what is wrong and what to do.

    It changes nothing. Ends with 0 where nothing is wrong, with 1 where something is; warnings are not wrong.

    \b
    Examples:
      pawsight doctor
      pawsight doctor --format json
    """
    import msgspec

    from pawsight.doctor import machine, setup
    from pawsight.settings import load_settings, sources
    from pawsight.text import valid_unicode

    settings = load_settings()
    findings = [*machine.check_machine(settings), *setup.check_setup(settings, sources())]
    if form == "json":
        rows = [{name: valid_unicode(text) for name, text in asdict(finding).items()} for finding in findings]
        click.echo(msgspec.json.format(msgspec.json.encode(rows)))
    else:
        width = max(len(finding.about) for finding in findings)
        for finding in findings:
            hint = f"\n{'':9}{'':{width}}  -> {finding.hint}" if finding.hint else ""
            click.echo(f"{MARKS[finding.state]}  {finding.about:{width}}  {finding.says}{hint}")
    sys.exit(any(finding.state == "wrong" for finding in findings))
