"""A login page, answered with status 200 where content was expected."""

from __future__ import annotations

import re
from typing import Final

from catalog.visit import Suspicion
from catalog.vocabulary import Reason
from crawler.auth.pages.walls import asks_for_name, has_login_form, says_login_required
from crawler.auth.walls import posts_itself
from crawler.impostors.sight import Sight

_LOGIN: Final = re.compile(
    r"log-?_?\s?[io]n|sign-?_?\s?[io]n|anmeld|connexion|acceder|\bsso\b|\bauth\b|authenti|authori[sz]",
    re.IGNORECASE,
)
_HARDLY_ANY_TEXT: Final = 400
"""Characters of a page that does no more than lead to a login."""


def login_page(sight: Sight) -> Suspicion | None:
    """A short page that is a login by its address or its title, and has the form; a seed may have one."""
    is_bare = len(sight.page.text) <= _HARDLY_ANY_TEXT
    if is_bare and posts_itself(sight.body):
        return _suspicion("a form stands there that sends itself to a login")
    if sight.is_seed:
        return None
    path = sight.url.partition("//")[2].partition("/")[2]
    if _LOGIN.search(f"{path}\n{sight.page.title}") is None:
        return None
    if has_login_form(sight.body) or (is_bare and asks_for_name(sight.body)):
        return _suspicion("little but a login form stands there")
    if is_bare and says_login_required(sight.body):
        return _suspicion("a page stands there that says that one must sign in", is_sure=False)
    return None


def _suspicion(seen: str, *, is_sure: bool = True) -> Suspicion:
    return Suspicion(Reason.LOGIN_PAGE, seen, is_sure=is_sure)
