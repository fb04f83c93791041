"""Path patterns as functions of an address: stable under what does not matter to them."""

from __future__ import annotations

import random
import string

from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.rules.url_pattern import path_pattern

SITE = "https://shop.example"

_names = st.text(alphabet=string.ascii_letters + string.digits + "-_.~", min_size=1, max_size=30)
_paths = st.lists(_names, max_size=9).map("/".join)
_queries = st.lists(st.tuples(_names, _names), max_size=9)


def _url(path: str, query: list[tuple[str, str]]) -> str:
    return f"{SITE}/{path}" + ("?" if query else "") + "&".join(f"{name}={value}" for name, value in query)


@settings(deadline=None)
@given(_paths, _queries)
def test_the_pattern_of_a_pattern_is_itself(path: str, query: list[tuple[str, str]]) -> None:
    pattern = path_pattern(_url(path, query))
    assert path_pattern(SITE + pattern) == pattern


@settings(deadline=None)
@given(_paths, _queries, st.randoms())
def test_the_order_of_parameters_and_their_values_do_not_matter(
    path: str, query: list[tuple[str, str]], chance: random.Random
) -> None:
    shuffled = [(name, str(chance.random())) for name, _ in chance.sample(query, len(query))]
    assert path_pattern(_url(path, shuffled)) == path_pattern(_url(path, query))
