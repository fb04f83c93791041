"""What the routes for operators work on, and the refusals that they have in common."""

from __future__ import annotations

from dataclasses import dataclass

from search_api.catalog_door import CatalogDoor
from search_api.identity.caller import Caller
from settings.configuration import Settings


class ConflictError(Exception):
    """What was asked for does not go with how things stand: 409. The message says how, and what to do."""


class UnknownThingError(Exception):
    """There is none of that name or number: 404."""


@dataclass(frozen=True, slots=True)
class Administration:
    """The catalog, the configuration as it is now, and who asks: someone who may administer."""

    catalog: CatalogDoor
    settings: Settings
    caller: Caller


def sentence(error: object) -> str:
    """An error of the floors below, which stands in the middle of a line there, as a sentence."""
    text = str(error)
    return f"{text[:1].upper()}{text[1:]}."
