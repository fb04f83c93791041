"""A survey of a page with little text: elements that scripts are to fill, links that only scripts follow."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from typing import Final

from selectolax.lexbor import LexborNode

from extract.words import word_set

_MOST_NODES: Final = 800
"""Nodes of a page that are surveyed: a page that is a shell has few."""
_MOST_INSIDE: Final = 80
"""Nodes without a word after which an element counts as hollow: a skeleton of what is to come."""

_ROOT_NAMES: Final = re.compile(
    r"(?:(?:react|vue|ng|angular|svelte|ember|preact|solid|elm|blazor|my|main|web|page|spa)[-_]?)?"
    r"(?:app|root|application|mount)(?:[-_]?(?:root|container|mount|content|target|wrapper|shell|component|main))?|"
    r"__next|__nuxt|___gatsby|__layout|svelte|q-app|react-target|container-root|mount-?point|elm|docsify|"
    r"swagger-ui|redoc(?:-container)?|ember-application|gwt-root|flutter-view",
    re.IGNORECASE,
)
_ROOT_ATTRIBUTES: Final = word_set(
    "ng-app data-ng-app ng-view data-ng-view ui-view v-app v-cloak data-v-app data-reactroot "
    "data-server-rendered data-ember-root"
)
_ROOT_TAGS: Final = re.compile(
    r"app|(?:[a-z0-9]+-)*(?:app|root|outlet|shell)|ui-view|ng-view|redoc|rapi-doc|elements-api"
)
# What comes up over the content or beside it, should a script ever want it to.
_BESIDE: Final = re.compile(
    r"cookie|consent|gdpr|modal|dialog|toast|pop-?up|overlay|tooltip|snackbar|lightbox|notif|banner|captcha|comment|"
    r"disqus|chat|fb-root|search|login|sign-?in|share|social|advert|(?:^|[-_])ads?(?:$|[-_\d])|google|gtm|analytics|"
    r"tracking|progress|back-?to-?top|scroll-?top|theme|debug|logo|nav|menu|toggle|sidebar|header|footer|breadcrumb|dfp|"
    r"outbrain|taboola|nativo|sponsor|promo|spacer|clear|anchor",
    re.IGNORECASE,
)
_SPINNERS: Final = re.compile(
    r"(?:^|[-_\s])(?:spinner|loader|loading|preloader|skeleton|shimmer|lds-\w+|placeholder-glow)",
    re.IGNORECASE,
)
_WAITING: Final = (
    r"(?:loading|please\s+wait|one\s+moment|just\s+a\s+moment|lädt|(?:wird|werden)\s+geladen|bitte\s+warten|einen\s+augenblick|"
    r"chargement|veuillez\s+patienter|cargando|espere|caricamento|attendere|carregando|aguarde|ładowanie|загрузка|"
    r"подождите|読み込み中|ロード中|加载中|載入中|正在加载|로딩|불러오는\s*중)"
)
_BEGINNING: Final = r"(?:initiali[sz]ing|starting|fetching|preparing|rendering|connecting|laden)"
# “Loading”, “Page is loading, please wait …”, “Fetching the latest news...”; but no heading about loading.
_PLACEHOLDER: Final = re.compile(
    rf"\W*(?:\w+\W+){{0,3}}{_WAITING}\W*(?:{_WAITING}\W*)?|"
    rf"\W*(?:\w+\W+){{0,3}}(?:{_WAITING}|{_BEGINNING})\b[^.…]{{0,40}}(?:\.\.+|…)\W*",
    re.IGNORECASE,
)
CONTAINERS: Final = word_set("div main section article ul ol dl table tbody p pre output")
_LINKING: Final = word_set("a button li tr div span")
_UNREAD: Final = word_set("script style template noscript link meta title head")
_MEDIA: Final = word_set("video audio canvas iframe object embed input textarea select")
_SCRIPTED: Final = word_set(
    "onclick ng-click data-ng-click @click v-on:click x-on:click routerlink ui-sref data-href "
    "data-url data-route"
)


@dataclass(slots=True)
class Survey:
    """What a page with little text holds besides: how its hollow elements are called, and its links."""

    elements: int = 0
    root: str | None = None  # where a framework puts a whole page
    component: str | None = None  # a custom element
    container: str | None = None  # any other
    has_spinner: bool = False
    script_links: int = 0


def survey(body: LexborNode, *, containers: bool) -> Survey:
    """Look at the first 800 nodes of the body; for hollow containers of any name only if asked to."""
    seen = Survey(container=None if containers else "")
    _note_hollow(seen, body, "body", body.attributes)
    for node in islice(nodes_of(body), _MOST_NODES):
        tag = node.tag or "-"
        if tag[0] in "-!#" or tag in _UNREAD:
            continue
        attributes = node.attributes
        seen.elements += 1
        seen.has_spinner = seen.has_spinner or _spins(attributes)
        seen.script_links += tag in _LINKING and _is_script_link(tag, attributes)
        _note_hollow(seen, node, tag, attributes)
    return seen


def is_root(tag: str, attributes: Mapping[str, str | None]) -> bool:
    """Whether an element is one in which a framework puts a whole page."""
    identity = attributes.get("id")
    if identity and _ROOT_NAMES.fullmatch(identity):
        return True
    return not _ROOT_ATTRIBUTES.isdisjoint(attributes) or _is_root_tag(tag)


@lru_cache(maxsize=1024)
def _is_root_tag(tag: str) -> bool:
    return _ROOT_TAGS.fullmatch(tag) is not None


def is_placeholder(text: str) -> bool:
    """Whether a text only says that content is on its way."""
    return len(text) <= 100 and _PLACEHOLDER.fullmatch(text.strip()) is not None


def waits_for_content(identity: str) -> bool:
    """Whether an empty element of this id may wait for content, rather than for a dialog or an advert."""
    return _BESIDE.search(identity) is None


def _note_hollow(seen: Survey, node: LexborNode, tag: str, attributes: Mapping[str, str | None]) -> None:
    identity = attributes.get("id") or ""
    if is_root(tag, attributes):
        if seen.root is None and _is_hollow(node):
            seen.root = f"#{identity}" if identity else f"<{tag}>"
    elif "-" in tag:
        if seen.component is None and waits_for_content(tag) and _is_hollow(node):
            seen.component = f"<{tag}>"
    elif (
        seen.container is None
        and tag in CONTAINERS
        and (identity or tag == "main")
        and waits_for_content(identity)
        and _is_hollow(node)
    ):
        seen.container = f"#{identity}" if identity else f"<{tag}>"


def _is_hollow(root: LexborNode) -> bool:
    """Whether a reader finds nothing in it but a placeholder."""
    pictures = 0
    for count, node in enumerate(nodes_of(root)):
        tag = node.tag or ""
        if tag == "-text":
            text = node.text_content or ""
            if not text.isspace() and not is_placeholder(text):
                return False
        elif tag in _MEDIA or count > _MOST_INSIDE:
            return tag not in _MEDIA
        pictures += tag == "img"
    return pictures <= 1


def nodes_of(root: LexborNode) -> Iterator[LexborNode]:
    """What is inside a root, in document order, without what no reader sees."""
    stack: list[LexborNode] = []
    node = root.first_child
    while node is not None:
        yield node
        child = None if node.tag in _UNREAD else node.first_child
        if child is not None:
            stack.append(node)
            node = child
            continue
        node = node.next
        while node is None and stack:
            node = stack.pop().next


def _spins(attributes: Mapping[str, str | None]) -> bool:
    if attributes.get("aria-busy") == "true":
        return True
    classes, identity = attributes.get("class"), attributes.get("id")
    return _names_a_spinner(classes or "") or _names_a_spinner(identity or "")


@lru_cache(maxsize=4096)
def _names_a_spinner(names: str) -> bool:
    """Cached, since a page repeats its classes."""
    return _SPINNERS.search(names) is not None


def _is_script_link(tag: str, attributes: Mapping[str, str | None]) -> bool:
    """Whether only a script can follow it: no address, or none that leads anywhere."""
    href = attributes.get("href")
    if href is None:
        return not _SCRIPTED.isdisjoint(attributes) or (
            tag == "a" and not (attributes.get("name") or attributes.get("id"))
        )
    if href.lstrip()[:11].lower() == "javascript:":
        return "print" not in href
    return href in {"", "#"} and not _SCRIPTED.isdisjoint(attributes)
