"""Words of many languages and scripts, found in the forms in which people ask for them."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.lexical.characters import comparable, short_runs, with_grams, with_whole_grams
from indexer.lexical.languages import question_language
from indexer.lexical.writer import LexicalWriter
from tests.indexer.lexical.support import Text, ask, document, holding, snapshot


def write(writer: LexicalWriter, *texts: tuple[str | None, str]) -> None:
    """Documents 1, 2, … of these languages and texts, their passages of the same numbers."""
    for number, (language, text) in enumerate(texts, start=1):
        writer.replace(document(number, "", language=language), [(number, Text(text))])
    writer.commit()


@pytest.mark.parametrize("question", ["Haus", "Häuser", "wie viele Häuser gibt es", "hauser"])
def test_a_german_question_finds_german_words_in_any_form(
    folder: Path, writer: LexicalWriter, question: str
) -> None:
    write(writer, ("de", "Die Häuser der Stadt"), ("en", "The cars of the town"))
    assert ask(snapshot(folder), question) == [1]


def test_german_stems_are_not_looked_for_in_english_documents(folder: Path, writer: LexicalWriter) -> None:
    write(writer, ("en", "a list of names"), ("de", "eine Liste von Namen"), ("en", "we listen to music"))
    assert snapshot(folder).languages == ("de",)
    assert ask(snapshot(folder), "listen") == [3, 2]


def test_a_german_document_that_says_it_were_english_is_found_as_it_is_written(
    folder: Path, writer: LexicalWriter
) -> None:
    write(writer, ("en", "Die Urlaubstage der Angestellten"), ("de", "Die Arbeitszeit der Angestellten"))
    assert ask(snapshot(folder), "Urlaubstage") == [1]


@pytest.mark.parametrize("question", ["Straße", "STRASSE", "strasse"])
def test_sharp_s_and_ss_are_one(folder: Path, writer: LexicalWriter, question: str) -> None:
    write(writer, ("de", "In der langen Straße"), ("en", "Somewhere else"))
    assert ask(snapshot(folder), question) == [1]


def test_accents_may_be_left_out_and_those_that_are_typed_count_a_little(
    folder: Path, writer: LexicalWriter
) -> None:
    write(writer, ("en", "the resume of a film"), ("en", "the résumé of a film"))
    assert ask(snapshot(folder), "résumé") == [2, 1]
    assert sorted(ask(snapshot(folder), "resume")) == [1, 2]


@pytest.mark.parametrize("text", ["ＭＡＸ　２０２６", "ﬁle 2026 max", "Max 2026 \u00ad"])
def test_characters_have_one_form(text: str) -> None:
    assert comparable(text).isascii()


def test_full_width_letters_and_digits_are_ordinary_ones(folder: Path, writer: LexicalWriter) -> None:
    write(writer, ("ja", "ＥＲＲ－１２３４ が発生"), ("ja", "正常です"))
    assert ask(snapshot(folder), "err-1234") == [1]
    assert ask(snapshot(folder), "ＥＲＲ") == [1]


@pytest.mark.parametrize(
    ("text", "question"),
    [
        ("東京都の天気は晴れです。", "天気"),
        ("東京都の天気は晴れです。", "東京の天気"),
        ("データベースの設定を変更する", "設定"),
        ("数据库连接失败", "连接"),
        ("데이터베이스에 연결합니다", "데이터베이스"),
        ("猫が好きです", "猫"),
        ("好きなのは猫", "猫"),
        ("ฐานข้อมูลไม่พร้อมใช้งาน", "ข้อมูล"),
        ("ຖານຂໍ້ມູນ", "ຖານ"),
        ("डेटाबेस कनेक्शन", "कनेक्शन"),
        ("Tiếng Việt cơ sở dữ liệu", "dữ liệu"),
    ],
)
def test_scripts_without_spaces_are_found_by_any_part(
    folder: Path, writer: LexicalWriter, text: str, question: str
) -> None:
    write(writer, (None, text), (None, "something else 別の話 другое อื่น"))
    assert ask(snapshot(folder), question) == [1]


def test_a_phrase_of_an_unspaced_script_stands_together(folder: Path, writer: LexicalWriter) -> None:
    write(writer, ("ja", "東京都庁の場所"), ("ja", "京都と東京"), ("zh", "东京 tower 的地方"))
    opened = snapshot(folder)
    assert holding(opened, "東京都") == [1]
    assert holding(opened, "京都") == [1, 2]
    assert holding(opened, "东京 tower") == [3]


def test_a_phrase_has_the_forms_of_each_language(folder: Path, writer: LexicalWriter) -> None:
    write(writer, ("de", "die alten Häuser"), ("de", "das Haus war alt"), ("en", "old houses stand here"))
    opened = snapshot(folder)
    assert holding(opened, "alte Haus") == [1]
    assert holding(opened, "old house") == [3]


@pytest.mark.parametrize(
    ("question", "language"),
    [
        ("Wie viele Urlaubstage habe ich", "de"),
        ("how many days are there", "en"),
        ("Combien de jours est-ce que je peux prendre", "fr"),
        ("max_connections", "en"),
    ],
)
def test_function_words_tell_the_language_of_a_question(question: str, language: str) -> None:
    assert question_language(question.replace("-", " ").split(), ["de", "fr"]) == language


@given(st.text(alphabet="東京都天a b1ไทยน", max_size=20), st.text(alphabet="東京都a ", max_size=5))
def test_every_run_of_a_text_is_found_by_its_grams(text: str, rest: str) -> None:
    indexed = with_grams(f"{text}{rest}").split()
    for gram in with_whole_grams(text).split():
        assert any(each.startswith(gram) for each in indexed)
    assert set(short_runs(text)) <= set(with_whole_grams(text).split())
