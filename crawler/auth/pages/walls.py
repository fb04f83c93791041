"""Whether a page is what a site shows to people who are not signed in."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from selectolax.lexbor import LexborHTMLParser, LexborNode

from catalog.canonical_url import standard_href
from crawler.auth.pages import form_words as words
from crawler.auth.pages.controls import attribute, text_of
from crawler.auth.pages.forms import base_of
from crawler.auth.pages.login_form import FormStep, login_forms
from crawler.auth.pages.page_words import LOGIN_REQUIRED
from extract.encoding import decode

_PASSWORD_INPUT: Final = re.compile(rb"""type\s*=\s*["']?\s*password\b""", re.IGNORECASE)
_LINK_TO_LOGIN: Final = re.compile(
    rb"log[-_ ]?in|sign[-_ ]?in|log[-_ ]?on|userlogin|/auth|/sso|/saml|anmeld|connexion", re.IGNORECASE
)
_LOGIN_ADDRESS: Final = re.compile(
    r"log[-_]?in\b|login|sign[-_]?in|log[-_]?on|/auth\b|/sso\b|/saml|anmeld|connexion|shibboleth|/oauth|/oidc",
    re.I,
)
_LOGOUT: Final = re.compile(r"log[-_ ]?(out|off)|sign[-_ ]?(out|off)|abmeld|deconnexion", re.I)
_LITTLE_TEXT: Final = 1_500
"""Characters of a page that says that a login is required; more is content."""
_HARDLY_ANY_TEXT: Final = 400


@dataclass(frozen=True, slots=True)
class LoginLink:
    """A link to a login: its address, and its text."""

    url: str
    text: str


def has_login_form(body: bytes, content_type: str = "") -> bool:
    """Whether a page asks for a password so that somebody is let in.

    Not so for forms that register, or change a password. Cheap on pages without a password field: one pass of
    a regular expression.
    """
    if not _PASSWORD_INPUT.search(body):
        return False
    tree = LexborHTMLParser(decode(body, content_type))
    return any(form.password is not None for form in login_forms(tree, "http://page.invalid/"))


def asks_for_name(body: bytes) -> bool:
    """Whether a page without a password field asks for the user name: the first step of a login in two."""
    tree = LexborHTMLParser(decode(body, ""))
    return any(form.step is FormStep.NAME for form in login_forms(tree, "http://page.invalid/"))


def says_login_required(body: bytes) -> bool:
    """Whether a page has no login form, and says little but that one must sign in, with a link to where."""
    return login_hint(decode(body), "http://page.invalid/") is not None


def login_hint(page: str | LexborHTMLParser, url: str) -> LoginLink | None:
    """The link to the login on a page that says little more than that one must sign in; None: it is no wall.

    Such as MediaWiki's "Login required", which answers 200 and has no form.
    """
    tree = page if isinstance(page, LexborHTMLParser) else LexborHTMLParser(page)
    body = tree.body
    text = "" if body is None else text_of(body, 2 * _LITTLE_TEXT)
    if len(text) > _LITTLE_TEXT:
        return None
    headings = [text_of(node) for node in tree.css("title, h1, h2")[:4]]
    said = [*headings, text] if len(text) <= _HARDLY_ANY_TEXT else headings
    if not any(LOGIN_REQUIRED.search(words.flattened(each)) for each in said):
        return None
    return next(iter(login_links(tree, url)), None)


def shows_login(body: bytes) -> bool:
    """Whether a page's bytes are a wall: a login form stands there, or little but a link to one."""
    if has_login_form(body):
        return True
    if len(body) > 200_000 or not _LINK_TO_LOGIN.search(body):
        return False
    return says_login_required(body)


def login_links(tree: LexborHTMLParser, url: str) -> list[LoginLink]:
    """The links of a page that lead to a login, the plainest first."""
    base = base_of(tree, url)
    found: list[tuple[int, LoginLink]] = []
    for node in tree.css("a[href]"):
        target = standard_href(attribute(node, "href"), base)
        if target is None or not target.startswith(("http://", "https://")):
            continue
        if weight := _login_weight(node, target):
            found.append((weight, LoginLink(target, text_of(node, 80))))
    return [link for _, link in sorted(found, key=lambda each: -each[0])]


def _login_weight(node: LexborNode, target: str) -> int:
    """How surely a link leads to a login; 0: it does not."""
    path = target.partition("//")[2].partition("/")[2]
    text = words.flattened(text_of(node, 80), attribute(node, "title"), attribute(node, "id"))
    if _LOGOUT.search(path) or words.REGISTER.search(text) or words.FORGOTTEN.search(text):
        return 0
    in_text = bool(words.LOG_IN.search(text)) or bool(words.SINGLE_SIGN_ON.search(text))
    in_address = bool(_LOGIN_ADDRESS.search(path))
    return 2 * in_text + in_address
