"""The page's languages: which one a visitor wants, and its words and numbers.

Texts are written in English where they are used; `translations/*/LC_MESSAGES/pawsight.po` holds the other languages
(docs/translating.md).
"""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path
from urllib.parse import urlencode

from flask import Flask, Response, g, has_request_context, request

from pawsight.languages import SOURCE, Language, languages

ARGUMENT = COOKIE = "lang"
TRANSLATIONS = Path(__file__).parents[1] / "translations"
SCRIPTS = Path(__file__).parents[1] / "static"

_YEAR = 365 * 24 * 3600
_IN_SCRIPTS = re.compile(r'\b_\(("(?:[^"\\]|\\.)*")')


LANGUAGES = languages(TRANSLATIONS)


def current() -> Language:
    """The language of the current request: asked for in the address, chosen before, or the browser's; else English."""
    if not has_request_context():
        return LANGUAGES[SOURCE]
    if "language" not in g:
        g.language = LANGUAGES[_wanted()]
    found: Language = g.language
    return found


def _wanted() -> str:
    for code in (request.args.get(ARGUMENT), request.cookies.get(COOKIE)):
        if code in LANGUAGES:
            return code
    return request.accept_languages.best_match(LANGUAGES, SOURCE) or SOURCE


def gettext(text: str) -> str:
    """A text in the visitor's language."""
    return current().words.gettext(text) if text else ""


def pgettext(context: str, text: str) -> str:
    """A word in the visitor's language whose meaning hangs on where it stands."""
    return current().words.pgettext(context, text)


def ngettext(one: str, many: str, count: int) -> str:
    """A text about `count` things in the visitor's language."""
    return current().words.ngettext(one, many, count)


def mark(text: str) -> str:
    """Leave a text as it is, and let it be translated where it is shown."""
    return text


def pmark(context: str, text: str) -> str:
    """As `mark`, for `pgettext`."""
    return text


def number(value: float, digits: int = 0) -> str:
    """A number as the visitor's language writes it."""
    return current().number(value, digits)


def in_language(code: str) -> str:
    """The address of this very page in another language."""
    return "?" + urlencode(request.args.to_dict(flat=False) | {ARGUMENT: [code]}, doseq=True)


@cache
def script_texts() -> list[str]:
    """The English texts in our scripts, in their order."""
    sources = [path.read_text(encoding="utf-8") for path in sorted(SCRIPTS.rglob("*.js"))]
    return [json.loads(text) for source in sources for text in _IN_SCRIPTS.findall(source)]


def script_words() -> dict[str, str]:
    """Return the texts of our scripts in the visitor's language; none for English, which the scripts hold."""
    return {} if current().code == SOURCE else {text: gettext(text) for text in script_texts()}


def install(app: Flask) -> None:
    """Register translation in the templates, and remember the language that a visitor chose."""
    env = app.jinja_env
    env.add_extension("jinja2.ext.i18n")
    env.policies["ext.i18n.trimmed"] = True
    env.install_gettext_callables(gettext, ngettext, newstyle=True, pgettext=pgettext)  # type: ignore[attr-defined]
    env.globals.update(language=current, languages=LANGUAGES.values(), in_language=in_language)
    env.globals.update(script_words=script_words)
    env.filters["number"] = number
    app.after_request(_remember)


def _remember(response: Response) -> Response:
    if response.mimetype == "text/html":
        response.content_language.add(current().code)
        response.vary.update(["Accept-Language", "Cookie"])
    if (code := request.args.get(ARGUMENT)) in LANGUAGES and code:
        response.set_cookie(COOKIE, code, max_age=_YEAR, secure=request.is_secure, httponly=True, samesite="Lax")
    return response
