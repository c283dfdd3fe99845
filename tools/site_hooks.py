"""Hooks for MkDocs: let the docs link to files of the repository that lie outside `docs/`.

Such a file is copied into the site, Markdown as a page of its own, and links to it are rewritten. On a code host the
same links work as they stand.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

ROOT = Path(__file__).parents[1]
OUTSIDE = re.compile(r"(\]\()\.\./([\w./-]+)")
LINK = re.compile(r"(\]\()(?!https?://|#)(?:\./)?([\w./-]+)")
# Pages that the navigation names, though they lie in the repository's root.
PAGES = ("CHANGES.md", "CONTRIBUTING.md", "SECURITY.md", "results/LOG.md")


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add every file that a page links to, and the pages above."""
    linked = {name for page in files.documentation_pages() for _, name in OUTSIDE.findall(page.content_string)}
    for name in sorted({*linked, *PAGES}):
        path = ROOT / name
        for file in sorted(path.rglob("*")) if path.is_dir() else [path]:
            if file.is_file() and not {"node_modules", "__pycache__", "site"} & set(file.parts):
                _add(files, file.relative_to(ROOT).as_posix(), config)
    return files


def _add(files: Files, name: str, config: MkDocsConfig) -> None:
    if name != "README.md" and name not in files.src_uris:
        files.append(File.generated(config, name, abs_src_path=str(ROOT / name)))


def on_page_markdown(markdown: str, page: Page, **_: Any) -> str:
    """Point links at the copies; the readme is the home page, and a folder is its own readme."""
    if page.file.generated_by:
        return LINK.sub(lambda found: found[1] + _from_root(found[2], page.file.src_uri), markdown)
    return OUTSIDE.sub(lambda found: found[1] + _target(found[2]), markdown)


def _from_root(link: str, source: str) -> str:
    """Where a link of a file in the repository leads to from its copy in the site."""
    target = (ROOT / source).parent.joinpath(link).resolve().relative_to(ROOT).as_posix()
    inside = target.removeprefix("docs/")
    return "../" * source.count("/") + _target(inside)


def _target(name: str) -> str:
    if name == "README.md":
        return "index.md"
    if (ROOT / name).is_dir():
        return f"{name.rstrip('/')}/README.md"
    return name.replace(".ipynb", ".md")  # a lesson is a page, see `site_lessons`
