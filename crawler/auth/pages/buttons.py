"""Which button of a form sends it on, and which would call it off."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from crawler.auth.pages import form_words as words
from crawler.auth.pages.controls import Control
from crawler.auth.pages.forms import PageForm

_SENDS: Final = frozenset({"submit", "image"})
_LEADS_AWAY: Final = (words.NO, words.FORGOTTEN, words.REGISTER, words.SEARCH, words.SINGLE_SIGN_ON)
_OTHER_PROVIDERS: Final = re.compile(
    r"\b(google|facebook|github|gitlab|microsoft|apple|twitter|linkedin|passkey|webauthn|security key)\b"
    r"|\b(show|hide)\b"
)


def sending_button(form: PageForm, *wanted: re.Pattern[str]) -> Control | None:
    """The button that people would press: with the wanted words, else the form's default button.

    None where it has none: then Enter sends it (HTML standard, 4.10.21.2).
    """
    buttons = [button for button in form.buttons if button.type != "reset"]
    submits = [button for button in buttons if button.type in _SENDS]
    return _best(submits, wanted) or _best([b for b in buttons if b.type == "button"], wanted, certain=True)


def _best(
    buttons: Sequence[Control], wanted: Sequence[re.Pattern[str]], *, certain: bool = False
) -> Control | None:
    """The first of the best; `certain` takes none that has not the wanted words."""

    def score(button: Control) -> int:
        likes = 4 * any(pattern.search(button.label) for pattern in wanted)
        likes += 2 * any(pattern.search(button.names) for pattern in wanted)
        dislikes = 3 * any(pattern.search(button.label) for pattern in _LEADS_AWAY)
        dislikes += 3 * bool(_OTHER_PROVIDERS.search(button.words))
        return likes - dislikes + button.is_visible

    ranked = sorted(buttons, key=lambda button: -score(button))  # stable: the first of equals stays first
    if not ranked or (certain and not any(p.search(ranked[0].words) for p in wanted)):
        return None
    return ranked[0]
