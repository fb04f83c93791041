"""Which pieces of a page are its main content: hints, link density, and where the text is concentrated.

The ideas are those of readability (Arc90, 2009) and boilerplate detection by shallow text features
(Kohlschütter, Fankhauser, Nejdl: WSDM 2010): prose has long runs of text with few links.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import accumulate
from typing import Final

from selectolax.lexbor import LexborHTMLParser

from catalog.document import BlockKind
from extract.html.flow import walk
from extract.html.hints import Hint
from extract.html.marks import Marks
from extract.html.pieces import Flow, Group, Piece
from extract.html.tags import tag_id

_CONTENT_AFTER_ALL: Final = {Hint.DOUBTFUL: 0.25, Hint.FURNITURE: 0.6, Hint.HIDDEN: float("inf")}
"""The share of a page's prose from which an element is content whatever its name; hidden ones never."""
_CLAIMS: Final = frozenset({Hint.CONTENT, Hint.ARTICLE})
_NOT_CONTENT: Final = frozenset({Hint.FURNITURE, Hint.HIDDEN})
_DESCEND: Final = 0.9
"""The share of its parent's prose that makes an element the place where the content is."""
_CLAIMED: Final = 0.4
"""The same for an element that claims to be the content (`main`, `article`, class `post-body`)."""
_MANY: Final = 0.2
"""What the others of its kind must say, of what it says, for an element to be one of many and no content of
its own."""
_NUMBERS: Final = re.compile(r"\d+")
_LINK_LIST: Final = 0.6
"""The share of link text from which a group is a list of links."""
_ENOUGH: Final = 200
"""Characters of prose that make a page worth reading without its lists of links."""
_NOTICE: Final = 700
"""Characters below which furniture may be no more than a notice: a licence, a date, an address."""
_CLAIM: Final = 60
"""Characters in an element that claims to be the content from which such a notice is none, however short the
content is."""
_PROSE: Final = 80
"""Characters from which a run of text without a sentence's end still counts as prose."""


def flow_of(tree: LexborHTMLParser, marks: Marks | None = None) -> Flow:
    """The flow of a page; furniture, half of most pages, is taken as a whole where it cannot be content."""
    marks = marks or Marks(tree)
    flow = walk(tree, marks, past=Hint.FURNITURE)
    return flow if _went_past_no_content(flow) else walk(tree, marks)


def _went_past_no_content(flow: Flow) -> bool:
    """Whether there is enough outside what the walk went past, and too little in any of it to be content."""
    passed = list(map(prose, flow.passed))
    total = sum(map(prose, flow.pieces))
    most = _CONTENT_AFTER_ALL[Hint.FURNITURE] * total
    return total - sum(passed) >= _ENOUGH and max(passed, default=0) < most


def main_pieces(flow: Flow) -> list[Piece]:
    """The pieces of main content in reading order; empty only when the page has no text at all."""
    if not flow.pieces:
        return []
    page = _Page(flow)
    return (
        page.content()
        or page.without(page.marked(_NOT_CONTENT), 0)
        or page.without(page.marked(frozenset({Hint.HIDDEN})), 0)
    )


def all_pieces(flow: Flow) -> list[Piece]:
    """Every piece but the hidden ones: what has no furniture, such as a message."""
    return _Page(flow).without([group.hint == Hint.HIDDEN for group in flow.groups], 0) if flow.pieces else []


def prose(piece: Piece) -> int:
    """How much a piece speaks for being content, in characters: text outside links, if it reads as text."""
    plain = len(piece.text) - 2 * piece.link_chars
    if plain <= 0 or piece.kind is _HEADING:
        return 0
    if piece.kind in _ALWAYS_PROSE or plain >= _PROSE or piece.text[-1] in '.!?:;。！？…”"':
        return plain
    return plain // 4


_HEADING: Final = BlockKind.HEADING
_ALWAYS_PROSE: Final = frozenset({BlockKind.CODE, BlockKind.TABLE, BlockKind.QUOTE, BlockKind.DEFINITION})
_FIGURES: Final = frozenset({BlockKind.TABLE, BlockKind.CODE})


_TOLD: Final = frozenset({BlockKind.TABLE, BlockKind.DEFINITION})
"""What is no list of links, though its cells and terms may be links."""
_ARTICLE: Final = tag_id("article")
_ASIDE: Final = tag_id("aside")
_MAIN: Final = tag_id("main")
_PARTS: Final = frozenset(map(tag_id, ("dl", "dd", "ul", "ol", "li", "blockquote")))
"""Elements that are a part of the content: the longest list of a page is not all of it."""


def _is_figure(piece: Piece) -> bool:
    """Whether a piece is data, code or a definition, which no furniture is."""
    return piece.kind in _ALWAYS_PROSE and 2 * piece.link_chars < len(piece.text)


def _is_main(group: Group) -> bool:
    """Whether an element is the content by its tag or its role."""
    return group.hint == Hint.ARTICLE or (group.tag == _MAIN and group.hint < Hint.DOUBTFUL)


def _are_alike(one: Group, other: Group) -> bool:
    """Whether two elements are of one kind: same tag, same claim, and a class in common, numbers aside."""
    if one.tag != other.tag or one.hint != other.hint:
        return False
    kinds, others = (set(_NUMBERS.sub("", each.classes or "").split()) for each in (one, other))
    return not kinds.isdisjoint(others) or (one.tag == _ARTICLE and kinds == others)


class _Page:
    """Prefix sums over the pieces, so that each group's figures cost two subtractions."""

    __slots__ = ("_around", "_chars", "_figures", "_groups", "_links", "_mains", "_pieces", "_prose", "_told")

    def __init__(self, flow: Flow) -> None:
        self._groups = flow.groups
        self._pieces = flow.pieces
        self._prose = [0, *accumulate(map(prose, flow.pieces))]
        self._chars = [0, *accumulate(len(piece.text) for piece in flow.pieces)]
        self._figures = [0, *accumulate(map(_is_figure, flow.pieces))]
        self._links = [0, *accumulate(piece.link_chars for piece in flow.pieces)]
        self._told = [0, *accumulate(piece.kind in _TOLD for piece in flow.pieces)]
        self._mains = [index for index, group in enumerate(flow.groups) if _is_main(group)]
        self._around = self._around_content()

    def _amount(self, sums: Sequence[int], group: Group) -> int:
        return sums[group.end_piece] - sums[group.first_piece]

    def content(self) -> list[Piece]:
        """The pieces under the content's root, without furniture, doubtful parts and lists of links."""
        total = self._prose[-1]
        if total < _ENOUGH:
            return self._short(self._stated())
        dropped = self._dropped(total)
        root = self._root(dropped)
        inside = self._prose_without(root, dropped)
        if inside < _ENOUGH:
            return self._short(root or self._stated())
        dropped = [mark or self._is_link_list(index, root) for index, mark in enumerate(dropped)]
        return self.without(dropped, root)

    def _dropped(self, total: int) -> list[bool]:
        """Per group, whether its hint takes it out; a group of a dropped one is dropped."""
        marks = [False] * len(self._groups)
        claimed = max(
            (self._amount(self._chars, group) for group in self._groups if group.hint in _CLAIMS), default=0
        )
        stated = self._stated()
        inside = range(stated, self._groups[stated].end_group)
        for index, group in enumerate(self._groups):
            if index > 0 and marks[group.parent]:
                marks[index] = True
            elif group.hint == Hint.FURNITURE and index not in inside and index not in self._around:
                marks[index] = True  # however long the legal notice beside a <main>
            elif group.hint >= Hint.DOUBTFUL and (group.hint == Hint.HIDDEN or not self._is_figure(group)):
                share = _CONTENT_AFTER_ALL[group.hint]
                # On a page of nothing but links the notice in the footer has all of the prose, and is not
                # the content beside a larger element that claims to be.
                notice = _NOTICE if claimed >= _CLAIM else claimed
                marks[index] = group.hint == Hint.HIDDEN or (
                    index not in self._around
                    and (
                        self._amount(self._prose, group) < share * total
                        or self._amount(self._chars, group) < notice
                    )
                )
        return marks

    def _short(self, root: int) -> list[Piece]:
        """What a page with little prose says: its lists of links too, unless it says more than they do."""
        marks = self.marked(_NOT_CONTENT)
        kept = self.without(marks, root)
        if sum(map(prose, kept)) <= sum(piece.link_chars for piece in kept):
            return kept
        marks = [mark or self._is_link_list(index, root) for index, mark in enumerate(marks)]
        return self.without(marks, root)

    def _stated(self) -> int:
        """The one element that is the content by its tag or role and says something, 0 where none is."""
        mains = self._mains
        is_one = len(mains) == 1 and self._amount(self._chars, self._groups[mains[0]]) >= _CLAIM
        return mains[0] if is_one else 0

    def _around_content(self) -> set[int]:
        """The groups whose text stands mostly in an element inside that is the content by its tag or role."""
        around: set[int] = set()
        for group in map(self._groups.__getitem__, self._mains):
            most, parent = 2 * self._amount(self._chars, group), group.parent
            while parent > 0 and most > self._amount(self._chars, self._groups[parent]):
                around.add(parent)
                parent = self._groups[parent].parent
        return around

    def _is_figure(self, group: Group) -> bool:
        """Whether a group is nothing but tables of data or code, or mostly code: furniture never is, but an
        aside."""
        pieces = self._pieces[group.first_piece : group.end_piece]
        code = sum(len(piece.text) for piece in pieces if piece.kind is BlockKind.CODE)
        is_mostly_code = 2 * code > self._amount(self._chars, group)
        if group.hint == Hint.FURNITURE:
            return group.tag == _ASIDE and is_mostly_code
        return is_mostly_code or (
            bool(pieces)
            and all(piece.kind in _FIGURES for piece in pieces)
            and 2 * self._amount(self._links, group) < self._amount(self._chars, group)
        )

    def _is_data(self, group: Group) -> bool:
        """Whether a group is one table of data: a part of the content, however large."""
        first = group.first_piece
        return group.end_piece == first + 1 and self._pieces[first].kind is BlockKind.TABLE

    def _prose_without(self, root: int, dropped: Sequence[bool]) -> int:
        group = self._groups[root]
        own = self._amount(self._prose, group)
        index = root + 1
        while index < group.end_group:
            inner = self._groups[index]
            if dropped[index]:
                own -= self._amount(self._prose, inner)
                index = inner.end_group
            else:
                index += 1
        return own

    def _root(self, dropped: Sequence[bool]) -> int:
        """The innermost group that holds most of the prose of each group around it."""
        groups = self._groups
        amounts, figures = self._outside(dropped, self._prose), self._outside(dropped, self._figures)
        root, index = 0, 1
        while index < groups[root].end_group:
            group = groups[index]
            if dropped[index]:
                index = group.end_group
                continue
            # What stands in an article's text is a part of it, whatever it claims.
            is_claim_believed = group.hint in _CLAIMS and groups[root].hint != Hint.ARTICLE
            is_large = amounts[index] >= _CLAIMED * amounts[root]
            if is_claim_believed and is_large and self._is_one_of_many(index, dropped, amounts):
                index = group.end_group
                continue
            share = _CLAIMED if is_claim_believed else _DESCEND
            is_whole = group.hint in _CLAIMS or (
                group.tag not in _PARTS and figures[index] == figures[root] and not self._is_data(group)
            )
            if is_whole and amounts[index] > 0 and amounts[index] >= share * amounts[root]:
                root = index
                index += 1
            else:
                index = group.end_group if group.hint < Hint.CONTENT else index + 1
        return root

    def _is_one_of_many(self, index: int, dropped: Sequence[bool], amounts: Sequence[int]) -> bool:
        """Whether elements of the same kind beside it say much, too: the answers in a thread, the posts of a
        day."""
        group = self._groups[index]
        if amounts[group.parent] < (1 + _MANY) * amounts[index]:
            return False
        others, other = 0, group.parent + 1
        while other < self._groups[group.parent].end_group:
            beside = self._groups[other]
            if other != index and not dropped[other] and _are_alike(group, beside):
                others += amounts[other]
            other = beside.end_group
        return others >= _MANY * amounts[index]

    def _outside(self, dropped: Sequence[bool], sums: Sequence[int]) -> list[int]:
        """Per group, what it holds outside the dropped ones."""
        groups = self._groups
        amounts = [self._amount(sums, group) for group in groups]
        for index in range(len(groups) - 1, 0, -1):
            if dropped[index] and not dropped[groups[index].parent]:
                lost, parent = amounts[index], groups[index].parent
                while lost and parent >= 0:
                    amounts[parent] -= lost
                    parent = groups[parent].parent
        return amounts

    def _is_link_list(self, index: int, root: int) -> bool:
        if index <= root:
            return False
        group = self._groups[index]
        chars = self._amount(self._chars, group)
        is_made_of_links = chars > 0 and self._amount(self._links, group) >= _LINK_LIST * chars
        return is_made_of_links and not self._amount(self._told, group)

    def marked(self, hints: frozenset[int]) -> list[bool]:
        """Per group, whether it has one of these hints, whatever it holds but the main content."""
        return [
            group.hint in hints and (group.hint == Hint.HIDDEN or index not in self._around)
            for index, group in enumerate(self._groups)
        ]

    def without(self, dropped: Sequence[bool], root: int) -> list[Piece]:
        """The pieces under `root` outside the dropped groups."""
        groups = self._groups
        kept: list[Piece] = []
        position, index, end = groups[root].first_piece, root + 1, groups[root].end_group
        while index < end:
            group = groups[index]
            if dropped[index]:
                kept += self._pieces[position : group.first_piece]
                position = group.end_piece
                index = group.end_group
            else:
                index += 1
        kept += self._pieces[position : groups[root].end_piece]
        return kept
