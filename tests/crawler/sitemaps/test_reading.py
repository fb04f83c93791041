"""Sitemaps and feeds as people really write them, and as an attacker does."""

from __future__ import annotations

import gzip
import io
import tracemalloc
import zipfile
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.sitemaps.dates import parse_date
from crawler.sitemaps.entry import Kind, Sitemap
from crawler.sitemaps.read import MOST_URLS, looks_like_sitemap, read_sitemap
from crawler.sitemaps.unpack import LARGEST


def urlset(*locations: str, head: str = "") -> bytes:
    urls = "".join(f"<url><loc>{each}</loc></url>" for each in locations)
    return f"{head}<urlset>{urls}</urlset>".encode()


def addresses(sitemap: Sitemap) -> list[str]:
    return [entry.url for entry in sitemap.entries]


def archive(**files: bytes) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as zipped:
        for name, body in files.items():
            zipped.writestr(name, body)
    return packed.getvalue()


def bomb(gigabytes: int, start: bytes) -> bytes:
    """Many gzip members in a row are one file (RFC 1952)."""
    return gzip.compress(start) + gzip.compress(b" " * (16 << 20)) * (64 * gigabytes)


@pytest.mark.parametrize(
    ("body", "found"),
    [
        (b"<urlset><url><loc>http://a/x?b=1&c=2&copy=3</loc></url></urlset>", ["http://a/x?b=1&c=2&copy=3"]),
        (
            b"<urlset><url><loc>http://a/1</loc><url><loc>http://a/2</loc></urlset>",
            ["http://a/1", "http://a/2"],
        ),
        (b"<url><loc>http://a/</loc></url>", ["http://a/"]),
        (b"PHP Notice: x<br>\n<?xml version='1.0'?><urlset><url><loc>/y</loc></url></urlset>", ["/y"]),
        (b"\xef\xbb\xbf \n<urlset><url><loc>\n http://a/ \n</loc></url></urlset>", ["http://a/"]),
        (b"<URLSET><URL><LOC>http://a/</LOC></URL></URLSET>", ["http://a/"]),
        (
            b'<urlset xmlns:image="i"><url><image:image><image:loc>http://a/i.png</image:loc></image:image>'
            b"<loc>http://a/</loc></url></urlset>",
            ["http://a/"],
        ),
        (b'<urlset><url><image xmlns="i"><loc>http://a/i.png</loc></image></url></urlset>', []),
        (b"<!-- <url><loc>http://a/old</loc></url> --><urlset/>", []),
        (b"http://a/1\r\n\r\n# no\r\n  http://a/2  \nnot an address\n", ["http://a/1", "http://a/2"]),
    ],
)
def test_a_careless_file_yields_what_it_means(body: bytes, found: list[str]) -> None:
    assert addresses(read_sitemap(body)) == found


@pytest.mark.parametrize(
    "cut", [b"<loc>http://a/2</lo", b"<loc>http://a/2</loc><last", b"<loc>http://a/2</loc>"]
)
def test_what_stands_before_the_cut_is_kept_and_the_cut_is_said(cut: bytes) -> None:
    sitemap = read_sitemap(b"<urlset><url><loc>http://a/1</loc></url><url>" + cut)
    assert addresses(sitemap) == ["http://a/1", "http://a/2"]
    assert sitemap.notes == ("it ends in the middle: what came before was read",)


def test_an_address_that_was_cut_is_none() -> None:
    assert addresses(read_sitemap(b"<urlset><url><loc>http://a/1</loc></url><url><loc>http://a/2")) == [
        "http://a/1"
    ]


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("", "utf-8"),
        ("utf-8", "cp1252"),
        ("utf-16", "utf-16"),
        ("iso-8859-1", "iso-8859-1"),
        ("nonsense", "utf-8"),
    ],
)
def test_a_charset_that_is_declared_wrongly_loses_no_address(text: str, encoding: str) -> None:
    declaration = f'<?xml version="1.0" encoding="{text}"?>' if text else ""
    body = f"{declaration}<urlset><url><loc>http://a/Käse</loc></url></urlset>".encode(encoding)
    assert addresses(read_sitemap(body)) == ["http://a/Käse"]


def test_other_languages_of_a_page_are_read_with_it() -> None:
    link = '<xhtml:link rel="alternate" hreflang="de" href="http://a/de?x=1&amp;y=2"/>'
    style = '<xhtml:link rel="stylesheet" hreflang="de" href="http://a/no"/>'
    body = f"<urlset><url><loc>http://a/en</loc>{link}{style}</url></urlset>".encode()
    assert read_sitemap(body).entries[0].alternates == ("http://a/de?x=1&y=2",)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-11-26", datetime(2026, 11, 26, tzinfo=UTC)),
        ("2026-11", datetime(2026, 11, 1, tzinfo=UTC)),
        ("2026-11-26T12:30:15.123+02:00", datetime(2026, 11, 26, 10, 30, 15, tzinfo=UTC)),
        ("2026-11-26 12:30", datetime(2026, 11, 26, 12, 30, tzinfo=UTC)),
        ("Thu, 26 Nov 2026 12:30:00 +0100", datetime(2026, 11, 26, 11, 30, tzinfo=UTC)),
        ("2026-02-30", None),
        ("yesterday", None),
        ("0001-01-01T00:00:00+00:00", None),
        ("9999999999", None),
        ("", None),
    ],
)
def test_a_date_is_aware_or_none(text: str, moment: datetime | None) -> None:
    assert parse_date(text) == moment


@given(st.text(max_size=80))
def test_no_text_at_all_is_a_date_that_raises(text: str) -> None:
    moment = parse_date(text)
    assert moment is None or moment.utcoffset() is not None


@pytest.mark.parametrize(
    ("body", "fault"),
    [
        (b"<!doctype html><html><body>no", "an HTML page stands where a sitemap was expected"),
        (b"<config><x/></config>", "<config> stands where a sitemap was expected"),
        (b"", "it holds no address, and no sitemap or feed"),
        (b'{"urls": []}', "it holds no address, and no sitemap or feed"),
        (b"PK\x03\x04nonsense", "the ZIP cannot be opened (File is not a zip file)"),
    ],
)
def test_what_is_no_sitemap_is_said(body: bytes, fault: str) -> None:
    sitemap = read_sitemap(body)
    assert sitemap.entries == ()
    assert sitemap.fault == fault
    assert not looks_like_sitemap(body)


def test_entities_are_neither_read_from_files_nor_grown() -> None:
    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    head = f'<!DOCTYPE u [<!ENTITY l0 "ha"><!ENTITY f SYSTEM "file:///etc/passwd">{laughs}]>'
    sitemap = read_sitemap(urlset("http://a/&l9;x", "http://a/&f;y", head=head))
    assert addresses(sitemap) == ["http://a/x", "http://a/y"]


def test_more_addresses_than_a_sitemap_may_have_are_left_out() -> None:
    sitemap = read_sitemap(urlset(*(f"http://a/{n}" for n in range(MOST_URLS + 1))))
    assert len(sitemap.entries) == MOST_URLS
    assert sitemap.notes == ("it lists more than 50,000 addresses: the rest is left out",)


def test_a_gigabyte_of_gzip_is_cut_at_fifty_megabytes_in_little_memory() -> None:
    packed = bomb(1, b"<urlset><url><loc>http://a/</loc></url>")
    tracemalloc.start()
    try:
        sitemap = read_sitemap(packed)
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert addresses(sitemap) == ["http://a/"]
    assert f"it is larger than {LARGEST:,} bytes when decompressed: the rest is left out" in sitemap.notes
    assert most < 8 << 20


def test_gzip_is_undone_twice_and_read_as_far_as_it_goes() -> None:
    body = urlset(*(f"http://a/{n}" for n in range(2_000)))
    assert len(read_sitemap(gzip.compress(gzip.compress(body))).entries) == 2_000
    cut = read_sitemap(gzip.compress(body)[:-2_000])
    assert 0 < len(cut.entries) < 2_000
    assert "its gzip ends too early: what came before the end was read" in cut.notes


def test_a_zip_of_several_is_read_as_one() -> None:
    packed = archive(
        one=urlset("http://a/1"),
        two=gzip.compress(b"http://a/2\n"),
        three=b"<sitemapindex><sitemap><loc>http://a/s.xml</loc></sitemap></sitemapindex>",
        readme=b"hello",
    )
    sitemap = read_sitemap(packed)
    assert sitemap.kind is Kind.ARCHIVE
    assert addresses(sitemap) == ["http://a/1", "http://a/2", "http://a/s.xml"]
    assert [entry.is_sitemap for entry in sitemap.entries] == [False, False, True]
    assert sitemap.notes == ("'readme' of the ZIP: it holds no address, and no sitemap or feed",)


@given(st.binary(max_size=2_000))
def test_no_bytes_at_all_raise(body: bytes) -> None:
    assert isinstance(read_sitemap(body), Sitemap)
    assert isinstance(read_sitemap(b"<urlset><url><loc>" + body), Sitemap)
    assert isinstance(read_sitemap(b"\x1f\x8b\x08" + body), Sitemap)


@given(st.data())
def test_however_a_file_arrives_it_reads_the_same(data: st.DataObject) -> None:
    """Cut into pieces anywhere by a compression of many members."""
    body = urlset(
        "http://a/1?x=1&amp;y=2", "<![CDATA[http://a/2]]>", head="<!-- a > b --><?xml version='1.0'?>"
    )
    cuts = sorted(data.draw(st.sets(st.integers(1, len(body) - 1), max_size=6)))
    parts = [body[start:end] for start, end in zip([0, *cuts], [*cuts, len(body)], strict=True)]
    packed = b"".join(gzip.compress(part) for part in parts)
    assert addresses(read_sitemap(packed)) == ["http://a/1?x=1&y=2", "http://a/2"]
