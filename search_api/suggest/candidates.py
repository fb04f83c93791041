"""Words that may have been meant by a misspelled one, met in passages that the caller may read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from indexer.lexical.characters import comparable
from indexer.lexical.exact import tokens
from indexer.lexical.languages import ENGLISH, is_function_word
from indexer.retrieval.readable_words import ReadableWords
from search_api.query.words import fold
from search_api.suggest.edits import edits


@dataclass(frozen=True, slots=True)
class Candidates:
    """Looks in passages that hold words of `context` first: what was meant goes with the rest of the query.

    With `only_names` only words count that are never written in small letters: in the middle of a query
    "Higgs" is a name, and "highs" none.
    """

    words: ReadableWords
    context: Sequence[str] = ()
    only_names: bool = False

    def near(self, word: str, distance: int) -> list[str]:
        """Words so many edits from `word` (in small letters) as they are written, the likeliest first: those
        that were met most; a first letter is seldom wrong, never with two edits. Capitals and accents are no
        edits."""
        likely: Counter[str] = Counter()
        for form, count in self._met(word, distance).items():
            begins_alike = fold(form)[:1] == fold(word)[:1]
            if distance == 1 or (begins_alike and form.islower()):
                likely[form] = count * (2 if begins_alike else 1)
        return [form for form, _ in likely.most_common()]

    def is_written(self, word: str) -> bool:
        """Whether some passage has `word` (in small letters) just so."""
        return any(word in map(str.lower, tokens(each.whole)) for each in self.words.spelled_like(word, 1))

    def _met(self, word: str, distance: int) -> dict[str, int]:
        forms: dict[str, Counter[str]] = {}
        for sample in self.words.spelled_like(word, distance, self.context):
            written = set(tokens(comparable(sample.whole)))
            alike = {each for each in written if abs(len(each) - len(word)) <= distance + 1}
            for each in alike:
                if self._may_be_meant(each, word, distance):
                    forms.setdefault(each.lower(), Counter())[each] += 1
        usual = {_usual(each): each.total() for each in forms.values()}
        return {form: count for form, count in usual.items() if not (self.only_names and form.islower())}

    def _may_be_meant(self, each: str, word: str, distance: int) -> bool:
        one, other = fold(each), fold(word)
        if not each.isalpha() or one == other or edits(one, other, distance) is None:
            return False
        languages = (ENGLISH, *self.words.snapshot.languages)
        return not any(is_function_word(each.lower(), language) for language in languages)


def _usual(forms: Counter[str]) -> str:
    """In small letters where it is ever written so: a capital may only begin a sentence."""
    return next((form for form in forms if form.islower()), forms.most_common(1)[0][0])
