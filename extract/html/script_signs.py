"""Weighs the signs that scripts write a page's content; where there is no script, it costs next to nothing.

Much text outside navigation, footers and links settles it: then only the template's mark is made. Where there
is little, what else the page holds is looked at: empty roots of frameworks, placeholders, pleas for
JavaScript, links that only scripts follow.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from hashlib import blake2b
from itertools import chain, islice
from typing import Final, NamedTuple

from selectolax.lexbor import LexborHTMLParser, LexborNode

from catalog.document import BlockKind
from extract.html.hints import Hint
from extract.html.hollow import CONTAINERS, is_placeholder, is_root, survey, waits_for_content
from extract.html.marks import Marks
from extract.html.pieces import Flow, Piece
from extract.html.script_evidence import ScriptEvidence
from extract.html.scripts import scripts_of
from extract.html.tags import tag_id
from extract.page import Link

LITTLE: Final = 300
"""Words outside navigation, footers and links below which a page may still be a shell."""

_LITTLE_WEIGHTS: Final = ((5, 3), (30, 2), (100, 1))
"""Words below which so few of them weigh so much."""
_ALMOST_NONE: Final = 30
_HARDLY_MORE: Final = 10
"""Words below which a text that says “Loading…” is all that a page says."""
_PLAIN_SIGN: Final = 5
"""The weight of what leaves no doubt: an empty root of a framework, nothing but scripts, only “Loading…”."""
_LARGE: Final = 1_800
"""Characters outside links of which no navigation and no footer has so many, whatever its class says."""
_PLAINLY_BESIDE: Final = frozenset(map(tag_id, ("nav", "footer")))
_LETTERS_OF_A_WORD: Final = 12
"""Characters for a word at least: Chinese and Japanese write many without a space."""
_LETTERS_AND_SPACE: Final = 6
"""Characters for a word on average, where they are not counted."""
_BUNDLES: Final = re.compile(
    r"chunk|bundle|runtime|polyfills|webpack|vendor|(?:^|/)(?:main|index|app)[.-]\*|_next/|assets/index",
    re.IGNORECASE,
)
_PLEA: Final = re.compile(r"java\s?script|\bJS\b", re.IGNORECASE)
_ROUTE: Final = re.compile(r"#!?/|#!")
_NUMBER: Final = re.compile(r"\d+")
_PLACES: Final = frozenset(map(tag_id, CONTAINERS))
"""Elements that scripts fill; custom elements are such too."""
_LAST_KNOWN_TAG: Final = 1_000  # lexbor's numbers of unknown tags are addresses
_MOST_PLACES: Final = 24
_TOLD: Final = ("data-", "ng-", "v-", "x-", "hx-", ":", "@")
"""How attributes begin that only scripts read; those of the body and of its children are part of the mark."""


class _Page(NamedTuple):
    """What the signs are looked for in; of the words outside navigation and footers `linked` are links."""

    tree: LexborHTMLParser
    pieces: Sequence[Piece]
    scripts: Sequence[str]
    addresses: Sequence[str]
    places: Sequence[LexborNode]
    words: int
    linked: int


def evidence_of(
    tree: LexborHTMLParser, marks: Marks, flow: Flow, pieces: Sequence[Piece], links: Sequence[Link]
) -> ScriptEvidence:
    """What speaks for a browser on a page of which `pieces` (of `flow`) are the main content."""
    text_length = sum([len(piece.text) for piece in pieces])
    scripts = scripts_of(marks.scripts, tree.body)
    if not scripts:
        return ScriptEvidence(text_length)
    words, linked = _words(flow)
    places = _places(flow)
    signs = list(_signs(_Page(tree, pieces, scripts, [link.url for link in links], places, words, linked)))
    return ScriptEvidence(
        text_length=text_length,
        words=max(words, text_length // _LETTERS_AND_SPACE) if words >= LITTLE else words,
        scripts=len(scripts),
        weight=sum(weight for weight, _ in signs),
        reasons=tuple(reason for _, reason in signs if reason),
        template=_template(tree, places, scripts),
        awaits_content=any(reason and weight >= _PLAIN_SIGN for weight, reason in signs),
    )


def _words(flow: Flow) -> tuple[int, int]:
    """About how many words stand outside navigation and footers, and how many of them inside links.

    Not of the main content alone: where nothing else has prose, that may be the footer's. Where there are
    many, not all of them are counted.
    """
    beside = _groups_beside(flow)
    words = linked = 0
    for piece in flow.pieces:
        if not beside[piece.group]:
            length = len(piece.text)
            said = max(piece.text.count(" ") + 1, length // _LETTERS_OF_A_WORD)
            words += said
            linked += said * piece.link_chars // length
            if words - linked >= LITTLE:
                break
    return words, linked


def _groups_beside(flow: Flow) -> list[bool]:
    """Per group, whether it stands beside the content."""
    marks: list[bool] = []
    for group in flow.groups:
        is_beside = group.parent >= 0 and marks[group.parent]
        if not is_beside and group.hint == Hint.FURNITURE and group.tag not in _PLAINLY_BESIDE:
            inside = flow.pieces[group.first_piece : group.end_piece]
            is_beside = sum([len(piece.text) - piece.link_chars for piece in inside]) < _LARGE
        elif not is_beside:
            is_beside = group.hint >= Hint.FURNITURE or group.tag in _PLAINLY_BESIDE
        marks.append(is_beside)
    return marks


def _signs(page: _Page) -> Iterator[tuple[int, str]]:
    """Each sign's weight and its part of a sentence."""
    yield from _unfilled(page.pieces)
    if page.words >= LITTLE and (awaited := _awaited(page.pieces)):
        yield 3, f"a text that says “{_shown(awaited)}”"
    if page.words - page.linked >= LITTLE:
        return
    if page.words >= LITTLE:  # of links: then only what is most plain
        if any(is_root(node.tag or "", node.attributes) for node in page.places):
            yield _PLAIN_SIGN, "an empty root of a framework"
        return
    yield next((weight for below, weight in _LITTLE_WEIGHTS if page.words < below), 0), ""
    if page.tree.body is not None:
        yield from _signs_of_emptiness(page, page.tree.body)
    if any(_PLEA.search(node.text()) for node in page.tree.tags("noscript")[:10]):
        yield 2, "a noscript text that asks for JavaScript"
    if page.words < 100 and any(_BUNDLES.search(name) for name in page.scripts):
        yield 1, ""


def _unfilled(pieces: Sequence[Piece]) -> Iterator[tuple[int, str]]:
    """Templates that a script fills in: `{{ name }}` in text, which is no code that is shown."""
    unfilled = [piece.text for piece in pieces if "{{" in piece.text and piece.kind is not BlockKind.CODE]
    if unfilled:
        many = len(unfilled) >= 3 and 5 * len(unfilled) >= len(pieces)
        example = unfilled[0][unfilled[0].index("{{") :][:30]
        yield _PLAIN_SIGN if many else 1, f"{_count(len(unfilled), 'unfilled template')} such as {example}"


def _awaited(pieces: Iterable[Piece]) -> str | None:
    """A text in the place of content that is on its way: on a page with enough text only with its dots."""
    dotted = (piece.text for piece in pieces if len(piece.text) <= 100 and piece.text.endswith(("...", "…")))
    return next(filter(is_placeholder, dotted), None)


def _signs_of_emptiness(page: _Page, body: LexborNode) -> Iterator[tuple[int, str]]:
    has_almost_none = page.words - page.linked < _ALMOST_NONE
    seen = survey(body, containers=has_almost_none)
    if seen.elements == 0:
        yield _PLAIN_SIGN, "nothing in its body but scripts"
    if seen.root:
        yield _PLAIN_SIGN, f"an empty {_shown(seen.root)}"
    elif seen.component:
        yield 3, f"an empty {_shown(seen.component)}"
    elif seen.container:
        yield 3, f"an empty {_shown(seen.container)}"
    placeholder = next((piece.text for piece in page.pieces if is_placeholder(piece.text)), None)
    if placeholder is not None and has_almost_none:
        weight = _PLAIN_SIGN if page.words < _HARDLY_MORE else 3
        yield weight, f"a text that says “{_shown(placeholder)}”"
    elif seen.has_spinner:
        yield 1, "a sign that something is loading"
    yield from _signs_of_links(page, seen.script_links)


def _signs_of_links(page: _Page, script_links: int) -> Iterator[tuple[int, str]]:
    links = len(page.addresses)
    routes = sum(1 for address in page.addresses if _ROUTE.search(address))
    if routes and 2 * routes >= links:
        yield 2, f"{_count(routes, 'link')} to routes that a script follows"
    if script_links > links:
        yield 2, f"{_count(script_links, 'link')} that only scripts follow"
    elif not links and page.words < _ALMOST_NONE:
        yield 1, "no link"


def _places(flow: Flow) -> list[LexborNode]:
    """The empty elements that scripts may fill."""
    return [node for node in flow.empty_nodes if node.tag_id in _PLACES or node.tag_id > _LAST_KNOWN_TAG]


def _template(tree: LexborHTMLParser, places: Sequence[LexborNode], scripts: Iterable[str]) -> int:
    """A 64-bit mark of the scripts, of the empty places that they may fill, and of what they are told."""
    parts = set(scripts)
    for node in places[:_MOST_PLACES]:
        identity, tag = node.id or "", node.tag or ""
        if (identity and waits_for_content(identity)) or "-" in tag:
            parts.add(f"{tag}#{_NUMBER.sub('*', identity)}")
    body = tree.body
    if body is not None:
        for node in islice(chain([body], body.iter()), _MOST_PLACES):
            parts.update(name for name in node.attributes if name.startswith(_TOLD))
    mark = blake2b("\n".join(sorted(parts)).encode(errors="surrogatepass"), digest_size=8).digest()
    return int.from_bytes(mark, signed=True)


def _shown(text: str) -> str:
    """What a stranger wrote, short and on one line."""
    text = " ".join("".join(each if each.isprintable() else " " for each in text[:60]).split())
    return text if len(text) <= 40 else text[:39] + "…"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
