"""How much may be asked at once; beyond a limit a question is refused, never cut."""

from __future__ import annotations

from typing import Final

MAX_QUERY_CHARACTERS: Final = 1_000
MAX_QUERY_WORDS: Final = 200
MAX_PAGE_SIZE: Final = 100
MAX_SHOWN: Final = 1_000
"""Results after which no further page follows: a cursor remembers each of them."""
MAX_FACETS: Final = 20
MAX_FACET_DEPTH: Final = 3
MAX_FACET_VALUES: Final = 50_000
"""Values and ranges of all facets together, within one another multiplied."""
MAX_RANGES: Final = 100
MAX_SORT_KEYS: Final = 5
MAX_BOOSTS: Final = 20
MAX_BOOST_VALUES: Final = 100
MAX_COLLAPSED: Final = 20
"""Documents shown beneath a result."""
MAX_FILTER_DEPTH: Final = 16
MAX_COMPARISONS: Final = 200
MAX_VALUES: Final = 1_000
"""Values in one list of a filter."""
MAX_VALUE_CHARACTERS: Final = 2_048
MAX_BODY_BYTES: Final = 64 * 1024
MAX_TUNING_BYTES: Final = 32 * 1024 * 1024
"""A body of `/v1/tuning`: synonyms by the hundred thousand."""
MAX_TARGET_BYTES: Final = 16 * 1024
"""Path and query string of a request."""
