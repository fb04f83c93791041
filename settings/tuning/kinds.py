"""What tunes the search, by the name it has in the configuration, in the catalog and in addresses."""

from __future__ import annotations

from enum import StrEnum


class TuningKind(StrEnum):
    """One kind of tuning: files of `search` name it, and `/v1/tuning/{kind}` takes it."""

    SYNONYMS = "synonyms"
    FEATURED = "featured"
    FAQ = "faq"
    BOOSTS = "boosts"
