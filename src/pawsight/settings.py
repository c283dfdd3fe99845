"""Settings: defaults < file < environment < arguments.

The file is `pawsight.toml` in the working folder, or what `PAWSIGHT_CONFIG` names. Each field can be set by a variable
of its name in capitals with `PAWSIGHT_` in front; `PORT` alone sets the port, as hosting platforms do.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta, Struct

from pawsight.errors import BadSettings
from pawsight.types import LIMITS, Limits

PREFIX = "PAWSIGHT_"
CONFIG = PREFIX + "CONFIG"
_CORES = os.cpu_count() or 1


class Settings(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What an operator can set. Immutable; made once at the start by `load_settings`."""

    model: str = "default"
    models: str = "all"
    host: str = "127.0.0.1"
    port: Annotated[int, Meta(ge=0, le=65535)] = 8000
    threads: Annotated[int, Meta(ge=1)] = 4 * _CORES
    decoders: Annotated[int, Meta(ge=1)] = _CORES
    stop_within: Annotated[float, Meta(ge=0)] = 8.0  # Docker kills after ten seconds
    log_format: Literal["text", "json"] = "text"
    log_requests: bool | None = None
    log_addresses: bool = False
    metrics: Literal["local", "all", "off"] = "local"
    max_bytes: Annotated[int, Meta(ge=1)] = LIMITS.bytes
    max_pixels: Annotated[int, Meta(ge=1, le=89_478_485)] = LIMITS.pixels  # from there on Pillow refuses by itself
    max_scans: Annotated[int, Meta(ge=1)] = LIMITS.scans
    max_photos: Annotated[int, Meta(ge=1)] = 20
    rate_limit: Annotated[int, Meta(ge=0)] | None = None
    daily_bytes: Annotated[int, Meta(ge=0)] | None = None
    trusted_proxies: str = ""
    hosts: str = ""
    max_waiting: Annotated[int, Meta(ge=1)] = 32
    max_connections: Annotated[int, Meta(ge=10)] = 1000
    max_slow_seconds: Annotated[int, Meta(ge=1)] = 10
    max_decode_seconds: Annotated[int, Meta(ge=1)] = 5
    max_decode_bytes: Annotated[int, Meta(ge=100_000_000)] = 1_000_000_000
    keep: Annotated[int, Meta(ge=1)] = 200
    archive: str = ""
    archive_url: str = ""
    archive_keep: Literal["all", "nothing"] = "all"
    archive_max_bytes: Annotated[int, Meta(ge=1)] | None = None
    retention_days: Annotated[int, Meta(ge=1)] | None = None
    keep_metadata: bool = False
    admin: str = ""
    admin_password_hash: str = ""

    @property
    def limits(self) -> Limits:
        """What one photo may cost."""
        return Limits(bytes=self.max_bytes, pixels=self.max_pixels, scans=self.max_scans)

    @property
    def photos_a_minute(self) -> int:
        """What one address may send; 0 for no limit, as on a server that only this machine can reach."""
        if self.rate_limit is not None:
            return self.rate_limit
        return 0 if self.for_this_machine else 1200

    @property
    def bytes_a_day(self) -> int:
        """What the archive keeps of one address in a day; 0 for no limit, as on a server for this machine alone."""
        if self.archive_keep == "nothing":
            return 0
        if self.daily_bytes is not None:
            return self.daily_bytes
        return 0 if self.for_this_machine else 20_000_000_000

    @property
    def for_this_machine(self) -> bool:
        """Whether only this machine can reach the server, by the address that it listens on."""
        return self.host in ("localhost", "::1") or self.host.startswith("127.")

    @property
    def archive_folder(self) -> Path:
        """Where uploads are kept: the setting, or where the system wants programs' data (XDG base directories)."""
        return _folder(self.archive) if self.archive else _data_folder() / "archive"

    @property
    def choice_file(self) -> Path:
        """Where `pawsight models use` writes down which model is to answer."""
        return _data_folder() / "model.json"

    @property
    def admin_folder(self) -> Path:
        """Where the admin pages keep what is theirs: password, sessions, models that were learnt there."""
        return _folder(self.admin) if self.admin else _data_folder() / "admin"


def _data_folder() -> Path:
    data = os.environ.get("XDG_DATA_HOME") or "~/.local/share"
    return _folder(data) / "pawsight"


def _folder(named: str) -> Path:
    try:
        return Path(named).expanduser()
    except RuntimeError as error:
        raise BadSettings(f"Expected a folder, but received {named!r}, and that user has no home here.") from error


def load_settings(
    arguments: Mapping[str, Any] | None = None, environment: Mapping[str, str] = os.environ, folder: Path | None = None
) -> Settings:
    """Merge all sources into one.

    Args:
        arguments: from the command line; a value of None means "not given".
        environment: variables.
        folder: where `pawsight.toml` may stand; the working folder where None.

    Raises:
        BadSettings: an unknown name, an impossible value, or a file that does not read.
    """
    given = {name: value for name, value in (arguments or {}).items() if value is not None}
    merged = _from_file(environment, folder or Path.cwd()) | _from_environment(environment) | given
    try:
        return msgspec.convert(merged, Settings, strict=False)
    except msgspec.ValidationError as error:
        raise _translate(error, merged) from error


def sources(environment: Mapping[str, str] = os.environ, folder: Path | None = None) -> dict[str, str]:
    """Where each setting that is not a default comes from: the file's path, or the name of a variable."""
    path = _file(environment, folder or Path.cwd())
    found = dict.fromkeys(_from_file(environment, folder or Path.cwd()), str(path))
    for name in _from_environment(environment):
        variable = PREFIX + name.upper()
        found[name] = variable if variable in environment else "PORT"
    return found


def _file(environment: Mapping[str, str], folder: Path) -> Path:
    return Path(environment.get(CONFIG, folder / "pawsight.toml"))


def _translate(error: msgspec.ValidationError, merged: Mapping[str, Any]) -> BadSettings:
    """Say which setting is wrong and what came; msgspec names it as `$.port`."""
    reason, _, field = str(error).partition(" - at `$.")
    name = field.rstrip("`")
    problem = f"Setting {name} does not fit: received {merged[name]!r} ({reason})" if name in merged else reason
    return BadSettings(f"{problem}.", f"Known settings: {', '.join(Settings.__struct_fields__)}.")


def _from_file(environment: Mapping[str, str], folder: Path) -> dict[str, Any]:
    path = _file(environment, folder)
    if not path.exists() and CONFIG not in environment:
        return {}
    try:
        content = msgspec.toml.decode(path.read_bytes())
    except (OSError, msgspec.DecodeError, ValueError) as error:
        raise BadSettings(f"Expected settings in TOML at {path}, but it does not read ({error}).") from error
    return dict(content)


def _from_environment(environment: Mapping[str, str]) -> dict[str, str]:
    named = {name.removeprefix(PREFIX).lower(): value for name, value in environment.items() if name.startswith(PREFIX)}
    named.pop("config", None)
    port = {"port": environment["PORT"]} if "PORT" in environment else {}
    return port | named
