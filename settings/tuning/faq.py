"""Questions with their answers: CSV or JSON, in a form of ours or in Amazon Kendra's as it is."""

from __future__ import annotations

import re
from typing import Annotated, Final

from pydantic import BeforeValidator, Field

from settings.access import EVERYONE, Principal
from settings.section import Section, one_or_many
from settings.urls import http_url

LONGEST_QUESTION: Final = 1_000
LONGEST_ANSWER: Final = 10_000
"""Characters."""

QuestionText = Annotated[str, Field(min_length=1, max_length=LONGEST_QUESTION)]
AnswerText = Annotated[str, Field(min_length=1, max_length=LONGEST_ANSWER)]
Address = Annotated[str | None, BeforeValidator(lambda value: http_url(value) if value else None)]
"""An address; an empty text is none."""


def _language(value: object) -> object:
    if value and not (isinstance(value, str) and _CODE.fullmatch(value)):
        raise ValueError("must be the code of a language, such as `en` or `de`")
    return value or None


_CODE: Final = re.compile("[a-z]{2,3}")
Language = Annotated[Annotated[str, Field(pattern="^[a-z]{2,3}$")] | None, BeforeValidator(_language)]
Principals = Annotated[tuple[Principal, ...], BeforeValidator(one_or_many)]


class FaqEntry(Section):
    """A question and its answer."""

    question: QuestionText
    """As people ask it."""
    answer: AnswerText
    """What they are told."""
    url: Address = None
    """Where more about it stands."""
    language: Language = None
    """The language of the question (ISO 639); empty: English."""
    allow: Principals = (EVERYONE,)
    """Who may see it: `everyone`, `user:NAME`, `group:NAME`."""
    deny: Principals = ()
    """Who may not, even when allowed above."""
