from __future__ import annotations

import base64
import hashlib
import html
import re
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from pawsight import images
from pawsight.batch import contact_sheet
from pawsight.batch.audit import Side
from pawsight.batch.contact_sheet import SIDE, write_audit_page, write_contact_sheet
from pawsight.batch.inventory import SortedPhoto
from pawsight.batch.journal import Step
from pawsight.batch.plan import SkippedFile, SortPlan
from pawsight.errors import BadSort
from pawsight.types import LIMITS


def plan(folder: Path, into: Path, count: int) -> SortPlan:
    steps = [
        Step("copy", f"cat/{n}.jpg", "", 1, f"{n}.jpg", 0, "cat", {"cat": 0.7 + n / 1000, "dog": 0.01})
        for n in range(count)
    ]
    left = [SkippedFile("<b>.jpg", "It is empty.")]
    return SortPlan(
        folder=str(folder), into=str(into), mode="copy", model="m", classes=["cat", "dog"], steps=steps, left=left
    )


def test_pictures_inside_the_page_and_nothing_outside(picture: Callable[..., bytes], tmp_path: Path) -> None:
    for number in range(3):
        (tmp_path / f"{number}.jpg").write_bytes(picture(600, 300))
    (tmp_path / "1.jpg").write_bytes(b"gone bad")
    write_contact_sheet(plan(tmp_path, tmp_path, 4), tmp_path / "page.html", LIMITS)
    page = (tmp_path / "page.html").read_text()
    pictures = re.findall(r'src="data:image/jpeg;base64,([^"]+)"', page)
    assert [images.decode(base64.b64decode(one)).shape for one in pictures] == [(SIDE // 2, SIDE, 3)] * 2
    assert "http" not in page.replace("http-equiv", "")
    assert "&lt;b&gt;.jpg: It is empty." in page
    assert page.count("<script") == 1


def test_the_least_sure_first_and_not_all(tmp_path: Path) -> None:
    many = plan(tmp_path, tmp_path, 70)
    mixed = msgspec.structs.replace(many, steps=many.steps[::-1])
    write_contact_sheet(mixed, tmp_path / "page.html", LIMITS)
    page = (tmp_path / "page.html").read_text()
    assert "70 photos, here the 60 least sure" in page
    names = re.findall(r'class="name">(\d+)\.jpg<', page)
    assert names == [str(number) for number in range(contact_sheet.SHOWN)]


def test_odd_names_stand_on_one_line_and_without_control_codes(tmp_path: Path) -> None:
    odd = plan(tmp_path, tmp_path, 1)
    (step,) = odd.steps
    step = msgspec.structs.replace(step, source="new\nline\x1b[31m\udce9.jpg")
    left = [SkippedFile("tab\there.jpg", "It is empty.")]
    write_contact_sheet(msgspec.structs.replace(odd, steps=[step], left=left), tmp_path / "page.html", LIMITS)
    page = (tmp_path / "page.html").read_text(encoding="utf-8")
    assert r'class="name">new\nline\x1b[31m\udce9.jpg<' in page
    assert r"tab\there.jpg: It is empty." in page
    assert "\x1b" not in page


def test_reasons_of_single_files_are_in_the_language_of_the_page(tmp_path: Path) -> None:
    left = [SkippedFile("a.jpg", "The file is empty (0 bytes). Copy or upload it again.")]
    write_contact_sheet(
        msgspec.structs.replace(plan(tmp_path, tmp_path, 1), left=left), tmp_path / "page.html", LIMITS, "de"
    )
    page = (tmp_path / "page.html").read_text(encoding="utf-8")
    assert "a.jpg: Die Datei ist leer (0 Bytes)." in page
    assert "Copy or upload" not in page


def test_a_page_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(BadSort, match=r"file/page\.html"):
        write_contact_sheet(plan(tmp_path, tmp_path, 0), tmp_path / "file" / "page.html", LIMITS)


def test_an_audit_page_shows_what_was_sorted(picture: Callable[..., bytes], tmp_path: Path) -> None:
    (tmp_path / "dog").mkdir()
    (tmp_path / "dog" / "0.jpg").write_bytes(picture())
    step = plan(tmp_path / "nowhere", tmp_path, 1).photos[0]
    sides = [
        Side("filed", [SortedPhoto(step, "m", "dog/0.jpg")], 20),
        Side("neither", [SortedPhoto(msgspec.structs.replace(step, verdict="neither"), "m", "neither/gone.jpg")], 7),
    ]
    write_audit_page(tmp_path, sides, tmp_path / "audit.html", LIMITS, "pawsight audit 'a b' --wrong ")
    page = (tmp_path / "audit.html").read_text()
    assert page.count("data:image/jpeg") == 1
    assert "1. cat" in page
    assert "2. neither" in page
    assert "1 of 20 photos, at random. Is one filed wrongly?" in page
    assert "pawsight audit &#39;a b&#39; --wrong" in page


def test_in_german(picture: Callable[..., bytes], tmp_path: Path) -> None:
    """Each sentence of the English page is gone from the German one; folders, files and reasons stay as they are."""
    (tmp_path / "0.jpg").write_bytes(picture())
    many = msgspec.structs.replace(plan(tmp_path, tmp_path, 1200))
    for language in ("en", "de"):
        write_contact_sheet(many, tmp_path / f"plan-{language}.html", LIMITS, language)
        sides = [Side(name, [SortedPhoto(many.photos[0], "m", "0.jpg")], 1200) for name in ("filed", "neither")]
        write_audit_page(tmp_path, sides, tmp_path / f"audit-{language}.html", LIMITS, "pawsight audit", language)
    for name in ("plan", "audit"):
        english, german = (visible((tmp_path / f"{name}-{code}.html").read_text("utf-8")) for code in ("en", "de"))
        assert {text for text in english & german if re.search(r"\w{3,} \w{2,}", text)} <= {
            "<b>.jpg: It is empty.",
            "pawsight audit''",
        }
    page = (tmp_path / "plan-de.html").read_text("utf-8")
    assert '<html lang="de">' in page
    assert "1.200 Fotos, hier die 60 unsichersten" in page
    assert "1 Datei" in page
    assert "1 von 1.200 Fotos, zufällig ausgewählt." in (tmp_path / "audit-de.html").read_text("utf-8")


def visible(page: str) -> set[str]:
    """Texts between tags, and what screen readers say."""
    texts = re.findall(r">([^<>]+)<|aria-label=\"([^\"]+)\"", page[page.index("<body") : page.index("<script")])
    return {" ".join(html.unescape(one or other).split()) for one, other in texts}


def test_the_script_is_the_one_that_the_page_allows(tmp_path: Path) -> None:
    write_contact_sheet(plan(tmp_path, tmp_path, 0), tmp_path / "page.html", LIMITS)
    page = (tmp_path / "page.html").read_text()
    script = page.partition("<script>")[2].partition("</script>")[0]
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    assert f"script-src &#39;sha256-{digest}&#39;" in page or f"script-src 'sha256-{digest}'" in page
