"""Kreuzberg's document structure as blocks, with their page, slide or sheet."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from catalog.document import Block, BlockKind
from extract.files.text import text_blocks
from extract.html.tables import table_text

_KINDS: Final = {
    "title": BlockKind.HEADING,
    "heading": BlockKind.HEADING,
    "paragraph": BlockKind.PARAGRAPH,
    "list_item": BlockKind.LIST_ITEM,
    "code": BlockKind.CODE,
    "quote": BlockKind.QUOTE,
    "formula": BlockKind.PARAGRAPH,
    "footnote": BlockKind.PARAGRAPH,
}


def structured_blocks(nodes: Sequence[Mapping[str, Any]], *, sheets: bool) -> Iterator[Block]:
    """A block per node that bears text. A node without a page stands on that of the node before it; in a
    workbook on that of the table after it, since a sheet's name stands above its table."""
    pages = _pages(nodes, backwards=sheets)
    for node, page in zip(nodes, pages, strict=True):
        content = node["content"]
        kind = content["node_type"]
        if kind == "table":
            text = table_text(_rows(content["grid"]))
            if text:
                yield Block(BlockKind.TABLE, text, page=page)
        elif kind == "metadata_block":
            for name, value in content.get("entries", ()):
                yield Block(BlockKind.PARAGRAPH, f"{name}: {value}", page=page)
        elif kind in _KINDS:
            yield from _text_blocks(node, _KINDS[kind], nodes, page)


def _text_blocks(
    node: Mapping[str, Any], kind: BlockKind, nodes: Sequence[Mapping[str, Any]], page: int | None
) -> Iterator[Block]:
    content = node["content"]
    text = str(content.get("text") or "").strip()
    if not text:
        return
    if kind is BlockKind.CODE:
        yield Block(kind, text, page=page)
    elif kind is BlockKind.PARAGRAPH and "\n" in text:
        yield from text_blocks(text, page)
    elif kind is BlockKind.HEADING:
        yield Block(kind, " ".join(text.split()), min(6, max(1, int(content.get("level") or 1))), page=page)
    else:
        level = _list_depth(node, nodes) if kind is BlockKind.LIST_ITEM else 0
        yield Block(kind, " ".join(text.split()), level, page=page)


def _list_depth(node: Mapping[str, Any], nodes: Sequence[Mapping[str, Any]]) -> int:
    depth, parent = 0, node.get("parent")
    while parent is not None:
        depth += nodes[parent]["content"]["node_type"] == "list"
        parent = nodes[parent].get("parent")
    return max(1, depth)


def _rows(grid: Mapping[str, Any]) -> list[list[str]]:
    rows: list[list[str]] = [[] for _ in range(grid["rows"])]
    for cell in grid["cells"]:
        rows[cell["row"]].append(" ".join(str(cell["content"]).split()))
    return rows


def _pages(nodes: Sequence[Mapping[str, Any]], *, backwards: bool) -> list[int | None]:
    pages: list[int | None] = []
    current: int | None = None
    for node in reversed(nodes) if backwards else nodes:
        current = node.get("page") or current
        pages.append(current)
    return pages[::-1] if backwards else pages
