"""Blocks in another language than their document know it; names, lists and code make no language."""

from __future__ import annotations

import pytest

from catalog.content import pack_blocks, unpack_blocks
from catalog.document import Block, BlockKind
from extract.language import languages_of, with_languages
from tests.extract.files.reading import file_of
from tests.extract.pages import page_of

GERMAN = "Der Urlaub steht jedem Beschäftigten jährlich zu; der Antrag ist zwei Wochen vorher zu stellen."
ENGLISH = "Everyone is entitled to leave each year; the request is to be made two weeks before it begins."
JAPANESE = (
    "休暇は毎年付与されます。申請書は開始の二週間前までに提出してください。質問は人事部までお願いします。" * 2
)
RUSSIAN = "Отпуск предоставляется сотруднику ежегодно, заявление подаётся за две недели до начала."
UKRAINIAN = "Відпустка надається працівникові щорічно, а заява подається за два тижні до її початку."
BULGARIAN = "Отпускът се предоставя на служителя всяка година, а молбата се подава две седмици по-рано."
CHINESE = "员工每年享有带薪休假，申请应当在休假开始前两周提交，如有疑问请联系人事部门，谢谢大家的配合。" * 2
KOREAN = "휴가는 매년 부여됩니다. 신청서는 시작 이 주일 전까지 제출해 주십시오. 질문은 인사부로." * 2
GREEK = "Η άδεια χορηγείται κάθε χρόνο και η αίτηση υποβάλλεται δύο εβδομάδες πριν από την έναρξή της."
NAMES = "Anna Müller, Berlin; Jean Dupont, Lyon; Maria Rossi, Roma; John Smith, Leeds; Eva Novak, Brno."


def paragraphs(*texts: str) -> list[Block]:
    return [Block(BlockKind.PARAGRAPH, text) for text in texts]


def test_a_paragraph_in_another_language_is_told() -> None:
    blocks = with_languages(paragraphs(GERMAN, ENGLISH, JAPANESE, RUSSIAN, NAMES), "de")
    assert [block.language for block in blocks] == [None, "en", "ja", "ru", None]
    blocks = with_languages(paragraphs(GERMAN, ENGLISH, JAPANESE), "ja")
    assert [block.language for block in blocks] == ["de", "en", None]


@pytest.mark.parametrize(
    ("text", "own", "beside"),
    [
        (RUSSIAN, "ru", "uk"),
        (UKRAINIAN, "uk", "ru"),
        (BULGARIAN, "bg", "ru"),
        (JAPANESE, "ja", "zh"),
        (CHINESE, "zh", "ja"),
        (KOREAN, "ko", "ja"),
        (GREEK, "el", "ru"),
    ],
)
def test_languages_of_close_letters_are_told_from_each_other(text: str, own: str, beside: str) -> None:
    [of_its_own] = with_languages(paragraphs(text), own)
    [guest] = with_languages(paragraphs(text), beside)
    assert (of_its_own.language, guest.language) == (None, own)


def test_a_short_list_is_not_taken_for_a_small_language_beside_its_own() -> None:
    names = "Name Durchwahl E-Mail Anna Berger 4711 a.berger@bank.example Cem Yılmaz 4712"
    assert page_of(f"<p>Telefonverzeichnis Filiale Süd {names}</p>").language is None
    luxembourgish = "Et gëtt vill Leit, déi hei schaffen a wunnen, an d'Sprooch ass fir si wichteg. " * 6
    assert page_of(f"<p>{luxembourgish}</p>").language == "lb"


def test_short_texts_headings_and_code_are_left_to_the_document() -> None:
    blocks = [
        Block(BlockKind.PARAGRAPH, "The end of the page."),
        Block(BlockKind.HEADING, ENGLISH, 2),
        Block(BlockKind.CODE, "for the of and to is in that: " * 5),
    ]
    assert [block.language for block in with_languages(blocks, "de")] == [None, None, None]


def test_the_language_of_a_block_comes_with_its_page_and_is_kept() -> None:
    page = page_of(f"<html lang=de><body><main><p>{GERMAN}</p><p>{ENGLISH}</p></main>")
    assert [block.language for block in page.blocks] == [None, "en"]
    assert unpack_blocks(pack_blocks(page.blocks)) == page.blocks


@pytest.mark.parametrize(
    ("texts", "languages"),
    [
        ([GERMAN, GERMAN, ENGLISH], ("de", "en")),
        ([GERMAN] * 20 + [ENGLISH], ("de",)),
        ([GERMAN] * 200 + [ENGLISH] * 12, ("de", "en")),
        ([NAMES], ("de",)),
    ],
)
def test_languages_are_those_of_a_good_part_of_the_text(texts: list[str], languages: tuple[str, ...]) -> None:
    assert languages_of(with_languages(paragraphs(*texts), "de"), "de") == languages


def test_a_document_whose_language_nobody_knows_has_none() -> None:
    assert languages_of(paragraphs("Ok."), None) == ()
    assert languages_of(with_languages(paragraphs(ENGLISH), None), None) == ("en",)


def test_languages_are_a_field_of_pages_and_files() -> None:
    page = page_of(f"<html lang=de><body><main><p>{GERMAN}</p><p>{ENGLISH}</p></main>")
    file = file_of(f"{GERMAN}\n\n{ENGLISH}".encode(), "urlaub.txt", "text/plain")
    assert page.fields["languages"] == file.fields["languages"] == ("de", "en")


def test_blocks_of_a_file_are_told_as_those_of_a_page() -> None:
    page = file_of(f"{GERMAN}\n\n{ENGLISH}\n\n{GERMAN}".encode(), "urlaub.txt", "text/plain")
    assert (page.language, page.fields["language"]) == ("de", "de")
    assert [block.language for block in page.blocks] == [None, "en", None]
