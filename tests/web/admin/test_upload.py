"""ZIPs made to do harm: what unpacks is limited, and nothing in one leads anywhere."""

from __future__ import annotations

import errno
import io
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from werkzeug.test import TestResponse

from pawsight.settings import Settings
from pawsight.web.admin import upload

Post = Callable[..., TestResponse]
Bring = Callable[[bytes], TestResponse]


@pytest.fixture
def bring(post: Post) -> Bring:
    """`bring(zip)` brings it to a new project."""
    begun = post("/admin/learn/", name="my flowers").headers["Location"]
    return lambda data: post(f"{begun}/photos", zip=(io.BytesIO(data), "flowers.zip"))


def packed(files: dict[str | zipfile.ZipInfo, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as zip:
        for name, data in files.items():
            zip.writestr(name, data)
    return buffer.getvalue()


def link(name: str) -> zipfile.ZipInfo:
    """An entry that unpacking programs make a symbolic link of."""
    info = zipfile.ZipInfo(name)
    info.create_system, info.external_attr = 3, 0o120777 << 16
    return info


def kept(settings: Settings) -> list[str]:
    return [path.parent.name for path in Path(settings.admin).glob("albums/*/photos/*/*")]


def test_links_paths_and_zips_inside_lead_nowhere(bring: Bring, settings: Settings, picture: Any) -> None:
    photo = picture()
    before = sorted(Path(settings.admin).parent.iterdir())
    page = bring(
        packed(
            {
                "rose/1.jpg": photo,
                link("rose/2.jpg"): b"/etc/passwd",
                link("rose/3.jpg"): str(settings.admin_folder / "password").encode(),
                "rose/4.zip": packed({"rose/1.jpg": picture(seed=1)}),
                "../2.jpg": picture(seed=2),
                "/etc/3.jpg": picture(seed=3),
                "rose/../../../leaf/4.jpg": picture(seed=4),
                "C:\\iris\\5.jpg": picture(seed=5),
                "iris/con:x/6.jpg": picture(seed=6),
            }
        )
    )
    assert sorted(kept(settings)) == ["etc", "iris", "rose"]  # a name of a class, never a path
    assert "4 files cannot be used" in page.text
    assert page.text.count("This format is not supported") == 3
    assert "root:" not in page.text
    assert sorted(Path(settings.admin).parent.iterdir()) == before


def test_folders_without_a_photo_make_no_class(bring: Bring, settings: Settings, picture: Any) -> None:
    bring(packed({"rose/1.jpg": picture(), "notes/read me.txt": b"text", "empty/": b"", "broken/1.jpg": b"\xff\xd8"}))
    assert [path.name for path in Path(settings.admin).glob("albums/*/photos/*")] == ["rose"]


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_what_cannot_be_unpacked_bit_by_bit_is_said(bring: Bring, picture: Any, method: int) -> None:
    assert "not unpacked here" in bring(packed({"rose/1.jpg": picture()}, method)).text


def test_all_of_it_together_has_a_limit(
    bring: Bring, settings: Settings, picture: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    photo = picture()
    monkeypatch.setattr(upload, "MOST_UNPACKED", 3 * len(photo) + 1)
    page = bring(packed({f"rose/{number}.jpg": picture(seed=None) for number in range(5)}))
    assert "it ends here" in page.text
    assert "1 file cannot be used" in page.text


def test_a_directory_of_countless_files_is_not_read(bring: Bring, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(upload, "MOST_FILES", 3)
    monkeypatch.setattr(upload, "open_zip", lambda file: pytest.fail("was opened"))
    assert "at most 3 files in a ZIP" in bring(packed({f"rose/{number}.jpg": b"" for number in range(4)})).text


def test_a_zip_of_a_later_version(bring: Bring, picture: Any) -> None:
    data = bytearray(packed({"rose/1.jpg": picture()}))
    data[data.index(b"PK\1\2") + 6] = 99
    page = bring(bytes(data))
    assert page.status_code == 200
    assert "This is no zip, or it is damaged." in page.text


@pytest.mark.parametrize(("number", "status"), [(errno.ENOSPC, 507), (errno.EROFS, 503)])
def test_a_disk_that_takes_no_zip_is_named(
    post: Post, monkeypatch: pytest.MonkeyPatch, settings: Settings, number: int, status: int
) -> None:
    begun = post("/admin/learn/", name="my flowers").headers["Location"]
    monkeypatch.setattr("flask.Request._get_file_stream", failing(number))  # where a large form waits
    monkeypatch.setattr("tempfile.TemporaryDirectory", failing(number))
    for address, field in ((f"{begun}/photos", "zip"), ("/admin/learn/offered", "model")):
        refused = post(address, **{field: (io.BytesIO(packed({})), "a.zip")})
        assert refused.status_code == status
        assert str(settings.admin) not in refused.text


@pytest.mark.parametrize("what", ["classes/rose/delete", "delete-photos", "delete"])
def test_nothing_is_said_to_be_deleted_that_is_still_there(
    post: Post, settings: Settings, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    begun = post("/admin/learn/", name="my flowers").headers["Location"]
    post(f"{begun}/classes", name="rose")
    with monkeypatch.context() as patch:
        patch.setattr("os.rmdir", failing(errno.EROFS))
        assert post(f"{begun}/{what}").status_code == 503
    assert post(f"{begun}/{what}").status_code == 303
    assert not list(Path(settings.admin).glob("albums/*/photos/rose"))


def failing(number: int) -> Callable[..., None]:
    """A call to the system that fails."""

    def fail(*_: object, **__: object) -> None:
        raise OSError(number, "The disk said no")

    return fail
