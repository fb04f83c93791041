"""What a connector would do with a URL that it never met."""

from __future__ import annotations

from dataclasses import dataclass

from catalog.access import AccessList
from catalog.vocabulary import Decision
from crawler.variants.learning import Recognised


@dataclass(frozen=True, slots=True)
class Prospect:
    """What a connector would do with a URL if it met it, as near to a seed as can be.

    `keep` is what the filters for pages would say, or those for files where the address ends like one; None
    where it would not be fetched at all. `variant_of` is the address that it would be taken for.
    """

    connector: str
    crawl: Decision
    keep: Decision | None
    looks_like_file: bool
    readers: AccessList | None
    access_rule: str | None
    variant_of: Recognised | None = None
