"""Code blocks of the documentation, run as a reader would."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path


def snippets(guide: Path, language: str) -> list[str]:
    """The blocks of one language, in order."""
    return re.findall(rf"```{language}\n(.*?)```", guide.read_text("utf-8"), re.DOTALL)


def run_snippet(program: str, **variables: str) -> str:
    """What a Python program prints, in a process of its own; it must end well."""
    environment = {**os.environ, "NO_PROXY": "127.0.0.1", **variables}
    done = subprocess.run(
        [sys.executable, "-c", program],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout
