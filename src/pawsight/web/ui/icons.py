"""Icons of the pages: Bootstrap Icons, as the package Bootstrap-Flask carries them.

The set is one sprite of 1.1 MB; a page gets only the few that it shows, inline, so that none costs a request.
"""

from __future__ import annotations

import re
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from flask import Flask
from markupsafe import Markup

_SPRITE = Path("static", "bootstrap5", "icons", "bootstrap-icons.svg")
_SYMBOL = r'<symbol class="[^"]*" viewBox="([^"]*)" id="{name}">(.*?)</symbol>'


@cache
def icon(name: str) -> Markup:
    """Return an icon as inline SVG, hidden from screen readers: the text next to it says the same.

    Args:
        name: of the icon in Bootstrap Icons, such as `camera`.

    Raises:
        LookupError: the set has no such icon.
    """
    found = re.search(_SYMBOL.format(name=re.escape(name)), _sprite(), re.DOTALL)
    if found is None:
        raise LookupError(f"Bootstrap Icons has no icon {name!r}.")
    svg = f'<svg class="icon" viewBox="{found[1]}" fill="currentColor" aria-hidden="true">{found[2].strip()}</svg>'
    return Markup(svg)  # noqa: S704  # from an installed package


@cache
def _sprite() -> str:
    package = find_spec("flask_bootstrap")
    if package is None or package.origin is None:
        raise LookupError("The package Bootstrap-Flask, which carries the icons, is not installed.")
    return (Path(package.origin).parent / _SPRITE).read_text(encoding="utf-8")


def install(app: Flask) -> None:
    """Make `icon(name)` available to the templates."""
    app.jinja_env.globals.update(icon=icon)
