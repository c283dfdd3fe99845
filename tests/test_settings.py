from __future__ import annotations

import sys
from pathlib import Path

import platformdirs
import pytest
from platformdirs.macos import MacOS

from pawsight.errors import BadSettings
from pawsight.settings import Settings, load_settings
from pawsight.types import LIMITS, Limits


def load(folder: Path, arguments: dict[str, object] | None = None, /, **environment: str) -> Settings:
    return load_settings(arguments, environment, folder)


def test_defaults(tmp_path: Path) -> None:
    settings = load(tmp_path)
    assert (settings.model, settings.host, settings.port) == ("default", "127.0.0.1", 8000)
    assert settings.limits == LIMITS


def test_each_source_beats_the_one_before(tmp_path: Path) -> None:
    (tmp_path / "pawsight.toml").write_text('port = 1\nhost = "file"\nmodel = "file"\nkeep = 7\n')
    settings = load(tmp_path, {"port": 3, "model": None}, PAWSIGHT_PORT="2", PAWSIGHT_HOST="variable")
    assert (settings.port, settings.host, settings.model, settings.keep) == (3, "variable", "file", 7)


def test_the_port_of_a_hosting_platform(tmp_path: Path) -> None:
    assert load(tmp_path, PORT="5000").port == 5000
    assert load(tmp_path, PORT="5000", PAWSIGHT_PORT="6000").port == 6000


def test_variables_are_read_as_numbers(tmp_path: Path) -> None:
    settings = load(tmp_path, PAWSIGHT_MAX_BYTES="5", PAWSIGHT_MAX_PIXELS="6", PAWSIGHT_MAX_SCANS="7")
    assert settings.limits == Limits(bytes=5, pixels=6, scans=7)


def test_a_file_elsewhere(tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text("port = 9")
    assert load(tmp_path / "nowhere", PAWSIGHT_CONFIG=str(tmp_path / "mine.toml")).port == 9


def test_a_file_as_windows_writes_it(tmp_path: Path) -> None:
    """With a byte order mark, and lines that end in CR and LF."""
    (tmp_path / "pawsight.toml").write_bytes(b'\xef\xbb\xbfport = 9\r\nhost = "x"\r\n')
    assert load(tmp_path).port == 9


def test_a_named_file_must_be_there(tmp_path: Path) -> None:
    with pytest.raises(BadSettings, match=r"gone\.toml"):
        load(tmp_path, PAWSIGHT_CONFIG=str(tmp_path / "gone.toml"))


@pytest.mark.parametrize(
    ("environment", "named"),
    [
        ({"PAWSIGHT_PORT": "70000"}, "port"),
        ({"PAWSIGHT_PORT": "eight"}, "port"),
        ({"PORT": ""}, "port"),
        ({"PAWSIGHT_THREADS": "0"}, "threads"),
        ({"PAWSIGHT_COLOUR": "red"}, "colour"),
    ],
)
def test_what_does_not_fit_is_named(tmp_path: Path, environment: dict[str, str], named: str) -> None:
    with pytest.raises(BadSettings, match=named):
        load(tmp_path, **environment)


@pytest.mark.parametrize(
    ("environment", "said"),
    [
        ({"PORT": "99999"}, "The setting port (PORT) has to be a whole number from 0 to 65,535, not '99999'."),
        ({"PAWSIGHT_THREADS": "x"}, "The setting threads (PAWSIGHT_THREADS) has to be a whole number of 1 or more"),
        ({"PAWSIGHT_METRICS": "x"}, "has to be one of all, local, off, not 'x'."),
        ({"PAWSIGHT_STOP_WITHIN": "-1"}, "has to be a number of 0 or more, not '-1'."),
        ({"PAWSIGHT_RETENTION_DAYS": "0"}, "has to be a whole number of 1 or more, not '0'."),
        ({"PAWSIGHT_KEEP_METADATA": "maybe"}, "has to be true or false, not 'maybe'."),
        ({"PAWSIGHT_THREDS": "1"}, "There is no setting threds. Did you mean threads?"),
        ({"PAWSIGHT_COLOUR": "red"}, "There is no setting colour. Known settings: model, models, host"),
    ],
)
def test_what_would_fit_is_said(tmp_path: Path, environment: dict[str, str], said: str) -> None:
    with pytest.raises(BadSettings) as raised:
        load(tmp_path, **environment)
    assert said in str(raised.value)


@pytest.mark.parametrize("content", ["port = ", "port", b"\xff\xfe"])
def test_a_file_that_is_no_toml(tmp_path: Path, content: str | bytes) -> None:
    (tmp_path / "pawsight.toml").write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(BadSettings, match=r"pawsight\.toml"):
        load(tmp_path)


def test_settings_never_change(tmp_path: Path) -> None:
    with pytest.raises(AttributeError):
        load(tmp_path).port = 1  # type: ignore[misc]


def test_the_archive_by_variables(tmp_path: Path) -> None:
    settings = load(tmp_path, PAWSIGHT_RETENTION_DAYS="30", PAWSIGHT_KEEP_METADATA="true", PAWSIGHT_ARCHIVE="here")
    assert (settings.retention_days, settings.keep_metadata, settings.archive_max_bytes) == (30, True, None)
    assert settings.archive_folder == Path("here")
    with pytest.raises(BadSettings, match="archive_keep"):
        load(tmp_path, PAWSIGHT_ARCHIVE_KEEP="some")


@pytest.fixture
def user_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The home of a user without any XDG variable."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    monkeypatch.delenv("XDG_DATA_HOME", raising=False)
    return tmp_path


def test_data_stands_where_a_variable_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    assert load(tmp_path).archive_folder == tmp_path / "pawsight" / "archive"


@pytest.mark.skipif(sys.platform != "linux", reason="the folder of Linux")
def test_data_stands_where_linux_keeps_it(user_home: Path) -> None:
    assert load(user_home).archive_folder == user_home / ".local" / "share" / "pawsight" / "archive"


def test_data_stands_where_macos_keeps_it(user_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The library's own class for macOS, which computes a path and touches nothing."""
    monkeypatch.setattr(platformdirs, "PlatformDirs", MacOS)
    assert load(user_home).archive_folder == user_home / "Library" / "Application Support" / "pawsight" / "archive"


def test_data_of_an_older_version_is_still_found(user_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Before 0.2.0 it lay below `~/.local/share` on every system."""
    monkeypatch.setattr(platformdirs, "PlatformDirs", MacOS)
    before = user_home / ".local" / "share" / "pawsight"
    before.mkdir(parents=True)
    assert load(user_home).admin_folder == before / "admin"


@pytest.mark.parametrize("name", ["archive", "admin"])
def test_a_folder_of_a_user_who_is_not_here(name: str) -> None:
    with pytest.raises(BadSettings, match="no home here"):
        getattr(load_settings({name: "~nobody-of-this-name/x"}, {}), f"{name}_folder")
