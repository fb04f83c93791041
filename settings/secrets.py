"""A value that is used but never shown: not in a repr, a message, a dump, a log."""

from __future__ import annotations

import hmac
from typing import Annotated, Any, Final

from pydantic import AfterValidator, GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, core_schema

from settings.faults import UnquotableError
from settings.urls import http_url

MASK: Final = "•••"


class Secret:
    """A password, token or key. Every way of printing it shows `•••`; `reveal()` gives the text."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        """The secret itself, to be handed to the one place that needs it."""
        return self._text

    def __repr__(self) -> str:
        return MASK

    def __format__(self, specification: str) -> str:
        return format(MASK, specification)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Secret):
            return NotImplemented
        return hmac.compare_digest(self._text.encode(), other._text.encode())

    def __hash__(self) -> int:
        return hash((Secret, self._text))

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(
            _secret, serialization=core_schema.plain_serializer_function_ser_schema(lambda _: MASK)
        )

    @classmethod
    def __get_pydantic_json_schema__(
        cls, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        return {"type": "string", "title": "secret", "examples": ["${env:NAME}", "${file:/run/secrets/name}"]}


def _secret(value: object) -> Secret:
    if isinstance(value, Secret):
        return value
    if not isinstance(value, str):
        raise UnquotableError("must be a text: put it in quotes")
    if not value:
        raise UnquotableError("must not be empty")
    return Secret(value)


def _secret_url(secret: Secret) -> Secret:
    try:
        return Secret(http_url(secret.reveal()))
    except ValueError as error:
        raise UnquotableError(str(error)) from None


SecretUrl = Annotated[Secret, AfterValidator(_secret_url)]
"""An address whose path is a token, as a chat's incoming webhook."""
