"""Bring the translations up to date with the texts in the code: `python tools/translate.py`.

Finds every text of templates, scripts and modules of the web, of the pages that `sort` and `audit` write, and of what
is wrong with photos, adds new ones to each `pawsight.po`, drops those that are gone, and compiles. Then fill in what is
empty or marked fuzzy, and run it again. docs/translating.md says more.
"""

from __future__ import annotations

import io
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

PARTS = [Path(__file__).parents[1] / "src" / "pawsight" / name for name in ("web", "batch", "diagnoses")]
CATALOGUES = [path for part in PARTS for path in sorted(part.glob("translations/*/LC_MESSAGES/pawsight.po"))]
TEMPLATES = ("templates/**.html", "sheet.html")
METHODS = [("**.py", "python"), *((one, "jinja2") for one in TEMPLATES), ("static/**.js", "javascript")]
OPTIONS = {one: {"trimmed": "true", "newstyle_gettext": "true"} for one in TEMPLATES}
KEYWORDS = {
    **dict.fromkeys(("_", "gettext", "mark"), None),
    **dict.fromkeys(("pgettext", "pmark"), ((1, "c"), 2)),
    "ngettext": (1, 2),
}


def texts(catalogue: Path) -> Catalog:
    """Every text that is to be translated in a catalogue, and where it stands."""
    found, part = Catalog(project="Pawsight", charset="utf-8"), catalogue.parents[3]
    for file, _, text, comments, context in extract_from_dir(part, METHODS, OPTIONS, KEYWORDS):
        found.add(text, locations=[(Path(file).as_posix(), 0)], auto_comments=comments, context=context)
    return found


def read(path: Path) -> Catalog:
    """A catalogue as it stands; who wrote what and when is git's to know."""
    with path.open("rb") as file:
        catalogue = read_po(file, path.parts[-3])
    catalogue.last_translator = catalogue.language_team = catalogue.msgid_bugs_address = ""
    return catalogue


def compiled(catalogue: Catalog) -> bytes:
    """What Python's gettext reads."""
    buffer = io.BytesIO()
    write_mo(buffer, catalogue)
    return buffer.getvalue()


def main() -> None:
    """Update and compile all of them."""
    for path in CATALOGUES:
        source, catalogue = texts(path), read(path)
        source.creation_date = catalogue.creation_date  # nothing changes where nothing has changed
        catalogue.update(source)
        catalogue.obsolete.clear()
        with path.open("wb") as file:
            write_po(file, catalogue, width=120, include_lineno=False, sort_output=True)
        path.with_suffix(".mo").write_bytes(compiled(catalogue))
        empty = [message.id for message in catalogue if message.id and (not message.string or message.fuzzy)]
        print(f"{path.parts[-5]}, {path.parts[-3]}: {len(catalogue)} texts, {len(empty)} to do")


if __name__ == "__main__":
    main()
