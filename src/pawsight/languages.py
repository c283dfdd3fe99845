"""Languages of pages: words from gettext catalogues, and numbers as each language writes them.

Texts are written in English where they are used; a part of the package that shows pages has a folder `translations`
with `de/LC_MESSAGES/pawsight.po` (docs/translating.md). Plain gettext, which Python has: a library for it would weigh
more than all of our own code.
"""

from __future__ import annotations

import gettext as catalogues
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

SOURCE = "en"
DOMAIN = "pawsight"
_VARIABLES = ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG")  # in the order of gettext
# code -> what the language calls itself, and what parts 1 from 1/10, and thousands from hundreds
_KNOWN = {SOURCE: ("English", ".", ","), "de": ("Deutsch", ",", ".")}
CODES = tuple(_KNOWN)


@dataclass(frozen=True)
class Language:
    """One language.

    Attributes:
        code: as HTML's `lang` wants it.
        name: what it calls itself.
        decimal, group: what parts 1 from 1/10, and thousands from hundreds.
        words: its catalogue.
    """

    code: str
    name: str
    decimal: str
    group: str
    words: catalogues.NullTranslations = field(default_factory=catalogues.NullTranslations)

    def number(self, value: float, digits: int = 0) -> str:
        """Write a number: 1917 is `1,917` in English and `1.917` in German."""
        return f"{value:,.{digits}f}".translate({ord(","): self.group, ord("."): self.decimal})


def languages(translations: Path) -> dict[str, Language]:
    """Return all languages by their codes, English first, with the words of one part of the package.

    Args:
        translations: folder of its catalogues.
    """
    return {
        code: Language(code, *known, catalogues.translation(DOMAIN, translations, [code], fallback=code == SOURCE))
        for code, known in _KNOWN.items()
    }


def of_environment(environment: Mapping[str, str] = os.environ) -> str:
    """Return the code of the language that a terminal asks for, as gettext reads it: the first known one of `LANGUAGE`,
    `LC_ALL`, `LC_MESSAGES`, `LANG`; else English."""
    wanted = next((environment[name] for name in _VARIABLES if environment.get(name)), "")
    codes = (one.split(".")[0].split("_")[0].lower() for one in wanted.split(":"))
    return next((code for code in codes if code in _KNOWN), SOURCE)
