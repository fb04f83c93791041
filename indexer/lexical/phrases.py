"""Phrases as conditions: a document holds one where one of its passages or its title does."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from tantivy import Query

from indexer.lexical.queries import access_condition, any_of, any_value, as_written, phrase, restricted
from indexer.lexical.reader import LexicalSnapshot

_ORDERED: Final = ("title", "headings", "fields", "body")


@dataclass(frozen=True, slots=True)
class Wording:
    """Where a word or phrase stands: a query over passages, and one over documents."""

    in_passages: Query
    in_documents: Query


def wording(snapshot: LexicalSnapshot, text: str, allowed: Collection[int]) -> Wording | None:
    """Where the words of `text` stand together, in documents with one of the `allowed` access ids.

    A single word must stand there as written. None when `text` holds no word.
    """
    passages, documents, languages = snapshot.passages_schema, snapshot.documents_schema, snapshot.languages
    together = as_written(passages, text, languages) or phrase(passages, text, _ORDERED, languages)
    titles = as_written(documents, text, languages) or phrase(documents, text, ("title",), languages)
    if together is None or titles is None:
        return None
    holding = snapshot.documents_holding(restricted(together, [access_condition(passages, allowed)]))
    return Wording(together, any_of([titles, any_value(documents, "document", holding)]))
