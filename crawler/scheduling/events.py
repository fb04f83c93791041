"""What a scheduler does, a line each: for people on standard error, as JSON on standard output if wanted."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from typing import Any

import orjson


class EventLog:
    """Writes events; `json` adds a JSON object a line on standard output."""

    def __init__(self, *, json: bool = False) -> None:
        self._json = json

    def say(self, event: str, connector: str | None, text: str, **facts: Any) -> None:
        """One event; `text` is its sentence, `facts` stand in the JSON only."""
        now = datetime.now(UTC)
        subject = f"{connector}: " if connector else ""
        print(f"{now:%Y-%m-%d %H:%M:%S} {subject}{' '.join(text.split())}", file=sys.stderr, flush=True)
        if self._json:
            line = {"time": now, "event": event, "connector": connector, "text": text, **facts}
            sys.stdout.buffer.write(orjson.dumps(line) + b"\n")
            sys.stdout.flush()
