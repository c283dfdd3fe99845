"""What TensorFlow writes while it loads: its remarks are left out, its warnings and errors are shown."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

LOAD = "import pawsight.train, tensorflow; print(tensorflow.__name__)"
REMARK = "I0000 00:00:1795971957.599486    9274 port.cc:153] oneDNN custom operations are on."


def _python(code: str, folder: Path | None = None) -> subprocess.CompletedProcess[str]:
    own = {"PYTHONPATH": os.pathsep.join([str(folder), os.environ.get("PYTHONPATH", "")])} if folder else {}
    command = [sys.executable, "-c", code]
    return subprocess.run(command, capture_output=True, text=True, env=os.environ | own, timeout=120, check=False)


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """The file of a package that is called `tensorflow`, and that Python finds before the real one."""
    (tmp_path / "tensorflow").mkdir()
    return tmp_path / "tensorflow" / "__init__.py"


def test_tensorflow_loads_without_its_remarks() -> None:
    done = _python(LOAD)
    assert (done.returncode, done.stdout, done.stderr) == (0, "tensorflow\n", "")


def test_looking_for_tensorflow_first_changes_nothing() -> None:
    done = _python("import importlib.util, pawsight.train; importlib.util.find_spec('tensorflow'); import keras")
    assert (done.returncode, done.stderr) == (0, "")


def test_warnings_are_shown_and_what_comes_later_is_not_touched(package: Path) -> None:
    package.write_text(f"import os\nos.write(2, b'{REMARK}\\nW0000 no such card\\n')")
    done = _python(f"{LOAD}; import os; os.write(2, b'{REMARK} Later.')", package.parent.parent)
    assert (done.returncode, done.stderr) == (0, f"W0000 no such card\n{REMARK} Later.")


def test_a_failed_import_shows_why(package: Path) -> None:
    package.write_text("import os\nos.write(2, b'E0000 no library\\n')\nraise ImportError('no library')")
    done = _python(LOAD, package.parent.parent)
    assert done.returncode == 1
    assert done.stderr.startswith("E0000 no library\n")
    assert done.stderr.endswith("ImportError: no library\n")


def test_the_last_words_of_a_process_that_tensorflow_ends_are_shown(package: Path) -> None:
    package.write_text("import os\nos.write(2, b'F0000 this processor has no AVX\\n')\nos.abort()")
    done = _python(LOAD, package.parent.parent)
    assert done.returncode != 0
    assert "F0000 this processor has no AVX" in done.stderr


@pytest.mark.skipif(os.name == "nt", reason="closes standard error as a POSIX shell does")
def test_without_standard_error_it_loads_as_well() -> None:
    done = subprocess.run(
        ["sh", "-c", 'exec "$0" -c "$1" 2>&-', sys.executable, LOAD], stdout=subprocess.PIPE, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (0, "tensorflow\n")
