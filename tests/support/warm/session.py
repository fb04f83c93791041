"""Where the processes of a test session meet: a folder that its first process makes and its workers inherit.

The waiting processes end, and the folder goes, when the process that made it has ended in whatever way: then
nobody holds the pipe `alive` open for writing any more.
"""

from __future__ import annotations

import atexit
import os
import shutil
import sys
import tempfile
from functools import cache
from pathlib import Path
from typing import Final

FOLDER_VARIABLE: Final = "SITELORE_TEST_WARM"
LAUNCHER_SOURCE: Final = Path(__file__).with_name("launcher.py")
REPOSITORY: Final = Path(__file__).resolve().parents[3]
_LONGEST_SHEBANG: Final = 120


@cache
def session_folder() -> Path:
    """The folder of this session, made where this process is its first."""
    if inherited := os.environ.get(FOLDER_VARIABLE):
        return Path(inherited)
    folder = Path(tempfile.mkdtemp(prefix="sitelore-warm-"))
    os.environ[FOLDER_VARIABLE] = str(folder)
    os.mkfifo(folder / "alive")
    held = os.open(folder / "alive", os.O_RDWR)
    _write_launcher(folder / "python")

    def end() -> None:
        os.close(held)
        shutil.rmtree(folder, ignore_errors=True)

    atexit.register(end)
    return folder


def _write_launcher(file: Path) -> None:
    """The launcher as an executable, with a Python that starts quickly: without this environment's packages.

    Where that Python's path cannot stand in the first line of a script there is none.
    """
    line = f"#!{getattr(sys, '_base_executable', sys.executable)} -IS\n"
    if line.count(" ") > 1 or len(line) > _LONGEST_SHEBANG:
        return
    constants = (
        f"PYTHON, FOLDER, REPOSITORY = {sys.executable!r}, {str(file.parent)!r}, {str(REPOSITORY)!r}\n"
    )
    source = LAUNCHER_SOURCE.read_text(encoding="utf-8").partition("\n# Constants\n")
    file.write_text(line + source[0] + "\n" + constants + source[2], encoding="utf-8")
    file.chmod(0o755)
