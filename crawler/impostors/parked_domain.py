"""A domain that is for sale or parked: what a registrar shows where nobody has a site, or has one no more."""

from __future__ import annotations

import re
from typing import Final

from catalog.visit import Suspicion
from catalog.vocabulary import Reason
from crawler.impostors.sight import Sight
from crawler.impostors.words import any_of, mentions
from extract.html.short_page import FEW_LINKS

_LITTLE: Final = 1_500

_PARKING: Final = any_of(
    r"sedoparking\.com", r"parkingcrew\.net", r"parklogic\.com", r"\bbodis\.com", r"parking-lander",
    r"hugedomains\.com", r"\bdan\.com", r"afternic\.com", r"undeveloped\.com", r"voodoo\.com",
    r"smartname\.com", "/adsense/domains/",
)  # fmt: skip
"""Whose scripts and frames nothing but parked domains load; the last is Google's AdSense for Domains."""
_DOMAIN: Final = (
    "domain", "domän", "domæne", "domene", "domein", "domínio", "dominio", "domena", "domeny", "doména",
    "домен", "verkkotunnus",
)  # fmt: skip
_OFFERED: Final = any_of(
    "for sale", "available for purchase", r"buy (?:this|now)", "zu verkaufen", "zum verkauf", "zu erwerben",
    "domain kaufen", "à vendre", "en vente", "en venta", "a la venta", "in vendita", "te koop", "à venda",
    "na sprzedaż", "na predaj", "na prodej", "till salu", "til salg", "myytävänä", "прода[её]тся",
)  # fmt: skip
_PARKED: Final = any_of(
    r"\bparked\b", "has (?:just |recently )?been registered", "is registered (?:at|with|by)", "geparkt",
    "geparkeerd", r"(?:wurde|ist) [^.]{0,60}(?:registriert|reserviert|eingerichtet)",
    "est (?:parqué|réservé|enregistré)",
    r"(?:está|foi|ha sido) (?:aparcado|estacionado|registrado|reservado)",
    "è (?:stato )?(?:parcheggiato|registrato)", "is geregistreerd", "zaparkowan", "zarejestrowan",
    "припаркован", "зарегистрирован",
)  # fmt: skip


def parked_domain(sight: Sight) -> Suspicion | None:
    """A short page with the script of a company that parks domains, or that speaks of its own domain so."""
    page = sight.page
    if len(page.text) > _LITTLE or page.links > FEW_LINKS:
        return None
    if any(map(_PARKING.search, page.sources)):
        return Suspicion(Reason.PARKED_DOMAIN, "the page of a company that parks domains stands there")
    if not mentions(sight.said, _DOMAIN):
        return None
    is_offered = _OFFERED.search(sight.said) is not None
    if not is_offered and _PARKED.search(sight.said) is None:
        return None
    seen = "the page offers the domain for sale" if is_offered else "the page says that the domain is parked"
    return Suspicion(Reason.PARKED_DOMAIN, seen, is_sure=_names_itself(sight))


def _names_itself(sight: Sight) -> bool:
    """Whether a title or heading is about the domain that the page stands on."""
    names = (sight.page.title, *sight.page.headings)
    return any(re.search(rf"(?<![\w.-]){re.escape(sight.host)}(?![\w-])", each.lower()) for each in names)
