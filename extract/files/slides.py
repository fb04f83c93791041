"""Slides of a PowerPoint file: titles, text, tables, charts, descriptions of pictures, speaker's notes.

Read here since kreuzberg 4.10 parts words where their formatting changes and leaves out charts and pictures
(ECMA-376 part 1, sections 19 and 21).
"""

from __future__ import annotations

import posixpath
import zipfile
from collections.abc import Iterator
from typing import Final

from lxml import etree

from catalog.document import Block, BlockKind
from extract.archive import open_archive
from extract.html.tables import table_text

_PRESENTATION: Final = "ppt/presentation.xml"
_DRAWING: Final = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_SLIDE: Final = "{http://schemas.openxmlformats.org/presentationml/2006/main}"
_CHART: Final = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"
_RELATION: Final = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
_TITLES: Final = frozenset({"title", "ctrTitle"})
_NO_CONTENT: Final = frozenset({"dt", "ftr", "sldNum", "hdr", "sldImg"})
"""Placeholders that say the same on every slide, or show the slide itself."""

Relations = dict[str, tuple[str, str]]
"""By identifier the kind of each relationship of a part, and the part that it leads to."""


def slide_blocks(body: bytes) -> list[Block]:
    """The blocks of all slides in their order; none where the file has another build.

    Raises `etree.LxmlError`, and what `zipfile` raises, on what is broken.
    """
    archive = open_archive(body)
    if archive is None or _PRESENTATION not in archive.namelist():
        return []
    return [
        block
        for number, part in enumerate(_slides(archive), start=1)
        for block in _blocks_of(archive, part, number)
    ]


def _slides(archive: zipfile.ZipFile) -> Iterator[str]:
    targets = {key: target for key, (_, target) in _relations(archive, _PRESENTATION).items()}
    for slide in _parsed(archive, _PRESENTATION).iter(f"{_SLIDE}sldId"):
        target = targets.get(slide.get(f"{_RELATION}id", ""))
        if target in archive.namelist():
            yield target


def _blocks_of(archive: zipfile.ZipFile, part: str, number: int) -> Iterator[Block]:
    relations = _relations(archive, part)
    tree = _parsed(archive, part)
    shapes = list(tree.iter(f"{_SLIDE}sp", f"{_SLIDE}graphicFrame", f"{_SLIDE}pic"))
    for shape in sorted(shapes, key=lambda shape: _placeholder(shape) not in _TITLES):
        yield from _shape_blocks(archive, shape, relations, number)
    for kind, target in relations.values():
        if kind == "notesSlide" and target in archive.namelist():
            for shape in _parsed(archive, target).iter(f"{_SLIDE}sp"):
                if _placeholder(shape) == "body":
                    yield from _text_blocks(shape, number)


def _shape_blocks(
    archive: zipfile.ZipFile, shape: etree._Element, relations: Relations, number: int
) -> Iterator[Block]:
    placeholder = _placeholder(shape)
    if placeholder in _NO_CONTENT:
        return
    if placeholder in _TITLES:
        if title := _whole_text(shape):
            yield Block(BlockKind.HEADING, title, 2, page=number)
        return
    described = shape.find(f".//{_SLIDE}cNvPr")
    if described is not None and described.get("descr", "").strip():
        yield Block(BlockKind.CAPTION, " ".join(described.get("descr", "").split()), page=number)
    for table in shape.iter(f"{_DRAWING}tbl"):
        rows = (
            [_whole_text(cell) for cell in row.iter(f"{_DRAWING}tc")] for row in table.iter(f"{_DRAWING}tr")
        )
        if text := table_text(list(rows)):
            yield Block(BlockKind.TABLE, text, page=number)
    yield from _text_blocks(shape, number)
    for reference in shape.iter(f"{_CHART}chart"):
        kind, target = relations.get(reference.get(f"{_RELATION}id", ""), ("", ""))
        if kind == "chart" and target in archive.namelist():
            yield from _chart_blocks(_parsed(archive, target), number)


def _text_blocks(shape: etree._Element, number: int) -> Iterator[Block]:
    body = shape.find(f"{_SLIDE}txBody")
    for paragraph in () if body is None else body.iter(f"{_DRAWING}p"):
        text = " ".join(_text(paragraph).split())
        if text:
            style = paragraph.find(f"{_DRAWING}pPr")
            level = 0 if style is None else int(style.get("lvl", "0"))
            kind = BlockKind.LIST_ITEM if level else BlockKind.PARAGRAPH
            yield Block(kind, text, level, page=number)


def _chart_blocks(chart: etree._Element, number: int) -> Iterator[Block]:
    """Its title, and a table: a row for each category, a column for each series."""
    title = chart.find(f".//{_CHART}title")
    if title is not None and (text := _whole_text(title)):
        yield Block(BlockKind.CAPTION, text, page=number)
    series = list(chart.iter(f"{_CHART}ser"))
    columns = [_values(each, "val", "yVal") for each in series]
    names = [" ".join(_values(each, "tx").values()) for each in series]
    categories = _values(series[0], "cat", "xVal") if series else {}
    places = sorted({place for column in (categories, *columns) for place in column})
    rows = [[categories.get(place, ""), *(column.get(place, "") for column in columns)] for place in places]
    if text := table_text([["", *names], *rows]):
        yield Block(BlockKind.TABLE, text, page=number)


def _values(series: etree._Element, *names: str) -> dict[int, str]:
    """The cached points of a part of a series by their index."""
    return {
        int(point.get("idx", "0")): " ".join(point.findtext(f"{_CHART}v", "").split())
        for name in names
        for part in series.findall(f"{_CHART}{name}")
        for point in part.iter(f"{_CHART}pt")
    }


def _placeholder(shape: etree._Element) -> str:
    """What place of the layout a shape fills; empty where it is none."""
    found = shape.find(f".//{_SLIDE}nvPr/{_SLIDE}ph")
    return "" if found is None else found.get("type", "body")


def _whole_text(element: etree._Element) -> str:
    """All paragraphs of an element on one line."""
    return " ".join(" ".join(map(_text, element.iter(f"{_DRAWING}p"))).split())


def _text(paragraph: etree._Element) -> str:
    """The runs of a paragraph as they follow each other: their borders lie within words."""
    return "".join(
        " " if part.tag == f"{_DRAWING}br" else part.text or ""
        for part in paragraph.iter(f"{_DRAWING}t", f"{_DRAWING}br")
    )


def _relations(archive: zipfile.ZipFile, part: str) -> Relations:
    folder, name = posixpath.split(part)
    relations = f"{folder}/_rels/{name}.rels"
    if relations not in archive.namelist():
        return {}
    return {
        each.get("Id", ""): (
            each.get("Type", "").rpartition("/")[2],
            posixpath.normpath(posixpath.join(folder, each.get("Target", ""))).lstrip("/"),
        )
        for each in _parsed(archive, relations)
        if each.get("TargetMode") != "External"
    }


def _parsed(archive: zipfile.ZipFile, name: str) -> etree._Element:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    return etree.fromstring(archive.read(name), parser)
