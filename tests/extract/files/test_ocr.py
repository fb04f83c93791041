"""Text that is only seen, by a real tesseract; without it the reason says what to install."""

from __future__ import annotations

import io
from dataclasses import replace

import pytest
from PIL import Image, ImageDraw, ImageFont
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen import canvas

from catalog.vocabulary import Reason
from extract.files import ocr
from extract.rules import DEFAULT_RULES
from tests.extract.files.reading import file_of, refused

OCR = replace(DEFAULT_RULES, ocr=True)
needs_tesseract = pytest.mark.skipif(not ocr.languages(), reason="tesseract-ocr is not installed")


def picture(text: str) -> Image.Image:
    image = Image.new("L", (900, 160), 255)
    ImageDraw.Draw(image).text((30, 40), text, font=ImageFont.load_default(60), fill=0)
    return image


def png(text: str) -> bytes:
    buffer = io.BytesIO()
    picture(text).save(buffer, "PNG")
    return buffer.getvalue()


def half_scanned() -> bytes:
    """A PDF whose first page is written and whose second is a picture."""
    buffer = io.BytesIO()
    drawing = canvas.Canvas(buffer)
    drawing.drawString(72, 700, "Written with a pen that leaves letters")
    drawing.showPage()
    drawing.drawImage(ImageReader(picture("Harbour opens Sunday")), 50, 600, 450, 80)
    drawing.showPage()
    drawing.save()
    return buffer.getvalue()


@needs_tesseract
def test_only_the_pages_that_hold_no_text_are_looked_at() -> None:
    found = [(block.text, block.page) for block in file_of(half_scanned(), "a.pdf", rules=OCR).blocks]
    assert found == [("Written with a pen that leaves letters", 1), ("Harbour opens Sunday", 2)]


@needs_tesseract
def test_a_picture_becomes_a_document_where_that_is_wanted() -> None:
    assert file_of(png("Mind the crane"), "a.png", rules=OCR).text == "Mind the crane"
    found = refused(png("Mind the crane"), "a.png")
    assert found.detail == "no text is read from image/png unless `ocr` is true"


def test_without_tesseract_the_reason_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ocr, "languages", lambda: ())
    found = refused(png("Unseen"), "a.png", rules=OCR)
    assert (found.reason, "Debian: tesseract-ocr" in found.detail) == (Reason.UNSUPPORTED_TYPE, True)
