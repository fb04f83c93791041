"""What an element's tag, role, class, id and state say about its part on the page: content or furniture."""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import IntEnum
from functools import lru_cache
from typing import Final

from extract.html.tags import tag_id


class Hint(IntEnum):
    """How an element presents itself; the text in it then decides whether to believe it.

    `FURNITURE` names its part plainly (navigation, footer, share bar); `DOUBTFUL` by a word that content
    bears too (header, aside, widget); `HIDDEN` is never read; `CONTENT` and `ARTICLE` claim to be content.
    """

    NONE = 0
    CONTENT = 1
    ARTICLE = 2
    DOUBTFUL = 3
    FURNITURE = 4
    HIDDEN = 5


_WORD_START: Final = r"(?:^|[\s_-]|(?<=[a-z0-9])(?=[A-Z]))"
_WORD_END: Final = r"(?=$|[\s_-]|[A-Z0-9])"


def _words(words: str) -> re.Pattern[str]:
    """Match any of the words as a part of a class or id in kebab-case, snake_case or camelCase."""
    alternatives = "|".join(f"[{word[0].upper()}{word[0]}]{word[1:]}" for word in words.split())
    return re.compile(f"{_WORD_START}(?:{alternatives}){_WORD_END}")


_FURNITURE_WORDS: Final = _words(
    r"nav\w* \w*navbar topnav subnav sidenav menus? menubar breadcrumbs? crumbs? sidebars? sphinxsidebar\w* "
    r"footer\w* \w*footer share sharing sharebar social\w* addthis\w* sharedaddy disqus\w* comments? commentlist respond "
    r"cookies? consent gdpr newsletters? subscribe subscription signup paywall popup modal overlay lightbox "
    r"pagination pager paging skip skiplinks? masthead toplang bottomlang quickview related\w* "
    r"recommend\w* recirc\w* trending sponsor\w* outbrain taboola\w* promos? promot\w* advert\w* ads? "
    r"adsense linenos? linenumbers toolbar printfriendly hidden-print noprint"
)
_DOUBTFUL_WORDS: Final = _words(
    r"header top banner aside widgets? tags? taglist meta byline author\w* bio credits? tools? utility links? "
    r"more toc contents? copyright legal disclaimer login search\w* language\w* carousel slider teasers? "
    r"bottom rail secondary complementary popular latest next prev previous rating votes? timestamp dateline "
    r"follow contact subscribe\w* newsletter\w* "
)
# An id is often the slug of a heading (`SQL-COMMENT`, `cookies`), so it must be about the place alone.
_FURNITURE_ID: Final = re.compile(
    r"(?:(?:site|page|main|global|top|left|right|primary|secondary|bottom|user|block|js)[-_]?)*"
    r"(?:nav|navbar|navigation|menu|breadcrumbs?|path|sidebar|footer|masthead|share|social|comments|disqus_thread|"
    r"cookies?|newsletter|related|quickview|toolbar|subscribe)"
    r"(?:[-_]?(?:container|wrapper|wrap|bar|area|inner|section|block|box|list|menu|nav|links|banner|selector|\d+))*",
    re.IGNORECASE,
)
_CONTENT_WORDS: Final = _words(
    r"content article articles? post story entry main body text maincontent articlebody documentwrapper bodywrapper "
    r"markdown prose"
)
_ARTICLE_WORDS: Final = re.compile(
    r"(?:article|story|post|entry)[-_]?(?:body|content|text)|body[-_]?(?:copy|text)|articleBody|mw-parser-output|"
    r"markdown-body|rst-content",
    re.IGNORECASE,
)
_ADMONITIONS: Final = _words(
    r"note tip warning caution important admonition sidebar-note callout footnotes? example"
)

_FURNITURE_TAGS: Final = frozenset(map(tag_id, ("nav", "footer", "dialog")))
_DOUBTFUL_TAGS: Final = frozenset(map(tag_id, ("header", "aside", "form", "menu", "fieldset")))
_CONTENT_TAGS: Final = frozenset(map(tag_id, ("main", "article")))
_PAGE_TAGS: Final = frozenset(map(tag_id, ("html", "body", "main", "article")))
_NAMED_BY_ID: Final = frozenset(map(tag_id, ("div", "ul", "ol", "table", "td", "form", "aside", "header")))
_ROLES: Final = {
    "navigation": Hint.FURNITURE,
    "menu": Hint.FURNITURE,
    "menubar": Hint.FURNITURE,
    "toolbar": Hint.FURNITURE,
    "contentinfo": Hint.FURNITURE,
    "search": Hint.FURNITURE,
    "dialog": Hint.FURNITURE,
    "alertdialog": Hint.FURNITURE,
    "banner": Hint.DOUBTFUL,
    "complementary": Hint.DOUBTFUL,
    "main": Hint.ARTICLE,
    "article": Hint.CONTENT,
}
_HIDDEN_STYLE: Final = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)


def hint_of(tag: int, attributes: Mapping[str, str | None]) -> Hint:
    """What the element of this tag number and these attributes claims to be."""
    if _is_hidden(attributes):
        return Hint.HIDDEN
    role = attributes.get("role")
    if role and role in _ROLES:
        return _ROLES[role]
    if attributes.get("itemprop") == "articleBody":
        return Hint.ARTICLE
    if tag in _FURNITURE_TAGS:
        return Hint.FURNITURE
    identity = attributes.get("id") or ""
    named = _named(attributes.get("class") or "", identity if tag in _NAMED_BY_ID else "")
    if tag in _PAGE_TAGS:
        return Hint.CONTENT if tag in _CONTENT_TAGS else Hint.NONE
    if tag in _DOUBTFUL_TAGS and named is Hint.NONE:
        return Hint.DOUBTFUL
    return named


def _is_hidden(attributes: Mapping[str, str | None]) -> bool:
    if attributes.get("data-sitelore-index") == "false" or "data-elastic-exclude" in attributes:
        return True
    if "hidden" in attributes and attributes["hidden"] != "until-found":
        return True
    style = attributes.get("style")
    return style is not None and _HIDDEN_STYLE.search(style) is not None


@lru_cache(maxsize=8192)
def _named(classes: str, identity: str) -> Hint:
    """The hint of class and id; cached, since the pages of a site share their templates."""
    names = f"{classes} {identity}"
    if _ARTICLE_WORDS.search(names):
        return Hint.ARTICLE
    if _ADMONITIONS.search(classes):
        return Hint.NONE
    if _FURNITURE_WORDS.search(classes) or _FURNITURE_ID.fullmatch(identity):
        return Hint.FURNITURE
    if _CONTENT_WORDS.search(names):
        return Hint.CONTENT
    if _DOUBTFUL_WORDS.search(names) or _FURNITURE_WORDS.search(identity):
        return Hint.DOUBTFUL
    return Hint.NONE
