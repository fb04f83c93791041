"""Encodings: the html5lib cases, and the order of mark, header, meta and guess."""

from __future__ import annotations

import base64
import json

from hypothesis import given
from hypothesis import strategies as st

from extract.html.encoding import decode, encoding_of, sniff
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
