"""A login page, answered with status 200 where content was expected."""

from __future__ import annotations

import re
from typing import Final

from catalog.visit import Suspicion
from catalog.vocabulary import Reason
from crawler.auth.pages.walls import has_login_form
from crawler.impostors.sight import Sight

_LOGIN: Final = re.compile(
    r"log-?_?\s?[io]n|sign-?_?\s?[io]n|anmeld|connexion|acceder|\bsso\b|\bauth\b|authenti|authori[sz]",
    re.IGNORECASE,
)


def login_page(sight: Sight) -> Suspicion | None:
    """A short page that is a login by its address or its title, and has the form; a seed may have one."""
    if sight.is_seed:
        return None
    path = sight.url.partition("//")[2].partition("/")[2]
    if _LOGIN.search(f"{path}\n{sight.page.title}") is None or not has_login_form(sight.body):
        return None
    return Suspicion(Reason.LOGIN_PAGE, "little but a login form stands there")
