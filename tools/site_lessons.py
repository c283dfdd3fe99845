"""Hook for MkDocs: render the lessons of `notebooks/` as pages, with the outputs that they were published with.

A notebook becomes Markdown, so that it gets the look, the search and the dark mode of the other pages. Nothing is
executed.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files

ROOT = Path(__file__).parents[1]
PICTURES = {"image/png": "png", "image/jpeg": "jpg"}


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add a page for each lesson, and its pictures."""
    for lesson in sorted((ROOT / "notebooks").glob("*.ipynb")):
        for name, content in render(lesson):
            files.append(File.generated(config, f"notebooks/{name}", content=content))
    return files


def render(lesson: Path) -> Iterator[tuple[str, str | bytes]]:
    """Return the pictures and the page of a lesson, each with the name of its file."""
    parts: list[str] = []
    for cell in json.loads(lesson.read_text(encoding="utf-8"))["cells"]:
        source = "".join(cell["source"])
        if cell["cell_type"] == "markdown":
            parts.append(source.replace(".ipynb)", ".md)").replace("<details>", '<details markdown="1">'))
            continue
        parts.append(_fence(source, "python"))
        for number, output in enumerate(cell["outputs"]):
            found = next((kind for kind in PICTURES if kind in output.get("data", {})), None)
            if not found:
                parts.append(_text(output))
                continue
            name = f"{lesson.stem}/{cell['id']}-{number}.{PICTURES[found]}"
            yield name, base64.b64decode("".join(output["data"][found]))
            parts.append(f"![{output['metadata'][found]['alt']}]({name})")
    yield f"{lesson.stem}.md", "\n\n".join(parts)


def _text(output: dict[str, Any]) -> str:
    if output["output_type"] == "stream":
        return _fence("".join(output["text"]), "text")
    data = output["data"]
    for kind in ("text/markdown", "text/html"):
        if kind in data:
            return "".join(data[kind])
    return _fence("".join(data["text/plain"]), "text")


def _fence(text: str, language: str) -> str:
    return f"```{language}\n{text.rstrip()}\n```"
