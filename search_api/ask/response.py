"""What `/v1/ask` answers, whole or as events."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

_FROZEN = ConfigDict(frozen=True)


class Citation(BaseModel):
    """A passage that an answer cites by its number."""

    model_config = _FROZEN

    number: int
    document_id: str | None = Field(
        description="Null for a configured answer whose address is no document that the caller may read."
    )
    title: str
    url: str = Field(description="Empty for a configured answer without an address.")
    deep_link: str | None = Field(description="Opens the document at the passage.")
    heading: str | None
    text: str


class WrittenAnswer(BaseModel):
    """One model's answer, checked against the passages."""

    model_config = _FROZEN

    model: str | None = Field(description="As it is called in `search.answers`; null: cut out of a document.")
    text: str = Field(description='With citations as `[1]`; "I don\'t know." where nothing holds.')
    known: bool = Field(description="Whether the passages carry an answer.")
    citations: list[Citation] = []
    dropped: int = Field(0, description="How many sentences were left out, since no passage says them.")
    error: str | None = Field(None, description="Why this model gave no answer.")


class AskAnswer(BaseModel):
    """The answers of the chosen models, in the order in which they were chosen."""

    model_config = _FROZEN

    query_id: str
    took_ms: float
    answers: list[WrittenAnswer]
