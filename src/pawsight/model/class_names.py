"""Verdicts that are not classes, and what a class may be called: its name becomes a folder, a CSV cell and a label."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from pawsight.errors import BadData
from pawsight.text import is_formula, printable

BOTH, NEITHER, UNSURE = "both", "neither", "unsure"  # verdicts that are not the name of a class
PLEASE_CHECK = "please-check"  # the folder of `pawsight sort` for photos that are `unsure`
LONGEST = 200  # bytes in UTF-8; file systems take 255, and `sort` adds to some

_RESERVED = {
    BOTH: "the verdict on a photo that shows several classes",
    NEITHER: "the verdict on a photo that shows no class",
    UNSURE: "the verdict on a photo that a person should look at",
    PLEASE_CHECK: "the folder of photos that a person should look at",
}
_NO_FOLDER = re.compile(r'[<>:"/\\|?*\x00-\x1f\x7f]|^\.|[. ]$|^ ')
# https://learn.microsoft.com/windows/win32/fileio/naming-a-file: reserved with any ending, in any case.
_DEVICE = re.compile(r"(con|prn|aux|nul|conin\$|conout\$|(com|lpt)[0-9\u00b9\u00b2\u00b3])(\..*)?", re.IGNORECASE)
# Invisible, or turning the direction of text. Joiners (U+200C, U+200D) may be: words and emoji need them.
_INVISIBLE = re.compile("[\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff]")


def normalize(name: str) -> str:
    """Return the one spelling of names that look the same (Unicode NFC): macOS writes an umlaut as two characters."""
    return unicodedata.normalize("NFC", name)


def same_class(name: str) -> str:
    """Return a key that is equal for names that cannot be two folders on every system: `Cat` and `cat`."""
    return normalize(normalize(name).casefold())


def check_name(name: str) -> None:
    """Refuse a class that could be mistaken for a verdict, or could not be a folder or a table's cell everywhere.

    Raises:
        BadData: such a name.
    """
    if why := problem(name):
        raise BadData(f"The class name '{printable(name)}' cannot be used: {why}.", "Rename the folder or the class.")


def check_names(names: Iterable[str]) -> None:
    """Refuse class names of which one cannot be used, or two cannot be folders next to each other.

    Raises:
        BadData: such names.
    """
    known: dict[str, str] = {}
    for name in names:
        check_name(name)
        if (twin := known.setdefault(same_class(name), name)) != name:
            raise BadData(
                f"The class names '{printable(twin)}' and '{printable(name)}' are one folder on Windows and macOS.",
                "Rename one of them, or put their photos together.",
            )


def problem(name: str) -> str:
    """Return what is wrong with a class name, in words; empty where nothing is."""
    if (reserved := same_class(name).strip()) in _RESERVED:
        return f"it is {_RESERVED[reserved]}"
    if _DEVICE.fullmatch(name.strip()):
        return "Windows reserves it for a device"
    if not name.strip() or _NO_FOLDER.search(name):
        return "it cannot be the name of a folder on every system"
    if _INVISIBLE.search(name) or any("\ud800" <= char <= "\udfff" for char in name):
        return "it holds characters that cannot be seen, or bytes that are not UTF-8"
    if is_formula(name):
        return f"spreadsheets take it for a formula, and programs for an option, because it begins with '{name[0]}'"
    if len(name.encode()) > LONGEST:
        return f"it has more than {LONGEST} bytes"
    return ""
