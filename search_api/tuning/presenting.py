"""What operators put beside the results, as the search routes give it: only of what the asker may read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from catalog.document import Document
from indexer.retrieval.question import Question
from search_api.backend import Backend
from search_api.query.deep_link import safe_url
from search_api.query.excerpt import make_excerpt
from search_api.query.response import AnswerSource, FeaturedAnswer, TextAnswer
from search_api.tuning.faq import FaqMatch
from search_api.tuning.featured import MOST_FEATURED
from settings.tuning.featured import FeaturedDocument


def featured_answers(backend: Backend, question: Question, terms: Sequence[str]) -> list[FeaturedAnswer]:
    """The documents that stand first for a question; what may not be read, or is not indexed, is left out."""
    chosen = backend.tuning.featured(question.text, question.principals)
    if not chosen:
        return []
    found = backend.library.documents_at([each.url for each in chosen], question.principals)
    shown = [_featured(each, found[each.url], terms) for each in chosen if each.url in found]
    return shown[:MOST_FEATURED]


def faq_answers(backend: Backend, question: Question) -> Iterator[TextAnswer]:
    """The configured answers to a question, with the document at the address of each that may be read."""
    matches = backend.tuning.answers(question.text, question.principals)
    urls = [match.entry.url for match in matches if match.entry.url]
    found = backend.library.documents_at(urls, question.principals, blocks=False) if urls else {}
    for match in matches:
        yield _answer(match, found.get(match.entry.url or ""))


def _featured(chosen: FeaturedDocument, document: Document, terms: Sequence[str]) -> FeaturedAnswer:
    return FeaturedAnswer(
        id=document.id,
        title=chosen.title or document.title,
        url=document.url,
        excerpt=chosen.excerpt or _excerpt(document, terms),
    )


def _excerpt(document: Document, terms: Sequence[str]) -> str:
    description = document.fields.get("description")
    if isinstance(description, str) and description:
        return make_excerpt(description, terms, document.language).text
    return make_excerpt("\n\n".join(block.text for block in document.blocks), terms, document.language).text


def _answer(match: FaqMatch, document: Document | None) -> TextAnswer:
    entry = match.entry
    return TextAnswer(
        source=AnswerSource.FAQ,
        text=entry.answer,
        highlights=[],  # all of it is the answer
        title=entry.question,
        url=entry.url,
        deep_link=safe_url(entry.url) if entry.url else None,
        document_id=document.id if document else None,
        confidence=match.confidence,
    )
