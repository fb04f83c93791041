"""What a query asks for: whether it is a question at all, and whether only a number would answer it."""

from __future__ import annotations

from typing import Final

from search_api.query.words import WORD, fold

_QUESTION_WORDS: Final = """
    who whom whose what which when where why how
    wer wen wem wessen was welche welcher welches welchen welchem wann wo wohin woher warum wieso weshalb wie
    wieviel wieviele womit wofur
    qui que quoi quel quelle quels quelles quand ou pourquoi comment combien
    quien quienes cual cuales cuando donde como cuanto cuanta cuantos cuantas
    chi cosa quale quali quando dove perche quanto quanta quanti quante
    wat welk welke wanneer waar waarom hoe hoeveel
    quem qual quais onde quantos quantas
"""
"""English, German, French, Spanish, Italian, Dutch, Portuguese; without accents."""
_AUXILIARIES: Final = """
    is are was were do does did can could should would will has have had may must
    ist sind war kann darf muss hat haben gibt est sont es son hay puede
"""
_NUMBERS: Final = (
    "how many",
    "how much",
    "how old",
    "how long",
    "how far",
    "what year",
    "which year",
    "when ",
)
_ASKING: Final = frozenset(_QUESTION_WORDS.split())
_ASKING_FIRST: Final = _ASKING.union(_AUXILIARIES.split())
_LEAST_WORDS: Final = 3


def is_question(text: str) -> bool:
    """Whether somebody asks in a sentence, rather than naming words that should be found."""
    words = [fold(word) for word in WORD.findall(text)]
    if len(words) < _LEAST_WORDS:
        return False
    return text.rstrip().endswith("?") or words[0] in _ASKING_FIRST or not _ASKING.isdisjoint(words)


def asks_for_number(text: str) -> bool:
    """Whether an answer must hold a digit or spell a number: how many, how much, when."""
    return any(phrase in text.lower() for phrase in _NUMBERS)
