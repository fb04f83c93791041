"""An error of a server, a proxy or a framework, answered with status 200.

What is not found is no matter of this: that may be a soft 404 (`crawler.impostors.missing_page`).
"""

from __future__ import annotations

import re
from http import HTTPStatus
from typing import Final

from catalog.visit import Suspicion
from catalog.vocabulary import Reason
from crawler.impostors.sight import Sight, shortened
from crawler.impostors.words import any_of

_LITTLE: Final = 800
_FEW_LINKS: Final = 5
"""Templates of servers and frameworks have no navigation: at most the way home, and to a status page."""

_STATUSES: Final = tuple(
    status for status in HTTPStatus if status >= 400 and status not in {HTTPStatus.NOT_FOUND, HTTPStatus.GONE}
)
_CODE: Final = rf"(?:{'|'.join(str(status.value) for status in _STATUSES)}|52\d|530)"
"""The codes of RFC 9110 and its company, and those of Cloudflare."""
_ALONE: Final = (
    *(re.escape(status.phrase) for status in _STATUSES if status >= 500),
    "(?:internal )?server error", "service (?:temporarily )?unavailable",
    "(?:gateway|request) time-?out",
    "access denied", "forbidden", "unauthorized", "bad request", "too many requests",
)  # fmt: skip
"""What is plain without its code, too; other phrases of the standard, such as “Conflict”, are not."""
_PHRASE: Final = rf"(?:{'|'.join((*_ALONE, *(re.escape(status.phrase) for status in _STATUSES)))})"
_ERROR: Final = r"(?:error|fehler|erreur|errore|fout|erro|chyba|błąd|fel|feil|fejl|virhe|ошибка)"

# All of a title or heading: “503 Service Unavailable”, “HTTP Status 500 – Internal Server Error”.
_STATUS: Final = any_of(
    rf"(?:http )?(?:{_ERROR}|status)?(?: code)?[\s:#-]*{_CODE}"
    rf"(?:[\s:|.!–—-]+(?:{_PHRASE}\b.{{0,40}}|{_ERROR}))?",
    rf"(?:{'|'.join(_ALONE)})(?:[\s:|(–—-]+(?:{_ERROR} )?{_CODE}\)?)?[.!]?",
)
# What known software says of itself, in the languages that it comes in most: each begins a line.
_SAID: Final = {
    "ASP.NET": any_of("server error in '.{1,60}' application"),
    "CloudFront": any_of("the request could not be satisfied"),
    "Cloudflare": any_of(rf"error (?:{_CODE}|1\d{{3}})\b", "web server is (?:down|returning an)"),
    "Django": any_of(r"server error \(500\)$", r"a server error occurred\.\s+please contact the admin"),
    "Drupal": any_of(
        "the website encountered an unexpected error", "die website hat einen unerwarteten fehler",
        "le site web a rencontré une erreur inattendue", "el sitio web encontró un error inesperado",
    ),
    "F5": any_of("the requested url was rejected. please consult"),
    "Heroku": any_of("an error occurred in the application and your page could not be served"),
    "Imperva": any_of("request unsuccessful. incapsula incident"),
    "Joomla": any_of("error displaying the error page"),
    "Laravel or Symfony": any_of("whoops, looks like something went wrong", "oops! an error occurred$"),
    "Magento": any_of("there has been an error processing your request"),
    "MediaWiki": any_of("sorry! this site is experiencing technical difficulties"),
    "Next.js": any_of("application error: a (?:client|server)-side exception has occurred"),
    "PHP": any_of(r"(?:php )?(?:fatal|parse) error\s?: .{0,300}\bin /"),
    "Rails": any_of("we're sorry, but something went wrong"),
    "Spring": any_of("whitelabel error page$"),
    "Tomcat": any_of(rf"http status {_CODE}\b"),
    "TYPO3": any_of("oops, an error occurred!"),
    "Varnish": any_of(rf"error {_CODE} backend fetch failed", "guru meditation"),
    "WordPress": any_of(
        "there has been a critical error on (?:this|your) website",
        "es gab einen kritischen fehler auf deiner website", "il y a eu une erreur critique sur ce site",
        "ha habido un error crítico en esta web", "si è verificato un errore critico sul tuo sito",
        "er heeft zich een kritieke fout voorgedaan op deze site",
        "error establishing a database connection", "fehler beim aufbau einer datenbankverbindung",
        "erreur lors de la connexion à la base de données",
        "error al establecer una conexión con la base de datos",
        "errore nello stabilire una connessione al database",
        "fout bij het maken van een databaseverbinding",
    ),
}  # fmt: skip


def error_page(sight: Sight) -> Suspicion | None:
    """A page of few words that is called by an error's status, or says what known software says of its own.

    Sure where it leads hardly anywhere: a page about an error stands among other pages.
    """
    page = sight.page
    if len(page.text) > _LITTLE:
        return None
    seen = _status_of(sight) or _software_of(sight)
    return None if seen is None else Suspicion(Reason.ERROR_PAGE, seen, is_sure=page.links <= _FEW_LINKS)


def _status_of(sight: Sight) -> str | None:
    names = (sight.page.title, *sight.page.headings)
    name = next(filter(_STATUS.fullmatch, names), None)
    return None if name is None else f"a page of few words stands there that is called “{shortened(name)}”"


def _software_of(sight: Sight) -> str | None:
    for software, words in _SAID.items():
        if any(map(words.match, sight.statements)):
            return f"an error page of {software} stands there"
    return None
