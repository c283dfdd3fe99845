"""Settings: defaults < file < environment < arguments.

The file is `pawsight.toml` in the working folder, or what `PAWSIGHT_CONFIG` names. Each field can be set by a variable
of its name in capitals with `PAWSIGHT_` in front; `PORT` alone sets the port, as hosting platforms do.
"""

from __future__ import annotations

import codecs
import difflib
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec
import msgspec.inspect
import platformdirs
from msgspec import Meta, Struct

from pawsight.errors import BadSettings
from pawsight.parallel import usable_processors
from pawsight.types import LIMITS, LOCAL_LIMITS, Limits

PREFIX = "PAWSIGHT_"
CONFIG = PREFIX + "CONFIG"
_CORES = usable_processors()


class Settings(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What an operator can set. Immutable; made once at the start by `load_settings`.

    Attributes:
        model: Name of a shipped model, or path of a model folder. `default` follows `pawsight models use`.
        models: Other models that a request may choose: `all` (that are shipped or published), `none`, or names and
            folders separated by commas. Each one that is used stays in memory.
        host: Address to listen on.
        port: TCP port to listen on; 0 chooses a free one. The variable `PORT` sets it, too.
        threads: Photos that are classified at the same time; most of them wait for the disk or a decoder.
        decoders: Photos that are decoded at the same time, each in a process of its own.
        stop_within: Seconds that running requests may still take after SIGTERM or Ctrl-C.
        log_format: `text`, or `json` for one JSON object a line.
        log_requests: Whether each request is logged. Default: with `log_format = "json"` only.
        log_addresses: Whether the log holds visitors' network addresses.
        metrics: Who may read `/metrics`: `local` (this machine), `all`, or nobody (`off`).
        max_bytes: Bytes of one photo.
        max_pixels: Pixels of one photo. Pillow itself refuses more than 89,478,485.
        max_local_bytes: Bytes of one photo on one's own disk, for `predict`, `sort`, `learn` and `data`.
        max_local_pixels: Pixels of one photo on one's own disk.
        max_scans: Scans of one progressive JPEG of up to 10 megapixels; in proportion fewer of a larger one.
        max_photos: Photos in one request.
        rate_limit: Photos a minute from one address; 0 for no limit. Default: 1,200, or no limit where `host` is
            an address that only this machine can reach.
        daily_bytes: Bytes of photos that are stored of one address in a day, and 50 kB more for each photo; 0 for no
            limit. Default: 20 GB, or no limit where `rate_limit` has none or nothing is stored.
        rate_limit_on_error: What happens to uploads that cannot be counted: `refuse` (status 503), or `allow`.
        state: Folder for the counters of `rate_limit`, `daily_bytes` and logins. Default: `state` in the system's
            folder for programs' data.
        trusted_proxies: Addresses and networks of proxies, separated by commas. `X-Forwarded-For`, `Forwarded` and the
            like are believed from these only.
        hosts: Host names that the server answers to, separated by commas; others get status 400. `.example.org`
            includes names below it, `*` is any name. Default: any; local names only where `host` is an address that
            only this machine can reach, and `trusted_proxies` is empty.
        url_prefix: Path under which a proxy shows the server, such as `/pawsight`. Default: none, or what a trusted
            proxy says in `X-Forwarded-Prefix`.
        cors_origins: Origins of other sites whose pages may use the API, separated by commas, such as
            `https://app.example.org`; `*` for all. Cookies do not count for them. Default: none.
        hsts_subdomains: Whether browsers that saw the site over HTTPS must use HTTPS for all names below it, too.
        max_waiting: Photos that may wait for a thread; further ones get status 503.
        max_connections: Connections at the same time. Beyond it, the connection that has waited longest is closed.
        max_slow_seconds: Seconds for a request to arrive or a response to be taken; after that, 1,000 bytes a second
            suffice.
        max_decode_seconds: Seconds of processor time to decode one photo.
        max_decode_bytes: Bytes of memory to decode one photo.
        looks_like: Whether answers name the animals that a photo looks like, where the model can guess them.
        keep: Predictions that stay in memory where `archive_keep` is `nothing`.
        archive: Folder for photos and index. Default: `archive` in the system's folder for programs' data.
        archive_url: Database of the index, such as `postgresql://user@host/name`. Default: SQLite in `archive`.
        archive_keep: What is stored: `all`, or `nothing` (no file and no row on disk).
        archive_lock_timeout: Seconds that an upload waits, in all, while another program holds the index's write lock.
        archive_max_bytes: Bytes of all files in `archive` together, without the index. Files in `lost+found` are
            deleted first, then the oldest entries, corrected ones last. Default: no limit.
        retention_days: Days after which predictions and photos are deleted, corrected or not. Default: never.
        keep_metadata: Whether photos are stored exactly as uploaded, with the place where they were taken.
        admin: Folder for the admin's password and sessions, and for models that are trained on the page. Default:
            `admin` in the system's folder for programs' data.
        admin_password_hash: Hash of the admin's password, from `pawsight admin password --hash`; it is used before
            the one in the folder `admin`. Put it in single quotes in shells and `.env` files: it holds `$`.
    """

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
    max_local_bytes: Annotated[int, Meta(ge=1)] = LOCAL_LIMITS.bytes
    max_local_pixels: Annotated[int, Meta(ge=1)] = LOCAL_LIMITS.pixels
    max_scans: Annotated[int, Meta(ge=1)] = LIMITS.scans
    max_photos: Annotated[int, Meta(ge=1)] = 20
    rate_limit: Annotated[int, Meta(ge=0)] | None = None
    daily_bytes: Annotated[int, Meta(ge=0)] | None = None
    rate_limit_on_error: Literal["refuse", "allow"] = "refuse"
    state: str = ""
    trusted_proxies: str = ""
    hosts: str = ""
    url_prefix: str = ""
    cors_origins: str = ""
    hsts_subdomains: bool = False
    max_waiting: Annotated[int, Meta(ge=1)] = 32
    max_connections: Annotated[int, Meta(ge=10)] = 1000
    max_slow_seconds: Annotated[int, Meta(ge=1)] = 10
    max_decode_seconds: Annotated[int, Meta(ge=1)] = 5
    max_decode_bytes: Annotated[int, Meta(ge=100_000_000)] = 1_000_000_000
    looks_like: bool = True
    keep: Annotated[int, Meta(ge=1)] = 200
    archive: str = ""
    archive_url: str = ""
    archive_keep: Literal["all", "nothing"] = "all"
    archive_lock_timeout: Annotated[float, Meta(ge=0)] = 10.0
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
    def local_limits(self) -> Limits:
        """What one photo on one's own disk may cost."""
        return Limits(bytes=self.max_local_bytes, pixels=self.max_local_pixels, scans=self.max_scans, local=True)

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
        """Where uploads are kept: the setting, or the system's folder for programs' data."""
        return _folder(self.archive) if self.archive else _data_folder() / "archive"

    @property
    def state_folder(self) -> Path:
        """Where the server keeps what it counts: the setting, or the system's folder for programs' data."""
        return _folder(self.state) if self.state else _data_folder() / "state"

    @property
    def choice_file(self) -> Path:
        """Where `pawsight models use` writes down which model is to answer."""
        return _data_folder() / "model.json"

    @property
    def admin_folder(self) -> Path:
        """Return the folder of the admin pages: password, sessions, models that were trained there."""
        return _folder(self.admin) if self.admin else _data_folder() / "admin"


def _data_folder() -> Path:
    """Return the folder for programs' data on this system, or the one that versions before 0.2.0 used and left here."""
    chosen = os.environ.get("XDG_DATA_HOME")
    before = _folder(chosen or "~/.local/share") / "pawsight"
    if chosen or before.exists():
        return before
    return _folder(platformdirs.user_data_dir("pawsight", appauthor=False))


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
        raise _translate(error, merged, sources(environment, folder) | dict.fromkeys(given, "")) from error


def sources(environment: Mapping[str, str] = os.environ, folder: Path | None = None) -> dict[str, str]:
    """Return where each setting that is not a default comes from: the file's path, or the name of a variable."""
    path = _file(environment, folder or Path.cwd())
    found = dict.fromkeys(_from_file(environment, folder or Path.cwd()), str(path))
    for name in _from_environment(environment):
        variable = PREFIX + name.upper()
        found[name] = variable if variable in environment else "PORT"
    return found


def _file(environment: Mapping[str, str], folder: Path) -> Path:
    return Path(environment.get(CONFIG, folder / "pawsight.toml"))


def _translate(error: msgspec.ValidationError, merged: Mapping[str, Any], origins: Mapping[str, str]) -> BadSettings:
    """Say which setting is wrong, where it comes from, what came and what fits; msgspec names it as `$.port`."""
    name = str(error).partition(" - at `$.")[2].rstrip("`")
    if name in Settings.__struct_fields__:
        origin = f" ({origins[name]})" if origins.get(name) else ""
        return BadSettings(f"The setting {name}{origin} has to be {_wanted(name)}, not {merged[name]!r}.")
    known = Settings.__struct_fields__
    unknown = [name for name in merged if name not in known]
    alike = [name for one in unknown for name in difflib.get_close_matches(one, known, 1)]
    hint = f"Did you mean {', '.join(alike)}?" if alike else f"Known settings: {', '.join(known)}."
    return BadSettings(f"There is no setting {', '.join(unknown)}.", hint)


def _wanted(name: str) -> str:
    """Return in words what fits a setting."""
    (kind,) = (one.type for one in msgspec.inspect.type_info(Settings).fields if one.name == name)  # type: ignore[attr-defined]
    if isinstance(kind, msgspec.inspect.UnionType):
        kind = kind.types[0]
    if isinstance(kind, msgspec.inspect.LiteralType):
        return f"one of {', '.join(map(str, kind.values))}"
    if isinstance(kind, (msgspec.inspect.IntType, msgspec.inspect.FloatType)):
        noun = "a whole number" if isinstance(kind, msgspec.inspect.IntType) else "a number"
        if kind.le is not None:
            return f"{noun} from {kind.ge:,} to {kind.le:,}"
        return noun if kind.ge is None else f"{noun} of {kind.ge:,} or more"
    return "true or false" if isinstance(kind, msgspec.inspect.BoolType) else "text"


def _from_file(environment: Mapping[str, str], folder: Path) -> dict[str, Any]:
    path = _file(environment, folder)
    if not path.exists() and CONFIG not in environment:
        return {}
    try:
        content = msgspec.toml.decode(path.read_bytes().removeprefix(codecs.BOM_UTF8))  # editors on Windows
    except (OSError, msgspec.DecodeError, ValueError) as error:
        raise BadSettings(f"Expected settings in TOML at {path}, but it does not read ({error}).") from error
    return dict(content)


def _from_environment(environment: Mapping[str, str]) -> dict[str, str]:
    named = {name.removeprefix(PREFIX).lower(): value for name, value in environment.items() if name.startswith(PREFIX)}
    named.pop("config", None)
    port = {"port": environment["PORT"]} if "PORT" in environment else {}
    return port | named
