"""Texts put together from the tokens of their words are what the tokenizer makes of them."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st
from tokenizers import Tokenizer

from indexer.embedding.bundled import bundled_model
from indexer.embedding.word_tokens import WordTokens, parts_at_white_space, tokeniser

WINDOW = 16
TEXTS = (
    "",
    "  \n ",
    "CREATE INDEX CONCURRENTLY idx ON t(a,b);\tDROP",
    "Größe naïve e\u0301 日本語の文 а́бв 한국어",
    "form\x0cfeed file\x1cseparator next\x85line zero\u200bwidth soft\xadhyphen",
    "line\u2028paragraph\u2029space\u00a0\u3000wide",
    "[SEP] a[MASK]b [CLS][PAD] [UNK]",
    "x" * 300 + " " + "word " * 40,
    "\x00null \ufffd \U0001f600🙂 ﬁ ㍿",
)


def loaded() -> Tokenizer:
    tokenizer = Tokenizer.from_file(str(bundled_model() / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.enable_truncation(WINDOW)
    return tokenizer


TOKENIZER = loaded()
TOKENS = WordTokens(TOKENIZER, WINDOW)


def test_the_tokens_of_words_are_those_of_the_text() -> None:
    assert parts_at_white_space(TOKENIZER)
    found = [ids.tolist() for ids in TOKENS(TEXTS)]
    assert found == [encoding.ids for encoding in TOKENIZER.encode_batch(list(TEXTS))]
    assert max(map(len, found)) == WINDOW


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=40))
def test_so_they_are_for_any_text(text: str) -> None:
    assert TOKENS([text])[0].tolist() == TOKENIZER.encode(text).ids


def test_another_kind_of_tokenizer_reads_texts_whole() -> None:
    from tokenizers.pre_tokenizers import Metaspace

    other = loaded()
    other.pre_tokenizer = Metaspace()
    assert not parts_at_white_space(other)
    found = tokeniser(other, WINDOW)(["a text of words"])
    assert found[0].tolist() == other.encode("a text of words").ids


def test_a_token_of_its_own_with_a_space_in_it_is_kept_whole() -> None:
    other = loaded()
    other.add_tokens(["new york"])
    found = tokeniser(other, WINDOW)(["in new york now"])
    assert found[0].tolist() == other.encode("in new york now").ids
