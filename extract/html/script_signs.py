"""Weighs the signs that scripts write a page's content; where there is no script, it costs next to nothing.

Much text outside navigation, footers and links settles it: then only the template's mark is made. Where there
is little, what else the page holds is looked at: empty roots of frameworks, placeholders, pleas for
JavaScript, links that only scripts follow.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from hashlib import blake2b
from typing import Final

from selectolax.lexbor import LexborHTMLParser

from catalog.document import BlockKind
from extract.html.flow import Flow, Piece
from extract.html.hints import Hint
from extract.html.hollow import is_placeholder, survey, waits_for_content
from extract.html.script_evidence import ScriptEvidence
from extract.html.scripts import scripts_of

LITTLE: Final = 300
"""Words outside navigation, footers and links below which a page may still be a shell."""

_LITTLE_WEIGHTS: Final = ((5, 3), (30, 2), (100, 1))
"""Words below which so few of them weigh so much."""
_ALMOST_NONE: Final = 30
_LETTERS_OF_A_WORD: Final = 12
"""Characters for a word at least: Chinese and Japanese write many without a space."""
_BUNDLES: Final = re.compile(
    r"chunk|bundle|runtime|polyfills|webpack|vendor|(?:^|/)(?:main|index|app)[.-]\*|_next/|assets/index",
    re.IGNORECASE,
)
_PLEA: Final = re.compile(r"java\s?script|\bJS\b", re.IGNORECASE)
_ROUTE: Final = re.compile(r"#!?/|#!")
_NUMBER: Final = re.compile(r"\d+")
# What scripts fill or follow, as far as selectors can tell; part of a template's mark.
_PLACES: Final = (
    "div[id]:blank, main:blank, section[id]:blank, article:blank, ul[id]:blank, ol[id]:blank, tbody:blank, "
    "table[id]:blank, [hx-get], turbo-frame[src], include-fragment, [v-for], [ng-repeat], [data-bind], "
    '[x-data], a[onclick], a[href^="javascript:"]'
)
_MOST_PLACES: Final = 24


def evidence_of(
    tree: LexborHTMLParser, flow: Flow, pieces: Sequence[Piece], addresses: Iterable[str]
) -> ScriptEvidence:
    """What speaks for a browser on a page of which `pieces` (of `flow`) are the main content.

    `addresses` are its links.
    """
    text_length = sum([len(piece.text) for piece in pieces])
    scripts = scripts_of(tree)
    if not scripts:
        return ScriptEvidence(text_length)
    words = _own_words(flow, pieces)
    signs = list(_signs(tree, pieces, words, scripts, addresses))
    return ScriptEvidence(
        text_length=text_length,
        words=words,
        scripts=len(scripts),
        weight=sum(weight for weight, _ in signs),
        reasons=tuple(reason for _, reason in signs if reason),
        template=_template(tree, scripts),
    )


def _own_words(flow: Flow, pieces: Sequence[Piece]) -> int:
    """About how many words stand outside navigation, footers and links."""
    furniture: list[bool] = []
    for group in flow.groups:
        furniture.append(group.hint >= Hint.FURNITURE or (group.parent >= 0 and furniture[group.parent]))
    words = 0
    for piece in pieces:
        length = len(piece.text)
        if furniture[piece.group] or length <= piece.link_chars:
            continue
        own = length - piece.link_chars
        words += max((piece.text.count(" ") + 1) * own // length, own // _LETTERS_OF_A_WORD)
    return words


def _signs(
    tree: LexborHTMLParser,
    pieces: Sequence[Piece],
    words: int,
    scripts: Sequence[str],
    addresses: Iterable[str],
) -> Iterator[tuple[int, str]]:
    """Each sign's weight and its part of a sentence."""
    yield from _unfilled(pieces)
    if words >= LITTLE:
        return
    yield next((weight for below, weight in _LITTLE_WEIGHTS if words < below), 0), ""
    if tree.body is not None:
        yield from _signs_of_emptiness(tree, pieces, words, addresses)
    if any(_PLEA.search(node.text()) for node in tree.tags("noscript")[:10]):
        yield 2, "a noscript text that asks for JavaScript"
    if words < 100 and any(_BUNDLES.search(name) for name in scripts):
        yield 1, ""


def _unfilled(pieces: Sequence[Piece]) -> Iterator[tuple[int, str]]:
    """Templates that a script fills in: `{{ name }}` in text, which is no code that is shown."""
    unfilled = [piece.text for piece in pieces if "{{" in piece.text and piece.kind is not BlockKind.CODE]
    if unfilled:
        many = len(unfilled) >= 3 and 5 * len(unfilled) >= len(pieces)
        example = unfilled[0][unfilled[0].index("{{") :][:30]
        yield 5 if many else 1, f"{_count(len(unfilled), 'unfilled template')} such as {example}"


def _signs_of_emptiness(
    tree: LexborHTMLParser, pieces: Sequence[Piece], words: int, addresses: Iterable[str]
) -> Iterator[tuple[int, str]]:
    assert tree.body is not None
    seen = survey(tree.body)
    if seen.elements == 0:
        yield 3, "nothing in its body but scripts"
    if seen.root:
        yield 5, f"an empty {_shown(seen.root)}"
    elif seen.component:
        yield 3, f"an empty {_shown(seen.component)}"
    elif seen.container and words < _ALMOST_NONE:
        yield 3, f"an empty {_shown(seen.container)}"
    placeholder = next((piece.text for piece in pieces if is_placeholder(piece.text)), None)
    if placeholder is not None and words < _ALMOST_NONE:
        yield 3, f"a text that says “{_shown(placeholder)}”"
    elif seen.has_spinner:
        yield 1, "a sign that something is loading"
    addresses = list(addresses)
    routes = sum(1 for address in addresses if _ROUTE.search(address))
    if routes and 2 * routes >= len(addresses):
        yield 2, f"{_count(routes, 'link')} to routes that a script follows"
    if seen.script_links > len(addresses):
        yield 2, f"{_count(seen.script_links, 'link')} that only scripts follow"
    elif not addresses and words < _ALMOST_NONE:
        yield 1, "no link"


def _template(tree: LexborHTMLParser, scripts: Iterable[str]) -> int:
    """A 64-bit mark of the scripts and of the places that they may fill."""
    parts = set(scripts)
    for node in tree.css(_PLACES)[:_MOST_PLACES]:
        identity = node.id or ""
        if waits_for_content(identity):
            parts.add(f"{node.tag}#{_NUMBER.sub('*', identity)}")
    mark = blake2b("\n".join(sorted(parts)).encode(errors="surrogatepass"), digest_size=8).digest()
    return int.from_bytes(mark, signed=True)


def _shown(text: str) -> str:
    """What a stranger wrote, short and on one line."""
    text = " ".join("".join(each if each.isprintable() else " " for each in text[:60]).split())
    return text if len(text) <= 40 else text[:39] + "…"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
