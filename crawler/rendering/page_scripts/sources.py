"""The scripts beside this module, put together to one expression that needs nothing of the page."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Any, Final

import orjson

_SCRIPTS: Final = files(__package__)


@cache
def source(*names: str) -> str:
    """The scripts of these names (``base``) one after the other, without lines that only comment."""
    texts = [_SCRIPTS.joinpath(f"{name}.js").read_text("utf-8") for name in names]
    lines = (line for text in texts for line in text.splitlines() if not line.lstrip().startswith("//"))
    return "\n".join(lines)


def expression(*names: str, call: str, argument: Any = None) -> str:
    """What calls a function of these scripts with one JSON value, in a scope of its own."""
    value = orjson.dumps(argument).decode()
    return f"(()=>{{'use strict';{source(*names)}\nreturn {call}({value})}})()"
