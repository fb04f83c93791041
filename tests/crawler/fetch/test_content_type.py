"""Pages and files are told apart by the header, and by the first bytes where it says nothing."""

from __future__ import annotations

import pytest

from crawler.fetch.content_type import effective_type, is_html


@pytest.mark.parametrize(
    ("header", "body", "expected"),
    [
        ("text/html; charset=utf-8", b"%PDF-", "text/html; charset=utf-8"),
        ("application/pdf", b"<html>", "application/pdf"),
        ("", b"<!DOCTYPE html>", "text/html"),
        ("", b"\xef\xbb\xbf \n<HTML lang=en>", "text/html"),
        ("", b"<!-- x --><p>", "text/html"),
        ("", b"<abbr>", "application/octet-stream"),
        ("", b"%PDF-1.7", "application/pdf"),
        ("", b"PK\x03\x04...", "application/zip"),
        ("", b"<?xml version='1.0'?><rss>", "text/xml"),
        ("", b"", "application/octet-stream"),
        ("application/octet-stream", b"%PDF-1.7", "application/pdf"),
        ("application/octet-stream", b"<html >", "text/html"),
        ("application/octet-stream", b"\x00\x01", "application/octet-stream"),
        ("text/plain", b"%PDF-1.7", "application/pdf"),
        ("text/plain; charset=utf-8", b"<html>", "text/plain; charset=utf-8"),
        ("text/plain", b"PK\x03\x04", "application/zip"),
    ],
)
def test_the_effective_type(header: str, body: bytes, expected: str) -> None:
    assert effective_type(header, body) == expected


@pytest.mark.parametrize(
    ("content_type", "expected"),
    [
        ("text/html", True),
        ("Text/HTML ;charset=x", True),
        ("application/xhtml+xml", True),
        ("text/plain", False),
        ("", False),
    ],
)
def test_what_counts_as_html(content_type: str, expected: bool) -> None:
    assert is_html(content_type) is expected
