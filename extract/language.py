"""The language of a document where it does not say, and of its blocks where they are in another."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import chain
from typing import Final

from catalog.document import Block, BlockKind
from extract.words import word_set

_SAMPLE: Final = 1000
"""Characters: the classifier's time grows with the text, its certainty hardly after this."""
_LEAST: Final = 60
_NO_LANGUAGE: Final = "zxx"
_CLOSE_TO_ANOTHER: Final = word_set("an ext fy gcf gcr lb lij ltg oc pcm vec wa")
"""Small languages for which the classifier takes lists and tables in the one beside them: a German telephone
directory for Luxembourgish. It is believed where there is enough text."""
_ENOUGH: Final = 400
_WORDS_OF: Final = {
    "en": word_set("the of and to is in that for with it be are this as by on not or which from an can"),
    "de": word_set("der die und das ist den von zu mit sich des auf für nicht ein eine dem im es auch wird"),
    "fr": word_set("le la les des et est du une dans que pour qui sur pas au par sont avec ce il aux"),
    "es": word_set("el los las del y que es en una por para con se su al lo como más son está"),
    "it": word_set("il di che è della del per una con non gli sono nel alla le dei si più da"),
    "nl": word_set("het een van dat niet op te zijn voor met aan er ook als bij naar wordt deze door"),
    "pt": word_set("o os uma do da dos das em não para com que se por mais são ao pela pelo"),
}
_LANGUAGES_OF: Final = {
    word: tuple(language for language, words in _WORDS_OF.items() if word in words)
    for word in frozenset().union(*_WORDS_OF.values())
}

_BLOCK_SAMPLE: Final = 200
_RUNNING_TEXT: Final = frozenset(
    {BlockKind.PARAGRAPH, BlockKind.LIST_ITEM, BlockKind.QUOTE, BlockKind.DEFINITION}
)
_LATIN: Final = re.compile(r"[A-Za-z\u00c0-\u024f]")
_OTHER_SCRIPT: Final = re.compile(r"[\u0370-\u1cff\u3040-\ud7ff]")
"""Letters of scripts that need no words to be told from Latin ones: Greek, Cyrillic, Arabic, Han, Hangul …"""
_OWN_LETTERS: Final = {
    "el": re.compile(r"[\u0370-\u03ff]"),
    "hy": re.compile(r"[\u0530-\u058f]"),
    "ja": re.compile(r"[\u3040-\u30ff]"),
    "ka": re.compile(r"[\u10a0-\u10ff]"),
    "ko": re.compile(r"[\uac00-\ud7a3]"),
    "th": re.compile(r"[\u0e00-\u0e7f]"),
}
"""Letters that hardly any other language has."""
_RUSSIAN: Final = re.compile(r"[ыэ]")
_NOT_RUSSIAN: Final = re.compile(r"[\u0400\u0402-\u040f\u0450\u0452-\u052f]")
"""Ukrainian and Bulgarian have no ы; what has it, such as Belarusian, has letters of its own too."""


def language_of(blocks: Iterable[Block]) -> str | None:
    """The ISO 639-1 code of the language, None for texts too short to tell; code is no language."""
    sample: list[str] = []
    length = 0
    for block in blocks:
        if block.kind is not BlockKind.CODE:
            sample.append(block.text[:_SAMPLE])
            length += len(block.text)
        if length >= _SAMPLE:
            break
    text = " ".join(sample)[:_SAMPLE]
    if len(text) < _LEAST:
        return None
    return _by_function_words(text.lower().split()) or _by_classifier(text)


def with_languages(blocks: Iterable[Block], language: str | None) -> tuple[Block, ...]:
    """The blocks; running text that is clearly in another language than the document has that noted."""
    return tuple(_with_language(block, language) for block in blocks)


def languages_of(blocks: Iterable[Block], language: str | None) -> tuple[str, ...]:
    """The languages in which a document says a good part of what it says, most of it first.

    That is a tenth of the text, or 1,000 characters. What its blocks do not say to be otherwise is in the
    document's own `language`.
    """
    lengths = Counter[str | None]()
    for block in blocks:
        lengths[block.language or language] += len(block.text)
    enough = min(0.1 * lengths.total(), 1_000)
    return tuple(each for each, length in lengths.most_common() if each is not None and length >= enough)


def _with_language(block: Block, language: str | None) -> Block:
    if len(block.text) < _LEAST or block.kind not in _RUNNING_TEXT:
        return block
    text = block.text[:_BLOCK_SAMPLE]
    words = text.lower().split()
    known = _WORDS_OF.get(language or "", frozenset())
    if sum(map(known.__contains__, words)) >= 0.1 * len(words):
        return block
    found = _by_function_words(words)
    if (
        found is None
        and not text.isascii()
        and len(_OTHER_SCRIPT.findall(text)) > len(_LATIN.findall(text))
        and not _is_in_letters_of(language, text)
    ):
        found = _by_classifier(text)
    return block if found in (None, language) else replace(block, language=found)


def _is_in_letters_of(language: str | None, text: str) -> bool:
    """Whether letters alone show that a text is in the language of its document, as most of them are."""
    if language == "ru":
        return _RUSSIAN.search(text) is not None and _NOT_RUSSIAN.search(text) is None
    letters = _OWN_LETTERS.get(language or "")
    return letters is not None and 10 * len(letters.findall(text)) >= len(text)


def _by_function_words(words: Sequence[str]) -> str | None:
    """The language whose function words stand among these much more often than any other's.

    Function words make up a third of running text; a hundredth of the classifier's time settles most pages.
    """
    counted = Counter(chain.from_iterable(filter(None, map(_LANGUAGES_OF.get, words))))
    counts = sorted(((counted[language], language) for language in _WORDS_OF), reverse=True)
    (most, language), (second, _) = counts[:2]
    clear = most >= 0.15 * len(words) and most >= 3 * max(second, 1)
    alone = most >= 0.06 * len(words) and most >= 6 * max(second, 1)  # lists and tables have few of them
    return language if clear or alone else None


def warm_up() -> None:
    """Load the classifier's model (a quarter of a second) before the first page that needs it."""
    _by_classifier("the first text")


def _by_classifier(text: str) -> str | None:
    import py3langid  # noqa: PLC0415 - its model takes a moment to load, and most pages need no guess

    language = str(py3langid.classify(text)[0])
    is_guess = language in _CLOSE_TO_ANOTHER and len(text) < _ENOUGH
    return None if is_guess or language == _NO_LANGUAGE else language
