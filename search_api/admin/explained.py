"""Everything that the catalog knows of a URL, as `crawler explain --json` says it."""

from __future__ import annotations

from typing import Any

from fastapi.exceptions import RequestValidationError
from sqlalchemy import Connection

from catalog.canonical_url import UrlFault, WebAddress
from catalog.explanation import links_to_host
from catalog.explanation_object import explanation_object, unseen_object
from catalog.lookup import known_by, spelt_otherwise
from catalog.typed_address import address_as_typed
from settings.configuration import Settings
from settings.rule_places import RulePlaces


def parsed_address(typed: str) -> WebAddress:
    """The address that a person means; raises `RequestValidationError` for what is none."""
    address = address_as_typed(typed)
    if isinstance(address, UrlFault):
        fault = {"type": "url", "loc": ("query", "url"), "msg": address.detail, "input": typed}
        raise RequestValidationError([fault])
    return address


def explained(connection: Connection, settings: Settings, typed: str) -> dict[str, Any]:
    """The object for a URL; where several connectors know it, the others' come under `others`.

    Of one that was never met `would` is null: which rule would decide takes the crawler (`POST /v1/explain`).
    """
    address = parsed_address(typed)
    places = RulePlaces(settings.path)
    if found := known_by(connection, address, typed):
        first, *others = (explanation_object(each, places) for each in found)
        return first | {"others": others}
    elsewhere = links_to_host(connection, address.host)
    return unseen_object(address.url, elsewhere, spelt_otherwise(connection, address), None)
