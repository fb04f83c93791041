"""Whether a form or a page works without JavaScript, as far as its HTML tells."""

from __future__ import annotations

import re
from typing import Final

from selectolax.lexbor import LexborHTMLParser

from crawler.auth.pages.controls import Control, text_of
from crawler.auth.pages.forms import PageForm

_STOPS: Final = re.compile(r"preventdefault|return\s+false|^@submit|^v-on:|ng-?submit|fetch\(|ajax", re.I)
_SCRAMBLES: Final = re.compile(r"md5|sha\d*\(|hash|encrypt|rsa|hmac|\bhex_", re.I)
_ROOTS: Final = (
    "#root, #app, #__next, #__nuxt, app-root, [ng-app], [data-reactroot], #ember-app, [data-ember-extension]"
)
_ASKS_FOR_SCRIPT: Final = re.compile(r"java ?script", re.I)
_HARDLY_ANY_TEXT: Final = 200
"""Characters that a page shows before its scripts have run."""


def needed_script(form: PageForm, button: Control | None, *, sends_password: bool) -> str | None:
    """Why plain HTTP cannot send a form, as the end of a sentence; None where it can."""
    action, method, _ = form.destination(button)
    handler = form.handler
    signs = (
        (not form.is_element, "its fields stand in no <form>"),
        (action is None, "its action is a script"),
        (
            sends_password and bool(_SCRAMBLES.search(handler)),
            "a script changes the password before it is sent",
        ),
        (bool(handler) and (not form.names_action or bool(_STOPS.search(handler))), "a script sends it"),
        (sends_password and method == "GET", "it has no method=post, so that only a script can send it"),
        (not form.names_action and not form.buttons, "it has neither an action nor a button"),
    )
    return next((reason for applies, reason in signs if applies), None)


def is_script_page(tree: LexborHTMLParser) -> bool:
    """Whether a page is an empty frame that only JavaScript fills."""
    if tree.css_first("script") is None:
        return False
    body = tree.body
    shown = "" if body is None else _shown(tree)
    if len(shown) > _HARDLY_ANY_TEXT:
        return False
    without = " ".join(text_of(node) for node in tree.css("noscript"))
    return tree.css_first(_ROOTS) is not None or bool(_ASKS_FOR_SCRIPT.search(without))


def _shown(tree: LexborHTMLParser) -> str:
    """The text that a browser with JavaScript shows at first."""
    copy = tree.clone()
    for node in copy.css("noscript, script, style, template"):
        node.decompose()
    return "" if copy.body is None else text_of(copy.body, 2 * _HARDLY_ANY_TEXT)
