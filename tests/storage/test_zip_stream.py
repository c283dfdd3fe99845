from __future__ import annotations

import io
import zipfile

from pawsight.storage.zip_stream import zip_stream

FILES = [("a/1.jpg", b"x" * 5000), ("\N{LATIN SMALL LETTER A WITH DIAERESIS}/2.jpg", b""), ("a/3.jpg", b"z" * 5000)]


def test_what_comes_out_is_what_went_in() -> None:
    with zipfile.ZipFile(io.BytesIO(b"".join(zip_stream(FILES)))) as zip:
        assert [(name, zip.read(name)) for name in zip.namelist()] == FILES
        assert zip.testzip() is None


def test_one_file_at_a_time() -> None:
    pieces = list(zip_stream(FILES))
    assert max(map(len, pieces)) < 6000
    assert len(pieces) == len(FILES) + 1


def test_the_same_files_give_the_same_zip() -> None:
    assert b"".join(zip_stream(FILES)) == b"".join(zip_stream(FILES))


def test_no_files() -> None:
    with zipfile.ZipFile(io.BytesIO(b"".join(zip_stream([])))) as zip:
        assert zip.namelist() == []
