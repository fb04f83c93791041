"""What the search routes answer, field by field."""

from __future__ import annotations

from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field

from catalog.document import BlockKind, FieldValue
from indexer.retrieval.question import PartName
from search_api.query.confidence import Confidence

_FROZEN = ConfigDict(frozen=True)


class Highlight(BaseModel):
    """A piece to mark: Unicode code points from `start` up to, not including, `end`."""

    model_config = _FROZEN

    start: int
    end: int


class ScorePart(BaseModel):
    """What something adds to a result's score."""

    model_config = _FROZEN

    name: PartName
    value: float = Field(description="What it adds; below 0 what it takes.")
    detail: str = Field(description="How it comes about, for people.")


class WordScore(BaseModel):
    """What a word adds to the BM25 score of a result's best passage."""

    model_config = _FROZEN

    words: str = Field(description="As typed; with an arrow before its synonyms.")
    score: float


class ScoreExplanation(BaseModel):
    """What a result's score is made of."""

    model_config = _FROZEN

    parts: list[ScorePart] = Field(description="They add up to the score.")
    words: list[WordScore] = Field(description="They add up to the BM25 score of its best passage.")


class Synonyms(BaseModel):
    """What was looked for beside words of the question."""

    model_config = _FROZEN

    words: str
    alternatives: list[str]
    rules: list[str] = Field(description="Where the rules stand that say so: file and line.")


class Explanation(BaseModel):
    """What each half said of a passage; null where it did not find it."""

    model_config = _FROZEN

    dense: float | None = Field(description="Cosine of the question's and the passage's embeddings.")
    lexical: float | None = Field(description="BM25.")


class PassageAnswer(BaseModel):
    """A passage of a result, best first."""

    model_config = _FROZEN

    text: str
    heading: str | None = Field(description="The headings above it, outermost first, parted by ` › `.")
    anchor: str | None = Field(description="The id of the nearest element at or above it.")
    page: int | None = Field(description="The page, slide or sheet of a file, from 1.")
    start: int = Field(
        description="Where it begins in the document's text (blocks joined by blank lines), in code points."
    )
    end: int = Field(description="Where it ends there, exclusive.")
    score: float
    deep_link: str | None = Field(description="Opens the document at this passage.")
    explanation: Explanation | None = Field(None, description="With `explain: true`.")


class ResultAnswer(BaseModel):
    """One document."""

    model_config = _FROZEN

    id: str
    title: str
    url: str
    deep_link: str | None = Field(
        description="Opens the document at the excerpt; null for what is not http(s)."
    )
    connector: str
    excerpt: str
    highlights: list[Highlight]
    fields: dict[str, FieldValue]
    score: float = Field(ge=0, le=1)
    confidence: Confidence
    passages: list[PassageAnswer]
    more: list[ResultAnswer] = Field([], description="Results collapsed beneath this one.")
    explanation: ScoreExplanation | None = Field(None, description="With `explain: true`.")


class AnswerSource(StrEnum):
    """Where an answer was taken from."""

    EXTRACT = "extract"
    TABLE = "table"
    FAQ = "faq"


class TextAnswer(BaseModel):
    """An answer that stands in a document as it is shown, or one of the configured questions and answers."""

    model_config = _FROZEN

    source: AnswerSource
    text: str = Field(description="The sentence, the row of a table, or the configured answer.")
    highlights: list[Highlight] = Field(description="The short answer within `text`.")
    title: str = Field(description="The document's, or the question that the answer was configured for.")
    url: str | None
    deep_link: str | None = Field(None, description="Opens the document at the answer.")
    document_id: str | None = None
    start: int | None = Field(
        None,
        description="Where `text` begins in the document's text (its blocks joined by blank lines), in "
        "code points. Null for what stands in no document.",
    )
    end: int | None = Field(None, description="Where `text` ends there, exclusive.")
    confidence: Confidence


def _does_not_apply(value: object) -> bool:
    return value is None or value == {}


class FacetCount(BaseModel):
    """How many of the documents counted in `total` carry this value, or one from `from` up to, not including,
    `to`. What does not apply is left out."""

    model_config = ConfigDict(frozen=True, serialize_by_alias=True, validate_by_name=True)

    value: str = Field(description="Can be sent back as `f.FIELD`.")
    count: int
    from_: int | float | str | None = Field(
        None, validation_alias="from", serialization_alias="from", exclude_if=_does_not_apply
    )
    to: int | float | str | None = Field(None, exclude_if=_does_not_apply)
    facets: dict[str, list[FacetCount]] = Field(
        {}, description="The facets within this one.", exclude_if=_does_not_apply
    )
    facet_others: dict[str, int] = Field(
        {}, description="As beside the outer facets.", exclude_if=_does_not_apply
    )


class Spelling(BaseModel):
    """What was probably meant."""

    model_config = _FROZEN

    suggestion: str | None = None


class FeaturedAnswer(BaseModel):
    """A document that operators put first for this question."""

    model_config = _FROZEN

    id: str
    title: str
    url: str
    excerpt: str


class SearchAnswer(BaseModel):
    """One page of results; `next` is the cursor of the page after it."""

    model_config = _FROZEN

    query_id: str
    total: int
    took_ms: float
    next: str | None
    featured: list[FeaturedAnswer] = Field([], description="Documents that operators put first.")
    answers: list[TextAnswer] = []
    results: list[ResultAnswer]
    groups: int | None = Field(None, description="With `collapse`: how many results all documents make.")
    facets: dict[str, list[FacetCount]]
    facet_others: dict[str, int] = Field(
        {}, description="Per facet how many further values there are, each counted once per document."
    )
    synonyms: list[Synonyms] = Field([], description="What was looked for besides what was typed.")
    spelling: Spelling = Spelling()
    suggestions: list[str] = Field([], description="Longer questions that others asked.")
    related: list[str] = Field([], description="Questions that others asked along with this one.")
    notices: list[str] = Field([], description="Why there may be less than there could be.")


class RetrievedPassage(BaseModel):
    """A passage for a language model to read and cite."""

    model_config = _FROZEN

    document_id: str
    title: str
    url: str
    deep_link: str | None
    connector: str
    text: str
    heading: str | None
    anchor: str | None
    page: int | None
    score: float
    confidence: Confidence


class RetrieveAnswer(BaseModel):
    """The best passages, several per document."""

    model_config = _FROZEN

    query_id: str
    took_ms: float
    passages: list[RetrievedPassage]


class BlockAnswer(BaseModel):
    """One piece of a document's main content."""

    model_config = _FROZEN

    kind: BlockKind
    text: str
    level: int
    anchor: str | None
    page: int | None


class DocumentAnswer(BaseModel):
    """A document as it was indexed."""

    model_config = _FROZEN

    id: str
    connector: str
    url: str
    kind: str
    version: int
    title: str
    language: str | None
    fetched_at: str
    fields: dict[str, FieldValue]
    blocks: list[BlockAnswer]
