"""A site that is closed for maintenance, and says so with status 200."""

from __future__ import annotations

import re
from typing import Final

from catalog.visit import Suspicion
from catalog.vocabulary import Reason
from crawler.impostors.sight import Sight, shortened
from crawler.impostors.words import any_of

_LITTLE: Final = 1_500
_FEW_WORDS: Final = 800
_A_SENTENCE_OR_TWO: Final = 160
_FEW_LINKS: Final = 5
"""Who closes a site takes its navigation away; the news of a maintenance stand among other pages."""

_SENTENCE: Final = re.compile(r"[^.!?。！？\n]+")
_MAINTENANCE: Final = any_of(
    "maintenance", "wartung", "mantenimiento", "manutenzione", "onderhoud", "manutenção", "konserwac",
    "prace techniczne", "underhåll", "vedligehold", "vedlikehold", "huolto", "údržb", "karbantart",
    "mentenanț", r"техническ\w+ (?:работ|обслуж)", "συντήρηση", r"\bbakım", "メンテナンス",
    "系统维护中", "系統維護中", "점검",
)  # fmt: skip
_NOW: Final = any_of(
    r"\b(?:currently|temporarily|briefly|presently|undergoing)\b", r"at the moment", r"down for",
    r"offline", r"\b(?:derzeit|zurzeit|gerade|aktuell|momentan|vorübergehend|befinde[nt])\b",
    r"\b(?:actuellement|temporairement)\b",
    r"\b(?:actualmente|temporalmente|en estos momentos|se encuentra)\b",
    r"\b(?:attualmente|momentaneamente)\b", r"\b(?:momenteel|tijdelijk)\b",
    r"\b(?:atualmente|temporariamente|no momento)\b", r"\b(?:obecnie|trwają|chwilowo)\b",
    r"för närvarande|just nu|för tillfället", r"i øjeblikket|for øyeblikket|midlertidig", "tällä hetkellä",
    r"\b(?:právě|momentálně|dočasně)\b", "jelenleg", r"сейчас|временно|ведутся|в настоящее время",
    "şu anda", "現在", "目前|正在", "현재",
)  # fmt: skip
_CLOSED: Final = any_of(
    r"(?:under|undergoing|down for|closed for|offline for) (?:\w+ )?maintenance", "in maintenance mode",
    r"performing (?:\w+ )?maintenance", r"(?:wird|werden) (?:\w+ )?gewartet",
    r"\bback (?:soon|shortly|online)", "be right back", "im wartungsmodus",
    r"(?:bald|gleich|in kürze) (?:wieder )?(?:zurück|da\b|für sie da|erreichbar)", r"\ben maintenance",
    "de retour bientôt", "bientôt de retour", r"\ben mantenimiento",
    "volv(?:emos|eremos) (?:pronto|en breve)", r"\bin manutenzione",
    "torn(?:iamo|eremo) (?:presto|a breve|online)", r"\bin onderhoud",
    r"zijn (?:zo|snel|spoedig) (?:weer )?terug", r"\bem manutenção",
    "volt(?:amos|aremos) (?:em breve|logo)", "przerwa techniczna", "(?:wkrótce|zaraz) wracamy",
    "wracamy (?:wkrótce|niebawem)", "(?:snart|strax) (?:tillbaka|tilbage|tilbake)", "huoltokatko",
    "probíhá údržba", "karbantartás alatt", "în mentenanță", r"ведутся технические работы",
    "скоро верн[её]мся", "bakımda", "メンテナンス中", "维护中|維護中", "점검 중",
)  # fmt: skip


def maintenance_page(sight: Sight) -> Suspicion | None:
    """A short page whose title or heading is about that; sure where it says that it is so now, no more."""
    page = sight.page
    if len(page.text) > _LITTLE:
        return None
    said = sight.statements if len(page.text) <= _A_SENTENCE_OR_TWO else (page.title, *page.headings)
    subject = next((each for each in said if _MAINTENANCE.search(each) or _CLOSED.search(each)), None)
    if subject is None:
        return None
    closed = next(filter(_says_closed, _SENTENCE.findall("\n".join(sight.statements))), None)
    is_bare = len(page.text) <= _FEW_WORDS and page.links <= _FEW_LINKS
    seen = f"a page of few words stands there that says “{shortened(closed or subject)}”"
    return Suspicion(Reason.MAINTENANCE_PAGE, seen, is_sure=closed is not None and is_bare)


def _says_closed(sentence: str) -> bool:
    """Whether a sentence says that a site is closed now, and not that it will be."""
    return bool(_CLOSED.search(sentence) or (_MAINTENANCE.search(sentence) and _NOW.search(sentence)))
