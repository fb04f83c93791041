"""What an element's tag, role, class, id and state say about its part on the page: content or furniture."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Final

from extract.html.tags import tag_id
from extract.words import word_set


class Hint:
    """How an element presents itself; the text in it then decides whether to believe it.

    `FURNITURE` names its part plainly (navigation, footer, share bar); `DOUBTFUL` by a word that content
    bears too (header, aside, widget); `HIDDEN` is never read; `CONTENT` and `ARTICLE` claim to be content.
    Plain numbers for the same reason as `Role`.
    """

    NONE: Final = 0
    CONTENT: Final = 1
    ARTICLE: Final = 2
    DOUBTFUL: Final = 3
    FURNITURE: Final = 4
    HIDDEN: Final = 5


_WORD: Final = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")
_FURNITURE_WORDS: Final = word_set(
    "topnav subnav sidenav navbar menu menus menubar breadcrumb breadcrumbs crumbs sidebar sidebars share "
    "sharing sharebar sharedaddy comment comments commentlist respond cookie cookies consent gdpr newsletter "
    "newsletters subscribe subscription signup paywall popup modal overlay lightbox pagination pager paging "
    "langs langmenu toplang bottomlang skip skiplink skiplinks masthead trending outbrain promo promos ad "
    "ads adsense lineno linenos linenumbers toolbar printfriendly noprint"
)
_FURNITURE_STARTS: Final = (
    "nav", "footer", "social", "addthis", "disqus", "related", "recommend", "recirc", "sponsor", "taboola",
    "promot", "advert",
)  # fmt: skip
_FURNITURE_ENDS: Final = ("footer", "nav", "sidebar")
_DOUBTFUL_WORDS: Final = word_set(
    "header top banner aside widget widgets tag tags taglist meta byline bio credit credits tool tools "
    "utility link links more toc content contents copyright legal disclaimer login carousel slider teaser "
    "teasers bottom rail secondary complementary popular latest next prev previous rating vote votes "
    "timestamp dateline follow contact"
)
_DOUBTFUL_STARTS: Final = ("author", "search", "language")
_CONTENT_WORDS: Final = word_set(
    "content article articles post story entry main body text maincontent articlebody documentwrapper "
    "bodywrapper markdown prose"
)
_STATES: Final = word_set("with without has have no for target")
"""Words of names that tell how an element stands to a part of the page (`has-sidebar`,
`anchorWithStickyNavbar`), not that it is that part."""
_SPACES: Final = word_set("margin padding border")
"""The same for where it has space: `margin-top` is no top."""
_ADMONITIONS: Final = word_set(
    "note tip warning caution important admonition callout footnote footnotes example"
)
# An id is often the slug of a heading (`SQL-COMMENT`, `cookies`), so it must be about the place alone.
_FURNITURE_ID: Final = re.compile(
    r"(?:(?:site|page|main|global|top|left|right|primary|secondary|bottom|user|block|js)[-_]?)*"
    r"(?:nav|navbar|navigation|menu|breadcrumbs?|path|sidebar|footer|masthead|share|social|comments|disqus_thread|"
    r"cookies?|newsletter|related|toolbar|subscribe)"
    r"(?:[-_]?(?:container|wrapper|wrap|bar|area|inner|section|block|box|list|menu|nav|links|banner|selector|\d+))*",
    re.IGNORECASE,
)
_ARTICLE_WORDS: Final = re.compile(
    r"(?:article|story|post|entry)[-_]?(?:body|content|text)|body[-_]?(?:copy|text)|mw-parser-output|"
    r"markdown-body|rst-content"
)
"""To be looked for in lower case: twice as fast as regardless of case."""
_FURNITURE_TAGS: Final = frozenset(map(tag_id, ("nav", "footer", "dialog")))
_DOUBTFUL_TAGS: Final = frozenset(map(tag_id, ("header", "aside", "form", "menu", "fieldset")))
_CONTENT_TAGS: Final = frozenset(map(tag_id, ("main", "article")))
_PAGE_TAGS: Final = frozenset(map(tag_id, ("html", "body", "main", "article")))
_NAMED_BY_ID: Final = frozenset(map(tag_id, ("div", "ul", "ol", "table", "td", "form", "aside", "header")))
_ROLES: Final[dict[str, int]] = {
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
_NAMES: Final = frozenset({"class", "id"})
_PANELS: Final = word_set("accordion collapse collapsible expand expandable expander faq spoiler tab tabs")
"""Words of classes whose elements readers open: what stands there is content, whatever is hidden at first."""
_HIDING: Final = frozenset({"data-sitelore-index", "data-elastic-exclude", "hidden", "style"})
_MANY_SITES: Final = 16_384
"""Names that are kept: 200 sites have half as many, and a cache a little too small for a round of them keeps
none."""
_HIDDEN_STYLE: Final = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)


def hint_of(tag: int, attributes: Mapping[str, str | None]) -> int:
    """What the element of this tag number and these attributes claims to be, unless it is hidden."""
    stated = None if _NAMES.issuperset(attributes) else _stated(attributes)
    if stated is not None:
        return stated
    if tag in _FURNITURE_TAGS:
        return Hint.FURNITURE
    identity = attributes.get("id") or ""
    named = _named(attributes.get("class") or "", identity if tag in _NAMED_BY_ID else "")
    if tag in _PAGE_TAGS:
        return Hint.CONTENT if tag in _CONTENT_TAGS else Hint.NONE
    if named is None:
        return Hint.DOUBTFUL if tag in _DOUBTFUL_TAGS else Hint.NONE
    return named


def _stated(attributes: Mapping[str, str | None]) -> int | None:
    """What attributes with a defined meaning say: ARIA role, schema.org's `articleBody`."""
    if attributes.get("itemprop") == "articleBody":
        return Hint.ARTICLE
    role = attributes.get("role")
    return _ROLES.get(role) if role else None


def is_hidden(attributes: Mapping[str, str | None]) -> bool:
    """Whether an element is hidden, or kept out of the index by its author."""
    if _HIDING.isdisjoint(attributes):
        return False
    indexed = attributes.get("data-sitelore-index") or ""
    if indexed.strip().lower() == "false" or "data-elastic-exclude" in attributes:
        return True
    style = attributes.get("style")
    is_hidden = ("hidden" in attributes and attributes["hidden"] != "until-found") or (
        style is not None and _HIDDEN_STYLE.search(style) is not None
    )
    return is_hidden and not _is_opened_by_readers(attributes)


def _is_opened_by_readers(attributes: Mapping[str, str | None]) -> bool:
    """Whether an element that is hidden now is the panel of a tab or of an accordion."""
    if attributes.get("role") == "tabpanel":
        return True
    return not _PANELS.isdisjoint(map(str.lower, _WORD.findall(attributes.get("class") or "")))


@lru_cache(maxsize=_MANY_SITES)
def _named(classes: str, identity: str) -> int | None:
    """The hint of class and id, None when they say nothing."""
    if not (classes or identity):
        return None
    said, of_identity = _said_by(classes), _said_by(identity)
    if (said | of_identity) & _ARTICLE:
        return Hint.ARTICLE
    if said & _ADMONITION:
        return Hint.NONE
    if said & _FURNITURE or (identity and _FURNITURE_ID.fullmatch(identity)):
        return Hint.FURNITURE
    if not identity.isupper():  # DocBook's names of sections: SQL-FOR-UPDATE-SHARE
        said |= of_identity
    if said & _CONTENT:
        return Hint.CONTENT
    return Hint.DOUBTFUL if said & (_DOUBTFUL | _FURNITURE) else None


def _said_by(names: str) -> int:
    said = 0
    for name in names.split():
        said |= _said_by_name(name)
    return said


_FURNITURE, _DOUBTFUL, _CONTENT, _ADMONITION, _ARTICLE = 1, 2, 4, 8, 16


@lru_cache(maxsize=_MANY_SITES)
def _said_by_name(name: str) -> int:
    """What a class or an id speaks of, any of the five; cached, since sites use the same ones."""
    said = _ARTICLE if _ARTICLE_WORDS.search(name.lower()) else 0
    words = _WORD.findall(name)
    for word in words:
        said |= _said_by_word(word)
    if said & _FURNITURE and not _STATES.isdisjoint(map(str.lower, words)):
        said &= ~_FURNITURE
    if said & _DOUBTFUL and not _SPACES.isdisjoint(map(str.lower, words)):
        said &= ~_DOUBTFUL
    return said


@lru_cache(maxsize=8192)
def _said_by_word(word: str) -> int:
    word = word.lower()
    is_furniture = (
        word in _FURNITURE_WORDS or word.startswith(_FURNITURE_STARTS) or word.endswith(_FURNITURE_ENDS)
    )
    is_doubtful = word in _DOUBTFUL_WORDS or word.startswith(_DOUBTFUL_STARTS)
    return (
        _FURNITURE * is_furniture
        | _DOUBTFUL * is_doubtful
        | _CONTENT * (word in _CONTENT_WORDS)
        | _ADMONITION * (word in _ADMONITIONS)
    )
