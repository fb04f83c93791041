"""One walk over the tree: the page as pieces of text in reading order, the groups they stand in, its links.

The walk keeps its own stack (a page may nest deeper than Python recurses) and touches each node once; all
later questions (which groups are content, what is a block) are answered from the flat lists it leaves.
"""

from __future__ import annotations

from collections.abc import Set
from typing import Final

from selectolax.lexbor import LexborHTMLParser, LexborNode

from catalog.document import BlockKind
from extract.html.hints import Hint, hint_of
from extract.html.marks import Marks
from extract.html.pieces import Flow, Group, Piece
from extract.html.tables import is_data_table, table_text
from extract.html.tags import HEADING_LEVELS, ROLES, TEXT, Role

NOTHING: Final = Hint.HIDDEN + 1
"""More than any hint: a walk that goes past nothing."""

_CODE: Final = BlockKind.CODE
_PARAGRAPH: Final = BlockKind.PARAGRAPH
_CAPTION: Final = BlockKind.CAPTION
_DEFINITION: Final = BlockKind.DEFINITION
_LIST_ITEM: Final = BlockKind.LIST_ITEM
_TABLE: Final = BlockKind.TABLE

_Saved = tuple[int, BlockKind, int, str | None, int]
"""What a block element restores when the walk leaves it: its role, then the kind, level, anchor and group
that held before. A plain tuple, since a page makes hundreds."""

_LINK_END: Final[_Saved] = (Role.LINK, _PARAGRAPH, 0, None, 0)
_KINDS: Final = {
    Role.DETAIL: _DEFINITION,
    Role.PREFORMATTED: _CODE,
    Role.QUOTE: BlockKind.QUOTE,
    Role.CAPTION: _CAPTION,
    Role.HEADING: BlockKind.HEADING,
}
_GROUPS: Final = frozenset(
    {Role.GROUP, Role.LIST, Role.DEFINITION_LIST, Role.TABLE, Role.CELL, Role.ROW, Role.QUOTE}
)
_OPENING: Final = frozenset({Role.ITEM, Role.TERM, Role.LIST, Role.TABLE, Role.ROW})
_CLOSING: Final = frozenset({Role.LIST, Role.CELL, Role.DEFINITION_LIST, Role.TABLE})
# Elements after whose end their id is still the nearest one above.
_LASTING_ANCHORS: Final = frozenset(
    {Role.HEADING, Role.PARAGRAPH, Role.ITEM, Role.TERM, Role.PREFORMATTED, Role.CAPTION}
)
_TERM_LEVEL: Final = -1
_LINKS: Final = "a[href], area, iframe, frame"
_PERMALINKS: Final = frozenset({"¶", "#", "§", "🔗", "Link", "permalink", "\uf0c1", "\u200b"})


def walk(  # noqa: C901, PLR0912 - the hot loop
    tree: LexborHTMLParser, marks: Marks | None = None, *, past: int = NOTHING
) -> Flow:
    """The flow of the whole page, in one pass; time and memory are linear in its nodes.

    `marks` are those of this tree, looked for here unless they are known.

    Elements whose hint is `past` or more are not walked through: the group of each has one piece, which tells
    how much text and how much of it in links there is.
    """
    root = tree.root
    if root is None:
        return Flow()
    marks = marks or Marks(tree)
    walker = _Walker(past, marks.mixed)
    buffer, roles, unread, flowing = walker.buffer, ROLES, Role.SKIP, Role.BUTTON
    empty_nodes, hidden = walker.flow.empty_nodes, marks.unread
    stack: list[tuple[LexborNode, _Saved | None]] = []
    node = walker.start(root)
    while True:
        while node is not None:
            tag = node.tag_id
            if tag == TEXT:
                text, following = node.text_content or "", node.next
                if buffer or not text.isspace() or walker.kind is _CODE:
                    buffer.append(text)
                elif following is None and node.prev is None and stack:
                    empty_nodes.append(stack[-1][0])
                node = following
                continue
            role = roles.get(tag)
            is_hidden = role != unread and node.mem_id in hidden
            if role == unread or (is_hidden and walker.leave_out(node, role)):
                node = node.next
                continue
            if role is None:
                walker.anchor = node.id or walker.anchor
                saved = None
            elif role > flowing:
                saved = walker.enter_block(node, tag, role, is_hidden)
            else:
                saved = walker.enter_special(node, role)
            child = None if walker.skip else node.first_child
            if child is not None:
                stack.append((node, saved))
                node = child
                continue
            if not walker.skip:
                empty_nodes.append(node)
            walker.skip = False
            if saved is not None:
                walker.leave(saved)
            node = node.next
        if not stack:
            return walker.finish()
        closed, saved = stack.pop()
        if saved is not None:
            walker.leave(saved)
        node = closed.next


class _Walker:
    """The state of one walk: where it is, and the text gathered since the last block boundary."""

    __slots__ = (
        "_link_depth",
        "_link_from",
        "_mixed",
        "_past",
        "anchor",
        "buffer",
        "cell",
        "flow",
        "group",
        "kind",
        "level",
        "link_chars",
        "list_depth",
        "rows",
        "skip",
        "table_links",
        "term",
    )

    def __init__(self, past: int, mixed: Set[int]) -> None:
        self.flow = Flow()
        self._mixed = mixed
        self._past = past
        self.buffer: list[str] = []
        self.kind: BlockKind = _PARAGRAPH
        self.level = 0
        self.anchor: str | None = None
        self.group = 0
        self.list_depth = 0
        self.skip = False
        self.link_chars = 0
        self._link_depth = 0
        self._link_from = 0
        self.term: Piece | None = None
        self.rows: list[list[str]] | None = None
        self.cell: list[str] = []
        self.table_links = 0

    def start(self, root: LexborNode) -> LexborNode | None:
        """Open the outermost group and give the first node."""
        self.flow.groups.append(Group(-1, root.tag_id, Hint.NONE, 0))
        return root.first_child

    def finish(self) -> Flow:
        """Close what is open and give the flow."""
        self._flush()
        self._flush_term()
        root = self.flow.groups[0]
        root.end_piece, root.end_group = len(self.flow.pieces), len(self.flow.groups)
        return self.flow

    def leave_out(self, node: LexborNode, role: int | None) -> bool:
        """Whether an element that is not to be read stands inside a text, code or a table: then its links
        alone count. Others become groups, since a page may have nothing else."""
        is_block = role is not None and role > Role.BUTTON
        if is_block and self.rows is None and self.kind is not _CODE:
            return False
        self.flow.links += [(link.attributes, link.text()) for link in node.css(_LINKS)]
        if role == Role.CELL and self.rows:
            self.rows[-1].append("")
        return True

    def enter_special(self, node: LexborNode, role: int) -> _Saved | None:
        """A link, a line break, or something whose inside is not read."""
        if role == Role.LINK:
            return self._enter_link(node)
        if role == Role.BREAK:
            self._line_break()
        elif role == Role.BUTTON and (self.kind is BlockKind.HEADING or self.level == _TERM_LEVEL):
            return None
        elif role == Role.EMBED:
            self.flow.links.append((node.attributes, node.text()))
        self.skip = True
        return None

    def _enter_link(self, node: LexborNode) -> _Saved | None:
        attributes = node.attributes
        href = attributes.get("href")
        anchor = attributes.get("id") or (attributes.get("name") if href is None else None)
        if anchor:
            self.anchor = anchor
        if href is None:
            return None
        self.flow.links.append((attributes, node.text()))
        if href.startswith("#") and node.text(strip=True) in _PERMALINKS:
            self.skip = True
            return None
        if self._link_depth == 0:
            self._link_from = len(self.buffer)
        self._link_depth += 1
        return _LINK_END

    def _count_link(self) -> None:
        self.link_chars += sum(map(len, self.buffer[self._link_from :]))
        self._link_from = len(self.buffer)

    def _line_break(self) -> None:
        """One break is white space; two with nothing between end a paragraph, as authors mean them to."""
        if self.kind is not _CODE and self.rows is None:
            last = next((text for text in reversed(self.buffer) if text == "\n" or not text.isspace()), "")
            if last == "\n":
                self._flush()
                return
        self.buffer.append("\n")

    def enter_block(self, node: LexborNode, tag: int, role: int, is_hidden: bool) -> _Saved | None:
        """A block boundary: what was gathered becomes a piece; inside, its kind and group hold."""
        if self.kind is _CODE:
            return self._enter_inside_code(node)
        if self.buffer:
            self._flush()
        attributes = node.attributes
        saved = (role, self.kind, self.level, self.anchor, self.group)
        hint = Hint.NONE
        if attributes or role == Role.GROUP:
            self.anchor = attributes.get("id") or self.anchor
            hint = Hint.HIDDEN if is_hidden else hint_of(tag, attributes)
        if (role in _GROUPS and (self.rows is None or role == Role.TABLE)) or hint >= Hint.FURNITURE:
            classes = attributes.get("class") if hint else None
            self.flow.groups.append(Group(self.group, tag, hint, len(self.flow.pieces), classes))
            self.group = len(self.flow.groups) - 1
            if hint >= self._past and self.rows is None and node.mem_id not in self._mixed:
                self._pass(node)
                return saved
        if role in _KINDS:
            self.kind, self.level = _KINDS[role], HEADING_LEVELS.get(tag, 0)
        elif role in _OPENING:
            self._open(node, role)
        return saved

    def _pass(self, node: LexborNode) -> None:
        """Take an element, which must not be a mixed one, as one piece."""
        links = [(link.attributes, " ".join(link.text().split())) for link in node.css(_LINKS)]
        self.flow.links += links
        text = " ".join(node.text().split())
        if text:
            link_chars = sum([len(linked) for _, linked in links])
            piece = Piece(_PARAGRAPH, text, 0, None, self.group, link_chars)
            self.flow.passed.append(piece)
            self.flow.pieces.append(piece)
        self.skip = True

    def _enter_inside_code(self, node: LexborNode) -> _Saved | None:
        identity = node.id
        if identity and self.anchor is None:
            self.anchor = identity
        return (Role.BREAK, self.kind, self.level, self.anchor, self.group)

    def _open(self, node: LexborNode, role: int) -> None:
        if role == Role.ITEM:
            self.kind, self.level = _LIST_ITEM, max(1, self.list_depth)
        elif role == Role.TERM:
            self.kind, self.level = _DEFINITION, _TERM_LEVEL
        elif role == Role.LIST:
            self.list_depth += 1
        elif self.rows is not None:
            if role == Role.ROW:
                self.rows.append([])
        elif role == Role.TABLE and is_data_table(node):
            self._flush_term()
            self.rows, self.table_links = [], 0

    def _leave_cell(self) -> None:
        if self.rows is None:
            return
        if not self.rows:
            self.rows.append([])
        self.rows[-1].append(" ".join(self.cell))
        self.cell.clear()

    def _leave_table(self, rows: list[list[str]]) -> None:
        self.rows = None
        text = table_text(rows)
        if text:
            self._emit(_TABLE, text, 0, self.table_links)

    def leave(self, saved: _Saved) -> None:
        """The end of an element: its text is complete, and what held before it holds again."""
        role, kind, level, anchor, group = saved
        if role == Role.LINK:
            self._link_depth -= 1
            if self._link_depth == 0:
                self._count_link()
            return
        if role == Role.BREAK:
            self.buffer.append("\n")
            return
        if self.buffer:
            self._flush()
        if role in _CLOSING:
            self._close(role)
        if self.group != group:
            closed = self.flow.groups[self.group]
            closed.end_piece, closed.end_group = len(self.flow.pieces), len(self.flow.groups)
            self.group = group
        self.kind, self.level = kind, level
        if role not in _LASTING_ANCHORS:
            self.anchor = anchor

    def _close(self, role: int) -> None:
        if role == Role.LIST:
            self.list_depth -= 1
        elif role == Role.CELL:
            self._leave_cell()
        else:
            self._flush_term()
            if role == Role.TABLE and self.rows is not None:
                self._leave_table(self.rows)

    def _flush(self) -> None:
        """Turn what was gathered since the last boundary into a piece, a cell or a term."""
        if self._link_depth:
            self._count_link()
        raw = "".join(self.buffer)
        self.buffer.clear()
        self._link_from = 0
        link_chars, self.link_chars = self.link_chars, 0
        if self.kind is _CODE and self.rows is None:
            text = raw.rstrip().strip("\r\n")
        else:
            text = " ".join(raw.split())
        if not text:
            return
        if self.rows is not None and self.kind is not _CAPTION:
            self.cell.append(text)
            self.table_links += link_chars
        else:
            self._emit(self.kind, text, self.level, link_chars)

    def _emit(self, kind: BlockKind, text: str, level: int, link_chars: int) -> None:
        term = self.term
        if level == _TERM_LEVEL:
            if term is not None:
                text, link_chars = f"{term.text}, {text}", term.link_chars + link_chars
            anchor = self.anchor if term is None else term.anchor
            self.term = Piece(_DEFINITION, text, 0, anchor, self.group, link_chars)
            return
        anchor = self.anchor
        if kind is _DEFINITION:
            if term is None:
                kind = _PARAGRAPH
            else:
                text, link_chars = f"{term.text.rstrip(':')}: {text}", term.link_chars + link_chars
                anchor, self.term = term.anchor, None
        elif term is not None:
            self._flush_term()
        self.flow.pieces.append(Piece(kind, text, level, anchor, self.group, link_chars))

    def _flush_term(self) -> None:
        """A term without a definition stands alone."""
        if self.term is not None:
            self.flow.pieces.append(self.term)
            self.term = None
