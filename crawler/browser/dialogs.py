"""What lies over a login or stands in for its button: cookie banners, likenesses of buttons. Pure."""

from __future__ import annotations

import re
from typing import Final

from selectolax.lexbor import LexborHTMLParser, LexborNode

from crawler.auth.pages import form_words as words
from crawler.auth.pages.controls import attribute, is_visible, text_of
from crawler.auth.pages.xpaths import XPaths

_DIALOGS: Final = (
    "dialog, [role=dialog], [role=alertdialog], [aria-modal=true], [id*=cookie i], [class*=cookie i], "
    "[id*=consent i], [class*=consent i], [id*=gdpr i], [class*=gdpr i]"
)
_ABOUT_CONSENT: Final = re.compile(
    r"cookie|consent|privacy|datenschutz|einwillig|confidentialit|privacidad|privacidade|informativa|terms"
    r"|nutzungsbedingungen|プライバシー|隐私|согласи|конфиденц",
    re.IGNORECASE,
)
_PRESSED: Final = "button, input[type=button], input[type=submit], [role=button], a"


def consent_button(tree: LexborHTMLParser) -> str | None:
    """The XPath of what closes a cookie or terms dialog that lies over the page; None without one."""
    for dialog in tree.css(_DIALOGS):
        if not is_visible(dialog) or dialog.css_first("input[type=password]") is not None:
            continue
        if not _ABOUT_CONSENT.search(text_of(dialog, 2_000)):
            continue
        agreeing = [node for node in dialog.css(_PRESSED) if is_visible(node) and _agrees(node)]
        if agreeing:
            return XPaths(tree).of(agreeing[0])
    return None


def likeness_of_a_button(tree: LexborHTMLParser, *wanted: re.Pattern[str]) -> str | None:
    """The XPath of a link or box that serves as a button with one of the wanted words; None without."""
    for node in tree.css("[role=button], a[href='#'], a[href^='javascript:'], a[onclick], div[onclick]"):
        label = _label(node)
        if is_visible(node) and any(p.search(label) for p in wanted) and not words.FORGOTTEN.search(label):
            return XPaths(tree).of(node)
    return None


def _agrees(node: LexborNode) -> bool:
    label = _label(node)
    is_link_away = node.tag == "a" and not attribute(node, "href").startswith(("#", "javascript:"))
    return bool(words.YES.search(label)) and not words.NO.search(label) and not is_link_away


def _label(node: LexborNode) -> str:
    return words.flattened(text_of(node, 80), attribute(node, "value"), attribute(node, "aria-label"))
