"""What a page says after credentials were sent: its own words, and which fault they mean. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from selectolax.lexbor import LexborHTMLParser

from crawler.auth.outcome import LoginFault, LoginFaultKind
from crawler.auth.pages import page_words
from crawler.auth.pages.controls import is_visible, text_of
from crawler.auth.pages.form_words import flattened
from crawler.auth.pages.login_form import login_forms
from crawler.auth.pages.shown import shown

_COMPLAINTS: Final = (
    '[role="alert"], [aria-live="assertive"], .error, .errors, .alert-danger, .alert-error, .alert, .fault, '
    ".invalid-feedback, .errormessage, .error-message, .errorMessage, .message-error, .kc-feedback-text, "
    ".messages.error, .notification-error, .mw-message-box-error, .warning, #error, #errorText, "
    "#usernameError, #passwordError, .login-error, .form-error, .field-error, .validation-summary-errors"
)
_SENTENCES: Final = "p, div, span, li, td, strong, b, em, font, small, label, h1, h2, h3, h4"
_QUOTED: Final = 200
_LITTLE_TEXT: Final = 1_500


def complaint(tree: LexborHTMLParser, secrets: Iterable[str] = ()) -> str:
    """What the page itself says went wrong, up to 200 characters, without secrets that it may repeat."""
    for node in tree.css(_COMPLAINTS):
        text = " ".join(text_of(node, 2 * _QUOTED).split())
        if text and is_visible(node):
            return _quotable(text, secrets)
    return ""


def sentence_of_rejection(tree: LexborHTMLParser, secrets: Iterable[str] = ()) -> str:
    """The first sentence that says in words that something is wrong, on a page that marks it in no known way.

    As SimpleSAMLphp does, and sites whose class names are not English.
    """
    for node in tree.css(_SENTENCES):
        text = " ".join(text_of(node, 2 * _QUOTED).split())
        if len(text) <= _QUOTED and page_words.REJECTED.search(flattened(text)) and is_visible(node):
            return _quotable(text, secrets)
    return ""


def _quotable(text: str, secrets: Iterable[str]) -> str:
    for secret in secrets:
        text = text.replace(secret, "•••") if secret else text
    return text if len(text) <= _QUOTED else text[: _QUOTED - 1].rstrip() + "…"


def fault_after_password(
    tree: LexborHTMLParser, url: str, username: str, secrets: Iterable[str], *, status: int = 200
) -> LoginFault:
    """Why the password led no further, by the words of the page that followed.

    A form again, a complaint or a 401 mean that it was rejected; a page with none of them does not.
    """
    secrets = tuple(secrets)
    said = complaint(tree, secrets)
    quoted = f": “{said}”" if said else ""
    text = "" if tree.body is None else text_of(tree.body, 4_000)
    words = flattened(said) if said else flattened(text)
    if page_words.LOCKED.search(words):
        return LoginFault(
            LoginFaultKind.LOCKED,
            f"{shown(url)} says that the account {username} is locked{quoted}; have it unlocked, then run "
            "`crawler login` with `--again`",
        )
    if page_words.PASSWORD_EXPIRED.search(words):
        return LoginFault(
            LoginFaultKind.PASSWORD_EXPIRED,
            f"{shown(url)} says that the password of {username} has expired{quoted}; change it with a "
            "browser, then set `auth.password`",
        )
    if page_words.SECOND_FACTOR.search(words):
        return second_factor(url, username, quoted)
    if not said and (sentence := sentence_of_rejection(tree, secrets)):
        quoted = f": “{sentence}”"
    if not quoted and status != 401 and not login_forms(tree, url):
        return LoginFault(
            LoginFaultKind.NO_EFFECT,
            f"the password of {username} led to {shown(url)}, which does not reject it but leads nowhere: "
            "correct `auth.login_url`, or try the account with a browser",
        )
    return LoginFault(
        LoginFaultKind.REJECTED,
        f"{shown(url)} rejected the password of {username}{quoted}; correct `auth.username` or "
        "`auth.password`",
    )


def second_factor(url: str, username: str, quoted: str = "") -> LoginFault:
    """Something besides the password is asked for."""
    return LoginFault(
        LoginFaultKind.SECOND_FACTOR,
        f"{shown(url)} asks {username} for a second factor{quoted}: set `auth.totp_secret` if it takes "
        "one-time codes, else use an account without one",
    )


def asks_for_more(tree: LexborHTMLParser) -> bool:
    """Whether a page without a login form asks for a second factor."""
    text = "" if tree.body is None else text_of(tree.body, 1_500)
    return bool(page_words.SECOND_FACTOR.search(flattened(text)))


def is_interstitial(tree: LexborHTMLParser) -> bool:
    """Whether a page says little more than that something is to be agreed to before one may go on."""
    text = "" if tree.body is None else text_of(tree.body, 2 * _LITTLE_TEXT)
    return len(text) <= _LITTLE_TEXT and bool(page_words.AGREEMENT.search(flattened(text)))


def tells_of_trouble(tree: LexborHTMLParser) -> bool:
    """Whether a page without a login form says that the account may not be used."""
    words = flattened(complaint(tree) or ("" if tree.body is None else text_of(tree.body, 1_500)))
    return bool(page_words.LOCKED.search(words) or page_words.PASSWORD_EXPIRED.search(words))
