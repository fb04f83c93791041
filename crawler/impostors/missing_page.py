"""A page that says "not found" with status 200: a soft 404, if it speaks of itself."""

from __future__ import annotations

from typing import Final

from catalog.visit import Suspicion
from catalog.vocabulary import Reason
from crawler.impostors.sight import Sight
from crawler.impostors.words import any_of

_NOT_FOUND: Final = any_of(
    r"\b404\b", r"\b410\b", "not (?:be )?found", "(?:doesn't|does not|no longer) (?:exist|available)",
    "nicht gefunden", "existiert nicht", "introuvable", "n'existe (?:pas|plus)", "no encontrad",
    "no existe", "non trovat", "niet gevonden", "não encontrad", "nie znaleziono", "ikke fundet",
    "hittades inte", "не найден", "見つかりません", "找不到",
)  # fmt: skip


def missing_page(sight: Sight) -> Suspicion | None:
    """A short page that says that something is not there; never sure by itself."""
    if not any(map(_NOT_FOUND.search, sight.statements)):
        return None
    return Suspicion(Reason.SOFT_404, "a short page says that something is not there", is_sure=False)
