"""A page that says "not found" with status 200: a soft 404, if it speaks of itself."""

from __future__ import annotations

import re
from typing import Final

from catalog.visit import Suspicion
from catalog.vocabulary import Reason
from crawler.impostors.sight import Sight
from crawler.impostors.words import mentions

_NOT_FOUND: Final = (
    "not found", "not be found", "doesn't exist", "does not exist", "no longer exist", "no longer available",
    "nicht gefunden", "existiert nicht", "introuvable", "n'existe pas", "n'existe plus", "no encontrad",
    "no existe", "non trovat", "niet gevonden", "não encontrad", "nie znaleziono", "ikke fundet",
    "hittades inte", "не найден", "見つかりません", "找不到",
)  # fmt: skip
_STATUSES: Final = ("404", "410")
_STATUS: Final = re.compile(r"\b4(?:04|10)\b")


def missing_page(sight: Sight) -> Suspicion | None:
    """A short page that says that something is not there; never sure by itself."""
    if not mentions(sight.said, _NOT_FOUND) and not (
        mentions(sight.said, _STATUSES) and _STATUS.search(sight.said)
    ):
        return None
    return Suspicion(Reason.SOFT_404, "a short page says that something is not there", is_sure=False)
