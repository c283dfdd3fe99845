"""ZIPs of all kinds in a real browser: what `modules/zip.js` reads and writes, next to Python's zipfile."""

from __future__ import annotations

import io
import re
import shutil
import zipfile
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("playwright", reason="needs the package pytest-playwright")

from playwright.sync_api import Page, Playwright

MORE_THAN_4_GB = 4_400_000_000
_READ = """
async ([input, module]) => {
  const { list, unpack } = await import(module);
  const [file] = input.files;
  const found = {};
  for (const entry of structuredClone(await list(file))) {  // as IndexedDB keeps them
    found[entry.name] = await unpack(file, entry).then((blob) => blob.text(), (error) => `! ${error.message}`);
  }
  return found;
}
"""
_WRITE = """
async ([module, count, bytes]) => {
  const { pack, list, unpack } = await import(module);
  const photo = new Blob([new Uint8Array(bytes).fill(7)]);
  const changed = new Date(2024, 1, 29, 12, 30, 8).getTime();
  async function* files() {
    for (let number = 0; number < count; number += 1) yield { name: `cat/${number}.jpg`, file: photo, changed };
    yield { name: "dog/Ångström 犬.txt", file: new Blob(["wuff"]), changed };
  }
  const archive = await pack(files());
  const last = (await list(archive)).at(-1);
  const whole = archive.size < 1e6 ? Array.from(new Uint8Array(await archive.arrayBuffer())) : [];
  return { size: archive.size, name: last.name, text: await (await unpack(archive, last)).text(), whole };
}
"""

pytestmark = pytest.mark.usefixtures("zip_library")


class _OldName(zipfile.ZipInfo):
    """An entry that says nothing of its name's encoding, which is code page 437 then."""

    def _encodeFilenameFlags(self) -> tuple[bytes, int]:  # noqa: N802  # zipfile's name
        return self.filename.encode("cp437"), self.flag_bits


@pytest.fixture
def module(open_batch: Any, tiny: str) -> tuple[Page, str]:
    """A page, and the address of the module on it."""
    page: Page = open_batch().page
    script = page.locator('script[src*="/batch.js"]').get_attribute("src") or ""
    return page, re.sub(r"batch\.js.*", "zip.js", tiny + script)


def read(module: tuple[Page, str], path: Path) -> dict[str, str]:
    """Name -> content, or what is wrong with it."""
    page, address = module
    page.evaluate("document.body.append(Object.assign(document.createElement('input'), {type: 'file', id: 'zip'}))")
    page.locator("#zip").set_input_files(path)
    found: dict[str, str] = page.evaluate(_READ, [page.locator("#zip").element_handle(), address])
    return found


def test_zips_of_all_kinds(module: tuple[Page, str], tmp_path: Path) -> None:
    path = tmp_path / "kinds.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("folder/", "")
        archive.writestr("folder/犬.txt", "UTF-8")
        archive.writestr(_OldName("Kätzchen.txt"), "code page 437")
        with archive.open("zip64.txt", "w", force_zip64=True) as member:
            member.write(b"ZIP64")
        archive.writestr("deflated.txt", "so " * 3, zipfile.ZIP_DEFLATED)
        archive.writestr("../outside.txt", "a path that leads out")
        archive.writestr("bzip2.txt", "much", zipfile.ZIP_BZIP2)
        archive.writestr("bomb.txt", bytes(65_000_000), zipfile.ZIP_DEFLATED)
        archive.writestr("lie.txt", bytes(65_000_000), zipfile.ZIP_DEFLATED)
        archive.getinfo("lie.txt").file_size = 10
        archive.writestr("damaged.txt", "damaged")
        archive.getinfo("damaged.txt").CRC ^= 1
        archive.writestr("locked.txt", "locked")
        archive.getinfo("locked.txt").flag_bits |= 1
    assert read(module, path) == {
        "folder/犬.txt": "UTF-8",
        "Kätzchen.txt": "code page 437",
        "zip64.txt": "ZIP64",
        "deflated.txt": "so so so ",
        "../outside.txt": "a path that leads out",
        "bzip2.txt": "! It is packed in a way that browsers cannot undo.",
        "bomb.txt": "! It would unpack to more than 64 MB.",
        "lie.txt": "! The ZIP is damaged here.",
        "damaged.txt": "! The ZIP is damaged here.",
        "locked.txt": "! It is locked with a password.",
    }


@pytest.mark.weekly
def test_a_zip_of_more_than_4_gigabytes(module: tuple[Page, str], tmp_path: Path) -> None:
    path = tmp_path / "big.zip"
    with path.open("wb") as file:
        file.truncate(MORE_THAN_4_GB)  # takes no room on the disk
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("far.txt", "behind 4 GB")
    assert read(module, path) == {"far.txt": "behind 4 GB"}


@pytest.mark.weekly
def test_too_many_files(module: tuple[Page, str], tmp_path: Path) -> None:
    path = tmp_path / "many.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for number in range(5001):
            archive.writestr(f"{number}.jpg", "")
    with pytest.raises(Exception, match="more than 5000 files"):
        read(module, path)


def test_what_is_written_is_a_zip_for_others(module: tuple[Page, str]) -> None:
    page, address = module
    written = page.evaluate(_WRITE, [address, 2, 1000])
    with zipfile.ZipFile(io.BytesIO(bytes(written["whole"]))) as archive:
        assert archive.testzip() is None
        assert archive.namelist() == ["cat/0.jpg", "cat/1.jpg", "dog/Ångström 犬.txt"]
        assert archive.read("dog/Ångström 犬.txt") == b"wuff"
        info = archive.getinfo("cat/1.jpg")
        assert (info.date_time, info.compress_type) == ((2024, 2, 29, 12, 30, 8), zipfile.ZIP_STORED)
        assert not info.flag_bits & 8  # sizes stand before the content, which some programs need


@pytest.mark.weekly
def test_more_than_4_gigabytes_are_written(
    module: tuple[Page, str], playwright: Playwright, browser_type_launch_args: dict[str, Any], tmp_path: Path
) -> None:
    """In a window that may write to the disk; one of Playwright's own is private, and holds less."""
    page, address = module
    context = playwright.chromium.launch_persistent_context(tmp_path / "profile", **browser_type_launch_args)
    try:
        lasting = context.new_page()
        lasting.goto(page.url)
        written = lasting.evaluate(_WRITE, [address, 90, 50_000_000])
    finally:
        context.close()
        shutil.rmtree(tmp_path / "profile")
    assert written["size"] > MORE_THAN_4_GB
    assert (written["name"], written["text"]) == ("dog/Ångström 犬.txt", "wuff")


@pytest.mark.weekly
def test_a_private_window_says_that_it_has_no_room(module: tuple[Page, str]) -> None:
    page, address = module
    with pytest.raises(Exception, match=r"no room for so large a ZIP.*fewer photos"):
        page.evaluate(_WRITE, [address, 90, 50_000_000])
