"""Starting commands of `crawler` that end with the scheduler, whatever ends that."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from settings.load import SNAPSHOT

_LONGEST_LINE: Final = 2**20


async def start_child(arguments: Sequence[str], snapshot: Path) -> asyncio.subprocess.Process:
    """Start `crawler ARGUMENTS` on a copy of the configuration; raises `OSError` where it cannot be."""
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "crawler.scheduling.child", *arguments),
        stdin=asyncio.subprocess.PIPE,  # kept open for as long as this process lives
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        start_new_session=True,  # Ctrl-C is for the scheduler, which passes it on
        env={**os.environ, SNAPSHOT: str(snapshot)},
        limit=_LONGEST_LINE,
    )
