"""What a keyword query names, in the sentence that says what it is."""

from __future__ import annotations

import re
from typing import Final

from indexer.retrieval.question import Hit, Passage
from search_api.answers.found import FoundAnswer, document_offset
from search_api.query.confidence import Confidence
from search_api.query.excerpt import split_sentences
from search_api.query.highlight import Span
from search_api.query.response import AnswerSource

_MOST_WORDS: Final = 4
_ARTICLE: Final = r"(?:the |an? |our |der |die |das |eine? |unsere? |les? |la |l['’]|une? )?"
_IS: Final = r"(?:is|are|means|stands for|refers to|ist|sind|bedeutet|est|sont)"


def definition(query: str, hit: Hit, passage: Passage) -> FoundAnswer | None:
    """The sentence that begins "QUERY is …"; None where none does, or the query is more than a name."""
    words = query.split()
    if not 0 < len(words) <= _MOST_WORDS:
        return None
    name = r"\s+".join(map(re.escape, words))
    says = re.compile(rf"{_ARTICLE}{name}(?:\s\([^()]*\))?\s{_IS}\s(?=\S+\s+\S+)", re.IGNORECASE)
    for sentence in split_sentences(passage.text):
        if sentence.start + document_offset(passage) < passage.start:
            continue
        if found := says.match(passage.text, sentence.start, sentence.end):
            short = Span(found.end(), sentence.end)
            return FoundAnswer(AnswerSource.EXTRACT, hit, passage, sentence, short, Confidence.MEDIUM)
    return None
