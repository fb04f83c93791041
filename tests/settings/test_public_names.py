"""What `settings` exports, and how little it costs to import."""

from __future__ import annotations

import subprocess
import sys

import pytest

import settings


@pytest.mark.parametrize("name", settings.__all__)
def test_every_public_name_is_there(name: str) -> None:
    assert getattr(settings, name).__name__ == name


def test_a_name_that_is_not_there() -> None:
    with pytest.raises(AttributeError, match="module 'settings' has no attribute 'Setings'"):
        _ = settings.Setings


def test_the_help_of_the_command_loads_nothing_heavy() -> None:
    heavy = [
        "torch",
        "playwright",
        "sqlalchemy",
        "pydantic",
        "yaml",
        "re2",
        "lxml",
        "apscheduler",
        "faiss",
        "tantivy",
    ]
    program = f"import sys, crawler.cli; print([name for name in {heavy} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
