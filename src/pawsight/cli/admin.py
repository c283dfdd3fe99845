"""`pawsight admin`: the password of the admin pages."""

from __future__ import annotations

import sys

import click


@click.group()
def command() -> None:
    """Open or close the admin pages: browse the archive, learn from the page.

    \b
    Examples:
      pawsight admin password
      pawsight admin password --remove
    """


@command.command()
@click.option("--remove", is_flag=True, help="Take the password away: then there are no admin pages.")
@click.option("--hash", "as_hash", is_flag=True, help="Print the hash, for the setting admin_password_hash.")
def password(remove: bool, as_hash: bool) -> None:
    """Set the password of the admin pages at /admin/.

    It is asked for twice, or read from a pipe, and only a hash of it is kept. A running server knows it at once;
    everyone who was logged in has to log in again.

    \b
    Examples:
      pawsight admin password
      pawsight admin password --remove
      pawsight admin password --hash < file
    """
    from pawsight.settings import load_settings
    from pawsight.storage import private
    from pawsight.web.admin import password as kept

    if remove and as_hash:
        raise click.UsageError("--remove and --hash contradict each other. Give one of them.")
    settings = load_settings()
    if remove:
        gone = private.remove(kept.path(settings))
        click.echo("The admin pages are off." if gone else "No password was set.")
    elif as_hash:
        click.echo(kept.make_hash(_ask()))
    else:
        kept.store(settings, _ask())
        click.echo(f"Kept a hash of it in {kept.path(settings)}. The admin pages are at /admin/ of the server.")
    if settings.admin_password_hash and not as_hash:
        click.echo("But the setting admin_password_hash goes before it: change that one.", err=True)


def _ask() -> str:
    """Twice and unseen where somebody types; the first line of what is piped in otherwise."""
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\r\n")
    answer: str = click.prompt("New password", hide_input=True, confirmation_prompt=True)
    return answer
