"""How many misspelled questions are restored, and how many that are not misspelled are left alone.

Questions of SQuAD (squad11_dev) over its paragraphs. In one of the words of each, in small letters and of
five letters or more, a letter is left out, put in, exchanged or swapped with its neighbour, by a drawn seed.
Restored is only what equals the question as it was asked: some have mistakes of their own.
"""

from __future__ import annotations

import random
import re
import sys
import tempfile
from functools import partial
from pathlib import Path
from typing import Final

from benchmarks.judged_sets import SETS, read_set
from benchmarks.report import Figure, print_figure
from indexer.lexical.stop_words import content_words
from search_api.suggest.spelling import corrected
from settings.access import EVERYONE
from tests.indexer.retrieval.library import Library

QUESTIONS: Final = 400
_SEED: Final = 5
_WORD: Final = re.compile(r"[^\W_]+")
_LETTERS: Final = "aeiourstnl"


def main() -> None:
    """Measure and print the figures: shares of questions."""
    chance = random.Random(_SEED)
    judged = read_set(SETS / "squad11_dev")
    questions = chance.sample(sorted(judged.questions.values()), QUESTIONS)
    with tempfile.TemporaryDirectory() as folder:
        library = Library(Path(folder))
        for text in judged.texts:
            library.add(f"https://squad.example/{text.id}", text.text, title=text.title)
        retriever = library.retriever()

        def spell(question: str) -> str | None:
            return retriever.with_words(frozenset({EVERYONE}), partial(corrected, question))

        alone = sum(spell(question) is None for question in questions)
        print_figure(Figure("questions left alone", alone / len(questions), "of 1"))
        pairs = [(each, wrong) for each in questions if (wrong := misspelled(each, chance)) is not None]
        restored = sum(spell(wrong) == each for each, wrong in pairs)
        library.close()
    print(f"{len(pairs)} misspelled questions", file=sys.stderr)
    print_figure(Figure("misspelled questions restored", restored / len(pairs), "of 1"))


def misspelled(question: str, chance: random.Random) -> str | None:
    """The question with an edit in one of its words; None where it has none that is long enough."""
    words = [word for word in content_words(_WORD.findall(question)) if word.islower() and len(word) >= 5]
    if not words:
        return None
    word = chance.choice(words)
    place = chance.randrange(1, len(word) - 1)
    before, letter, after = word[:place], word[place], word[place + 1 :]
    other = chance.choice(_LETTERS.replace(letter, ""))
    wrong = chance.choice(
        [before + after, before + other + letter + after, before + other + after]
        + [before + after[0] + letter + after[1:]] * (after[0] != letter)
    )
    return re.sub(rf"\b{word}\b", wrong, question, count=1)


if __name__ == "__main__":
    main()
