"""How much may be asked at once; beyond a limit a question is refused, never cut."""

from __future__ import annotations

from typing import Final

MAX_QUERY_CHARACTERS: Final = 1_000
MAX_QUERY_WORDS: Final = 200
MAX_PAGE_SIZE: Final = 100
MAX_OFFSET: Final = 1_000
"""Documents into the ranking; it holds the lexical matches and the 1,000 nearest passages."""
MAX_FACETS: Final = 20
MAX_FILTER_DEPTH: Final = 16
MAX_COMPARISONS: Final = 200
MAX_VALUES: Final = 1_000
"""Values in one list of a filter."""
MAX_VALUE_CHARACTERS: Final = 2_048
MAX_BODY_BYTES: Final = 64 * 1024
MAX_TARGET_BYTES: Final = 16 * 1024
"""Path and query string of a request."""
