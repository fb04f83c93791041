"""Addresses that change something when they are merely asked for: they delete, log out or unsubscribe.

A GET ought to read (RFC 9110 section 9.2.1), and many sites do not keep to it. The crawl must not find out
which ones: what such an address says of itself is believed.
"""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import unquote

from crawler.rules.logout_links import ends_session

_DELETES: Final = (
    "delete|del|remove|destroy|purge|trash|erase|drop|revoke|deactivate|cancel"
    "|l(?:oe|ö)schen|entfernen|k(?:ue|ü)ndigen|supprimer|effacer|eliminar|borrar|elimina|cancella|rimuovi"
    "|verwijder(?:en)?|apagar|excluir|remover|ta[-_ ]?bort|radera|slett|slet|poista|usu(?:n|ń)|smazat"
    "|odstranit|удалить|删除|削除"
)
_UNSUBSCRIBES: Final = (
    "unsubscribe|opt[-_ ]?out|unfollow|unwatch|unregister"
    "|abbestellen|d(?:e|é)sabonner|d(?:e|é)sinscrire|desuscribir|cancelar[-_ ]?suscripci(?:o|ó)n"
    "|disiscriviti|afmelden|cancelar[-_ ]?inscri(?:c|ç)(?:a|ã)o|avsluta[-_ ]?prenumeration|отписаться"
)
_OBJECT: Final = r"(?:[-_](?:account|all|comment|entry|file|item|items|message|page|post|record|user))?"
_WORD: Final = rf"(?:(?:do|confirm|soft|hard|bulk|ajax)[-_])?(?:{_DELETES}|{_UNSUBSCRIBES}){_OBJECT}"
_PROGRAM: Final = r"(?:\.(?:php|aspx?|ashx|jsp|jsf|do|action|cgi|pl))?"
_IN_PATH: Final = re.compile(rf"(?:^|/)({_WORD}){_PROGRAM}(?=$|[/;])", re.IGNORECASE)
_ACTION: Final = (
    r"(?:[a-z]*_)?(?:a|act|action|cmd|command|do|event|func|function|m|method|mode|op|operation|task|what)"
)
_IN_QUERY: Final = re.compile(rf"[?&;](?:{_ACTION}=)?({_WORD})(?=$|[&;=])", re.IGNORECASE)
_FILE: Final = re.compile(
    r"\.(?:m?js|css|map|json|md|txt|xml|ya?ml|wasm|svg|png|jpe?g|gif|webp|avif|ico|woff2?|ttf|otf|pdf|html?)$",
    re.IGNORECASE,
)
_SAYS_NO: Final = re.compile(r"=(?:0|no|false|off|)(?=$|[&;])", re.IGNORECASE)


def changes_something(path_and_query: str) -> str | None:
    """The part of an address that says that a mere GET of it changes something, or None.

    Whole segments of the path, whole names of parameters and whole values of those that name an action count:
    neither ``/how-to-delete-a-page`` nor ``?q=delete`` is meant, nor a file in a folder ``/delete/``.
    """
    if (found := ends_session(path_and_query)) is not None:
        return found
    path, mark, query = unquote(path_and_query).partition("?")
    if not _FILE.search(path) and (in_path := _IN_PATH.search(path)) is not None:
        return in_path[1]
    for in_query in _IN_QUERY.finditer(mark + query):
        if not _SAYS_NO.match(query, in_query.end() - len(mark)):  # `delete=0` says that it does not
            return in_query[1]
    return None
