"""Links that end a session: a crawl that is signed in never follows them."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import unquote

_WORDS: Final = (
    "(?:log|sign)[-_ ]?(?:out|off)|end[-_ ]?session|slo|singlelogout(?:service)?|abmelden|ausloggen"
    "|d(?:e|é)connexion|se[-_]?d(?:e|é)connecter|cerrar[-_]?sesi(?:o|ó)n|logoff|desconectar|esci|uitloggen"
    "|afmelden|logga[-_]?ut|log[-_]?ud|logg[-_]?ut|kirjaudu[-_]?ulos|wyloguj|odhl(?:a|á)sit|выход"
)
_ENDS_SESSION: Final = re.compile(
    # A whole segment of the path, a whole name or value of the query; `logout-flow.html` is none.
    rf"(?:^|[/?&;=:.])(?:user|do|auth|wp|frm|account)?[-_:.]?(?:{_WORDS})"
    r"(?:\.(?:php|aspx?|jsp|jsf|do|action|html?|cgi|pl))?(?:$|[/?&;=#:])",
    re.IGNORECASE,
)


def ends_session(path_and_query: str) -> str | None:
    """The part of an address that says that it logs people out, or None."""
    if (found := _ENDS_SESSION.search(unquote(path_and_query))) is None:
        return None
    return found[0].strip("/?&;=#:.")
