from __future__ import annotations

from pathlib import Path

import pytest

from pawsight.data import Dataset
from pawsight.data.manifest import MANIFEST, Row
from pawsight.data.tables import write_table
from pawsight.errors import BadData
from pawsight.evaluate.seen_in_training import count_seen


def test_photos_that_were_learned_from_are_counted(coloured: Dataset, tmp_path: Path) -> None:
    test = [coloured.rows[place] for place in coloured.indices("test")]
    assert count_seen(tmp_path, coloured, "test") == 0
    write_table(tmp_path / MANIFEST, Row, test[:3])
    assert count_seen(tmp_path, coloured, "test") == 3
    assert count_seen(tmp_path, coloured, "validation") == 0


def test_a_single_file_tells_nothing(coloured: Dataset, tmp_path: Path) -> None:
    (tmp_path / "model.onnx").touch()
    assert count_seen(tmp_path / "model.onnx", coloured, "test") == 0


def test_a_list_that_does_not_read(coloured: Dataset, tmp_path: Path) -> None:
    (tmp_path / MANIFEST).write_text("path,label\na,b\n")
    with pytest.raises(BadData):
        count_seen(tmp_path, coloured, "test")
