"""`connectors[].access`: who may read which document."""

from __future__ import annotations

from typing import Annotated, Any, Final

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema

from settings.patterns import Pattern
from settings.section import Section

EVERYONE: Final = "everyone"
"""The principal that every caller has; others are written `user:NAME` and `group:NAME`."""


def _principal(text: str) -> str:
    kind, _, name = text.partition(":")
    if text != EVERYONE and not (kind in ("user", "group") and name.strip()):
        raise ValueError("must be `everyone`, `user:NAME` or `group:NAME`")
    return text


Principal = Annotated[
    str,
    AfterValidator(_principal),
    WithJsonSchema({"type": "string", "pattern": "^(everyone|(user|group):.+)$"}),
]


class AccessRule(Section):
    """Documents whose URL matches may be read by these; the first rule that matches decides."""

    match: Pattern = Field(default="", examples=["/hr/"])
    """A regular expression, found anywhere in the URL; empty: every document."""
    allow: tuple[Principal, ...] = Field(default=(), examples=[["group:hr", "user:eva@example.com"]])
    """Who may read: `everyone`, `user:NAME`, `group:NAME`."""
    deny: tuple[Principal, ...] = Field(default=(), examples=[["group:contractors"]])
    """Who may not, even when allowed above."""
    inherit: bool = False
    """Attachments take the strictest list of the pages that link them."""


PUBLIC: Final = (AccessRule(allow=(EVERYONE,)),)


def _short_form(value: Any) -> Any:
    if value == "public":
        return PUBLIC
    if value is None or isinstance(value, str):
        raise ValueError("must be `public` or a list of rules")
    return value


Access = Annotated[
    tuple[AccessRule, ...],
    BeforeValidator(
        _short_form,
        json_schema_input_type=tuple[AccessRule, ...] | Annotated[str, WithJsonSchema({"const": "public"})],
    ),
]
"""`public`, or rules of which the first that matches decides; no match: nobody."""
