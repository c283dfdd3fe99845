"""The setup: settings, models, database, port, files for the browser."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.resources import files

import flask_bootstrap

from pawsight.active_model import ActiveModel, active_model
from pawsight.archive.database import where
from pawsight.archive.migrate import HEAD, schema
from pawsight.doctor import Diagnosis
from pawsight.errors import PawsightError, PortInUse
from pawsight.settings import Settings
from pawsight.text import valid_unicode
from pawsight.web.models.registry import offered_folders
from pawsight.web.server.run import listen

_SECRETS = ("archive_url", "admin_password_hash")  # the first may hold a password, the second is to be guessed from
_OURS = ("pawsight.css", "modules/classify.js", "theme.js", "mark.svg")


def check_setup(settings: Settings, sources: dict[str, str]) -> Iterator[Diagnosis]:
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


def _settings(settings: Settings, sources: dict[str, str]) -> Iterator[Diagnosis]:
    for name, source in sources.items():
        value = "..." if name in _SECRETS else getattr(settings, name)
        yield Diagnosis("setting", "ok", f"{name} = {value} (from {source})")
    if not sources:
        yield Diagnosis("setting", "ok", "all at their defaults")


def _without_password(settings: Settings) -> str:
    url = where(settings.archive_folder, settings.archive_url)
    return url.set(database=url.database and valid_unicode(url.database)).render_as_string(hide_password=True)


def _models(settings: Settings) -> Iterator[Diagnosis]:
    try:
        choices = [active_model(settings), *(ActiveModel(str(folder)) for folder in offered_folders(settings))]
    except PawsightError as error:
        yield Diagnosis("model", "wrong", error.message, error.hint)
        return
    seen = set()
    for place, choice in enumerate(choices):
        found = _model(choice, settings, "model" if place == 0 else "other model")
        if found.says not in seen:
            yield found
        seen.add(found.says)


def _model(choice: ActiveModel, settings: Settings, about: str) -> Diagnosis:
    try:
        card = choice.load(settings.limits).card
    except PawsightError as error:
        return Diagnosis(about, "wrong", error.message, error.hint)
    return Diagnosis(about, "ok", f"{card.id}: hashes and golden pictures are right")


def _database(settings: Settings) -> Diagnosis:
    """Look at the index, and leave making and migrating it to the start of a server."""
    try:
        url = _without_password(settings)
        found = schema(where(settings.archive_folder, settings.archive_url))
    except PawsightError as error:
        return Diagnosis("database", "wrong", error.message, error.hint)
    if found is None:
        return Diagnosis("database", "ok", f"{url} answers; the tables are made at the first start")
    if found > HEAD:
        hint = "A newer Pawsight wrote it: use that one, or restore the backup from before."
        return Diagnosis("database", "wrong", f"{url} has schema {found}, newer than {HEAD}", hint)
    if found < HEAD:
        hint = "The next start migrates it. Back up first: `pawsight archive backup`."
        return Diagnosis("database", "warning", f"{url} has schema {found}, older than {HEAD}", hint)
    return Diagnosis("database", "ok", f"{url}, schema {found}")


def _port(settings: Settings) -> Diagnosis:
    address = f"{settings.host}:{settings.port}"
    try:
        listen(settings.host, settings.port).close()
    except PortInUse as error:
        hint = "Good if that is a running Pawsight; otherwise choose another port with --port."
        return Diagnosis("port", "warning", error.message, hint)
    except PawsightError as error:
        return Diagnosis("port", "wrong", error.message, error.hint)
    return Diagnosis("port", "ok", f"{address} is free")


def _browser() -> Diagnosis:
    ours = files("pawsight.web").joinpath("static")
    theirs = files(flask_bootstrap).joinpath("static", "bootstrap5", "css", "bootstrap.min.css")
    missing = [name for name in _OURS if not ours.joinpath(name).is_file()]
    if missing or not theirs.is_file():
        lost = ", ".join(missing or ["Bootstrap"])
        return Diagnosis("browser files", "wrong", f"missing: {lost}", "Install Pawsight again.")
    return Diagnosis("browser files", "ok", "all there, none from other hosts")
