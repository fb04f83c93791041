"""Addresses as messages show them: without what their queries may give away."""

from __future__ import annotations

import re
from typing import Final

_LONGEST_VALUE: Final = 40
_TELLTALE: Final = re.compile(
    r"code|token|ticket|saml|state|secret|session|sid$|key|pass|user|mail|hint|assert|nonce|challenge|sig",
    re.I,
)


def shown(url: str) -> str:
    """The address; of its query, values that are long or named like tokens or people are left out."""
    start, mark, query = url.partition("#")[0].partition("?")
    return start + mark + "&".join(_parameter(each) for each in query.split("&"))


def _parameter(text: str) -> str:
    name, equals, value = text.partition("=")
    if not equals:
        return text if len(text) <= _LONGEST_VALUE else "…"
    return text if len(value) <= _LONGEST_VALUE and not _TELLTALE.search(name) else f"{name}=…"
