"""Photos to learn from or to check: a path, or the address of a ZIP, which is downloaded for as long as it is read."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from urllib.parse import unquote, urlsplit

from pawsight.cli.progress import progress_bar
from pawsight.storage.download import is_web_address


@contextmanager
def local_source(source: str) -> Iterator[Path]:
    """Yield the path of a source; what was downloaded vanishes afterwards.

    Args:
        source: a path, or an address that begins with `https://` or `http://`.

    Raises:
        DownloadFailed: the address cannot be reached, is no ZIP, or is too large.
    """
    if not is_web_address(source):
        yield Path(source)
        return
    from pawsight.data.fetch import fetch

    name = PurePosixPath(unquote(urlsplit(source).path)).name or "photos.zip"
    with TemporaryDirectory(prefix="pawsight-") as folder:
        yield fetch(Path(folder) / name, source, partial(progress_bar, label="Downloading MB"))
