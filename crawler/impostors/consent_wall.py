"""A dialogue that asks for consent to cookies, in the place of what the page has to say."""

from __future__ import annotations

from catalog.visit import Suspicion
from catalog.vocabulary import Reason
from crawler.impostors.sight import Sight
from extract.html.consent import LITTLE


def consent_wall(sight: Sight) -> Suspicion | None:
    """A page that says nothing but that; where it says a little more it is only suspected."""
    beside = sight.page.beside_consent
    if beside is None or beside > LITTLE:
        return None
    seen = "little but a dialogue that asks for consent to cookies stands there"
    return Suspicion(Reason.CONSENT_WALL, seen, is_sure=beside == 0)
