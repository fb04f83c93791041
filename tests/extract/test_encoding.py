"""Encodings: the html5lib cases, and the order of mark, header, meta and guess."""

from __future__ import annotations

import base64
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extract.encoding import as_utf8, decode, sniff
from extract.encoding_labels import encoding_of
from tests.support.suites import SUITES, needs_suites

SUITE = SUITES / "html_encoding/html5lib_encoding_sniff.json"


@needs_suites
def test_every_html5lib_case_that_needs_no_script_is_sniffed_right() -> None:
    wrong = []
    for case in json.loads(SUITE.read_bytes()):
        expected = encoding_of(case["encoding"].encode())
        found, _ = sniff(base64.b64decode(case["html_b64"]))
        # One case writes its meta by JavaScript; a parser alone cannot know.
        if found != expected and not case["scripted"]:
            wrong.append((case["html_b64"][:80], expected, found))
    assert wrong == []


def test_a_byte_order_mark_wins_over_the_header() -> None:
    assert decode("\ufeffgrün".encode(), "text/html; charset=iso-8859-1") == "grün"
    assert decode("\ufeffgrün".encode("utf-16-le")) == "grün"


def test_the_header_wins_over_the_meta() -> None:
    body = '<meta charset="iso-8859-1">grün'.encode()
    assert decode(body, 'text/html; charset="UTF-8"').endswith("grün")


def test_an_unknown_charset_in_the_header_is_passed_over() -> None:
    assert decode("<meta charset=utf-8>grün".encode(), "text/html; charset=nonsense").endswith("grün")


def test_a_page_without_declaration_is_utf8_where_it_can_be_and_else_windows_1252() -> None:
    assert decode("grün – 日本".encode()) == "grün – 日本"
    assert decode("grün – „so“".encode("cp1252")) == "grün – „so“"


def test_latin1_means_windows_1252_as_in_browsers() -> None:
    assert decode(b"\x93so\x94", "text/html; charset=ISO-8859-1") == "“so”"


def test_a_wrong_charset_gives_replacement_characters_and_no_error() -> None:
    assert decode(b"caf\xe9", "text/html; charset=utf-8") == "caf\ufffd"


@given(st.binary(max_size=300), st.text(max_size=40))
def test_any_bytes_with_any_header_are_decoded(body: bytes, header: str) -> None:
    assert isinstance(decode(body, header), str)


def test_an_xml_declaration_counts_where_no_meta_speaks() -> None:
    declared = '<?xml version="1.0" encoding="iso-8859-2"?><html><body>'
    assert decode((declared + "żółć").encode("iso8859-2")).endswith("żółć")
    with_meta = declared + '<meta charset="windows-1251">'
    assert decode((with_meta + "отпуск").encode("cp1251")).endswith("отпуск")


def test_an_xml_declaration_in_utf16_is_known_by_its_bytes() -> None:
    assert decode('<?xml version="1.0"?><p>grün</p>'.encode("utf-16-le")).endswith("grün</p>")
    assert decode('<?xml version="1.0"?><p>grün</p>'.encode("utf-16-be")).endswith("grün</p>")


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("cp1251", "Отпуск предоставляется сотруднику ежегодно, заявление подаётся за две недели до начала."),
        ("koi8-r", "Отпуск предоставляется сотруднику ежегодно, заявление подаётся за две недели до начала."),
        ("cp932", "休暇は毎年付与されます。申請書は開始の二週間前までに提出してください。"),
        ("euc_jp", "休暇は毎年付与されます。申請書は開始の二週間前までに提出してください。"),
        ("gb18030", "员工每年享有年假,申请应在开始前两周提交。如有问题请联系人力资源部。"),
        ("big5hkscs", "員工每年享有年假,申請應在開始前兩週提交。如有問題請聯繫人力資源部。"),
        ("euc_kr", "휴가는 매년 제공되며 신청서는 시작 2주 전에 제출해야 합니다."),
        ("cp1250", "Urlop przysługuje pracownikowi co roku, wniosek składa się dwa tygodnie wcześniej."),
        (
            "iso8859-2",
            "Urlop przysługuje pracownikowi co roku, wniosek składa się dwa tygodnie wcześniej.",
        ),
        ("cp1253", "Η άδεια χορηγείται κάθε χρόνο στον εργαζόμενο και η αίτηση υποβάλλεται πριν."),
        ("cp1254", "İzin her yıl çalışana verilir, başvuru başlangıçtan iki hafta önce yapılmalıdır."),
        ("cp1255", "חופשה ניתנת לעובד מדי שנה והבקשה מוגשת שבועיים לפני תחילתה."),
        ("cp1256", "تمنح الإجازة للموظف سنويا ويقدم الطلب قبل أسبوعين من بدايتها."),
        ("cp874", "พนักงานได้รับวันลาพักร้อนทุกปี โดยต้องยื่นคำขอล่วงหน้าสองสัปดาห์"),
        ("cp1252", "Les congés sont accordés chaque année à l’employé ; où ça ?"),
    ],
)
def test_statistics_tell_what_a_page_in_an_old_encoding_is_written_in(encoding: str, text: str) -> None:
    assert decode(f"<html><body><h1>Home</h1><p>{text}</p>".encode(encoding)).endswith(f"<p>{text}</p>")


def test_the_top_level_domain_helps_the_statistics() -> None:
    text = "Atostogos suteikiamos kasmet, prašymas pateikiamas prieš dvi savaites, ačiū."
    assert decode(text.encode("cp1257"), url="https://imone.lt/atostogos") == text


def test_a_long_page_is_judged_by_its_first_foreign_letters() -> None:
    text = "<p>" + "x" * 200_000 + "休暇は毎年付与されます。" * 20_000
    assert decode(text.encode("cp932")) == text


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ("grün – 日本".encode(), "grün – 日本"),
        ("\ufeffgrün".encode(), "grün"),
        ("\ufeffgrün".encode("utf-16-le"), "grün"),
        ("<meta charset=iso-8859-1>grün".encode("latin-1"), "<meta charset=iso-8859-1>grün"),
        (b"<meta charset=utf-8>caf\xe9 \xed\xa0\x80", "<meta charset=utf-8>caf\ufffd \ufffd\ufffd\ufffd"),
    ],
)
def test_a_text_in_utf8_is_the_same_text(body: bytes, text: str) -> None:
    assert as_utf8(body) == text.encode()
    assert decode(body) == text
