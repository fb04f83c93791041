"""Which tokenizer counts for a model that runs elsewhere: its own if it lies here, else an estimate."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

import orjson
from tokenizers import Regex, Tokenizer
from tokenizers.models import WordPiece
from tokenizers.normalizers import BertNormalizer
from tokenizers.pre_tokenizers import Sequence as PreTokenizers
from tokenizers.pre_tokenizers import Split, WhitespaceSplit

from indexer.chunking.tokens import counting_tokenizer
from indexer.embedding.bundled import BUNDLED_NAME, bundled_model
from indexer.embedding.embedder import ModelError

ASSUMED_WINDOW: Final = 512
"""Tokens that a model of which nothing is known reads: what BERT and most of its kind do."""
_MOST_WINDOW: Final = 8192


@dataclass(frozen=True, slots=True)
class Counting:
    """A tokenizer that never cuts, the window it counts for, and the prompts that its folder names."""

    tokenizer: Tokenizer
    window: int
    prompts: dict[str, str]


def counting_for(name: str) -> Counting:
    """How the texts for the server's model `name` are measured.

    The bundled model's name means its tokenizer, a folder that holds a tokenizer.json means that one, with
    the window and prompts of the files beside it. Any other name means `estimating_tokenizer`.
    """
    if name.rpartition("/")[2] == BUNDLED_NAME:
        return _of_folder(bundled_model())
    folder = Path(name)
    if (folder / "tokenizer.json").is_file():
        return _of_folder(folder)
    return Counting(estimating_tokenizer(), ASSUMED_WINDOW, {})


def _of_folder(folder: Path) -> Counting:
    try:
        tokenizer = counting_tokenizer(Tokenizer.from_file(str(folder / "tokenizer.json")))
    except Exception as error:  # tokenizers raises nothing narrower for a damaged file
        raise ModelError(f"{folder / 'tokenizer.json'} cannot be read: {error}") from error
    limits = (
        _read(folder / "sentence_bert_config.json").get("max_seq_length"),
        _read(folder / "tokenizer_config.json").get("model_max_length"),
    )
    window = next((int(limit) for limit in limits if limit), ASSUMED_WINDOW)
    prompts = _read(folder / "config_sentence_transformers.json").get("prompts") or {}
    return Counting(tokenizer, min(window, _MOST_WINDOW), prompts)


def _read(file: Path) -> dict[str, Any]:
    try:
        content = orjson.loads(file.read_bytes())
    except FileNotFoundError:
        return {}
    except orjson.JSONDecodeError as error:
        raise ModelError(f"{file} is no JSON: {error}") from error
    return content if isinstance(content, dict) else {}


@cache
def estimating_tokenizer() -> Tokenizer:
    """Counts rather too many tokens than too few, whatever the model's own vocabulary.

    Three Latin letters make a token (their accents and case aside), two Cyrillic or Greek ones, two digits,
    and any other sign by itself: a character of Chinese, a punctuation mark. On samples of company prose
    that is 1.0 (German compounds) to 2.1 times what BERT's vocabulary counts. Words stay words, so that a cut
    falls between them.
    """
    pieces = [
        "".join(letters)
        for alphabet, longest in _ALPHABETS
        for length in range(1, longest + 1)
        for letters in itertools.product(alphabet, repeat=length)
    ]
    vocabulary = {"[UNK]": 0}
    for piece in pieces:  # as it begins a word, and as it goes on in one
        vocabulary[piece] = len(vocabulary)
        vocabulary[f"##{piece}"] = len(vocabulary)
    known = "".join(alphabet for alphabet, _ in _ALPHABETS)
    tokenizer = Tokenizer(WordPiece(vocabulary, unk_token="[UNK]", max_input_chars_per_word=1000))  # noqa: S106
    tokenizer.normalizer = BertNormalizer(handle_chinese_chars=False, strip_accents=True, lowercase=True)
    # WordPiece takes time that grows with the square of a word's length: none is longer than 32 characters.
    tokenizer.pre_tokenizer = PreTokenizers(
        [WhitespaceSplit(), Split(Regex(f"[{known}]{{1,32}}|[^{known}]"), "isolated")]
    )
    return tokenizer


_ALPHABETS: Final = (
    ("abcdefghijklmnopqrstuvwxyz", 3),
    ("абвгдежзийклмнопрстуфхцчшщъыьэюяіїєґ", 2),
    ("αβγδεζηθικλμνξοπρσςτυφχψω", 2),
    ("0123456789", 2),
)
"""Letters, and how many of them are taken for one token."""
