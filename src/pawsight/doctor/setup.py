"""The setup: settings, models, database, port, files for the browser."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.resources import files

import flask_bootstrap

from pawsight.archive.index import where
from pawsight.archive.migrate import HEAD, schema
from pawsight.choice import Choice, chosen
from pawsight.doctor import Finding
from pawsight.errors import PawsightError, PortInUse
from pawsight.settings import Settings
from pawsight.web.server import listen
from pawsight.web.shelf import offered

_SECRETS = ("archive_url", "admin_password_hash")  # the first may hold a password, the second is to be guessed from
_OURS = ("pawsight.css", "modules/ask.js", "theme.js", "mark.svg")


def look(settings: Settings, sources: dict[str, str]) -> Iterator[Finding]:
    """Everything that an operator sets, tried as a server would.

    Args:
        settings: as a server started here and now would have them.
        sources: setting -> where its value is from, for those that are not the default.
    """
    yield from _settings(settings, sources)
    yield from _models(settings)
    if settings.archive_keep != "nothing":
        yield _database(settings)
    yield _port(settings)
    yield _browser()


def _settings(settings: Settings, sources: dict[str, str]) -> Iterator[Finding]:
    for name, source in sources.items():
        value = "..." if name in _SECRETS else getattr(settings, name)
        yield Finding("setting", "ok", f"{name} = {value} (from {source})")
    if not sources:
        yield Finding("setting", "ok", "all as they come")


def _without_password(settings: Settings) -> str:
    return str(where(settings.archive_folder, settings.archive_url).render_as_string(hide_password=True))


def _models(settings: Settings) -> Iterator[Finding]:
    try:
        choices = [chosen(settings), *(Choice(str(folder)) for folder in offered(settings))]
    except PawsightError as error:
        yield Finding("model", "wrong", error.message, error.hint)
        return
    seen = set()
    for place, choice in enumerate(choices):
        found = _model(choice, settings, "model" if place == 0 else "other model")
        if found.says not in seen:
            yield found
        seen.add(found.says)


def _model(choice: Choice, settings: Settings, about: str) -> Finding:
    try:
        card = choice.load(settings.limits).card
    except PawsightError as error:
        return Finding(about, "wrong", error.message, error.hint)
    return Finding(about, "ok", f"{card.id}: hashes and golden pictures are right")


def _database(settings: Settings) -> Finding:
    """Look at the index, and leave making and migrating it to the start of a server."""
    try:
        url = _without_password(settings)
        found = schema(where(settings.archive_folder, settings.archive_url))
    except PawsightError as error:
        return Finding("database", "wrong", error.message, error.hint)
    if found is None:
        return Finding("database", "ok", f"{url} answers; the tables are made at the first start")
    if found > HEAD:
        hint = "A newer Pawsight wrote it: use that one, or restore the backup from before."
        return Finding("database", "wrong", f"{url} has schema {found}, newer than {HEAD}", hint)
    if found < HEAD:
        hint = "The next start migrates it. Back up first: `pawsight archive backup`."
        return Finding("database", "warning", f"{url} has schema {found}, older than {HEAD}", hint)
    return Finding("database", "ok", f"{url}, schema {found}")


def _port(settings: Settings) -> Finding:
    address = f"{settings.host}:{settings.port}"
    try:
        listen(settings.host, settings.port).close()
    except PortInUse as error:
        hint = "Well if that is Pawsight; else choose another with --port."
        return Finding("port", "warning", error.message, hint)
    except PawsightError as error:
        return Finding("port", "wrong", error.message, error.hint)
    return Finding("port", "ok", f"{address} is free")


def _browser() -> Finding:
    ours = files("pawsight.web").joinpath("static")
    theirs = files(flask_bootstrap).joinpath("static", "bootstrap5", "css", "bootstrap.min.css")
    missing = [name for name in _OURS if not ours.joinpath(name).is_file()]
    if missing or not theirs.is_file():
        lost = ", ".join(missing or ["Bootstrap"])
        return Finding("browser files", "wrong", f"missing: {lost}", "Install Pawsight again.")
    return Finding("browser files", "ok", "all there, none from other hosts")
