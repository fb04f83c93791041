"""By what a page was read: a mark that tells whether the catalog's copy says what it would say today.

Each row of the ledger carries the mark of the rules that read it. While it is that of today a 304 is all that
has to be known of a page. Where only the reading has changed (a mapping, a selector, a newer extractor), the
body that the catalog keeps is read again and nothing is fetched; where pages are asked for as somebody else,
what stood there before says nothing of what stands there now.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any, Final

import orjson

from crawler.sync.read_by import IDENTITY_BYTES, READING_BYTES
from extract.rules import EXTRACTION_VERSION
from settings.configuration import Settings
from settings.connector import ConnectorSettings

# Left out, not listed: a setting that is forgotten here has kept bodies read once too often, no more.
_NOT_OF_READING: Final[Mapping[str, Any]] = {
    "name": True,
    "seeds": True,
    "seeds_file": True,
    "sitemaps": True,
    "discover_sitemaps": True,
    "scope": {"max_depth", "max_links_per_page", "max_pages", "max_duration", "max_file_size"},
    "politeness": True,
    "network": True,
    "auth": True,
    "proxy": True,
    "tls": True,
    "access": True,
    "sync": True,
}


def reading_mark(settings: Settings, connector: ConnectorSettings) -> bytes:
    """16 bytes: as whom a connector asks, and all that decides what is read from an answer."""
    asked_as = [connector.model_dump(mode="json", include={"auth"}), connector.politeness.user_agent]
    fields = {name: field.model_dump(mode="json") for name, field in settings.fields.items()}
    rules = connector.model_dump(mode="json", exclude=dict(_NOT_OF_READING))
    read_as = [EXTRACTION_VERSION, rules, fields]
    return _digest(asked_as, IDENTITY_BYTES) + _digest(read_as, READING_BYTES)


def _digest(value: object, size: int) -> bytes:
    return hashlib.blake2b(orjson.dumps(value, option=orjson.OPT_SORT_KEYS), digest_size=size).digest()
