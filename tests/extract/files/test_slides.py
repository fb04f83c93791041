"""Slides: whole words, charts, pictures' descriptions and notes, in their order."""

from __future__ import annotations

from catalog.document import Block, BlockKind
from extract.files.slides import slide_blocks
from tests.support.made_files import container

_P = 'xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main"'
_A = 'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"'
_R = 'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
_RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"


def shape(text: str, place: str = "body", level: int = 0) -> str:
    return (
        f'<p:sp><p:nvSpPr><p:cNvPr id="1" name=""/><p:nvPr><p:ph type="{place}"/></p:nvPr></p:nvSpPr>'
        f'<p:txBody><a:p><a:pPr lvl="{level}"/>{text}</a:p></p:txBody></p:sp>'
    )


def run(text: str) -> str:
    return f"<a:r><a:t>{text}</a:t></a:r>"


def relations(*targets: tuple[str, str]) -> str:
    found = "".join(
        f'<Relationship Id="r{n}" Type="http://x/{kind}" Target="{target}"/>'
        for n, (kind, target) in enumerate(targets)
    )
    return f'<Relationships xmlns="{_RELATIONS}">{found}</Relationships>'


def slide(*shapes: str) -> str:
    return f"<p:sld {_P} {_A} {_R}><p:cSld><p:spTree>{''.join(shapes)}</p:spTree></p:cSld></p:sld>"


def test_words_stay_whole_and_slides_stand_in_the_order_of_the_presentation() -> None:
    body = container(
        {
            "ppt/presentation.xml": f'<p:presentation {_P} {_R}><p:sldIdLst><p:sldId id="2" r:id="r1"/>'
            '<p:sldId id="1" r:id="r0"/></p:sldIdLst></p:presentation>',
            "ppt/_rels/presentation.xml.rels": relations(
                ("slide", "slides/slide1.xml"), ("slide", "slides/slide2.xml")
            ),
            "ppt/slides/slide1.xml": slide(shape(run("Third"), level=1), shape(run("Ends"), "title")),
            "ppt/slides/slide2.xml": slide(
                shape(run("Site") + run("lore") + "<a:br/>" + run("crawls"), "title"),
                shape(run("7"), "sldNum"),
            ),
            "ppt/slides/_rels/slide2.xml.rels": relations(("notesSlide", "../notesSlides/notes1.xml")),
            "ppt/notesSlides/notes1.xml": slide(shape(run("Say it slowly."))),
        }
    )
    assert slide_blocks(body) == [
        Block(BlockKind.HEADING, "Sitelore crawls", 2, page=1),
        Block(BlockKind.PARAGRAPH, "Say it slowly.", page=1),
        Block(BlockKind.HEADING, "Ends", 2, page=2),
        Block(BlockKind.LIST_ITEM, "Third", 1, page=2),
    ]
