"""Pages that no parser should have to read: each is a document or is refused with a reason."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from tests.support.changing_site import Answer, ChangingSite, Declared, page, serve_site
from tests.support.syncing import Kept, Synced, configure, kept, sync

LARGEST = 50_000_000  # the default of scope.max_file_size, in bytes
ROW = b"<p>The same line of a page that somebody forgot to split into chapters.</p>\n"


def filled(size: int) -> bytes:
    head = b"<!doctype html><title>Huge</title><body>"
    return (head + ROW * (size // len(ROW) + 1))[:size]


def bad_pages() -> dict[str, Declared]:
    words = "<p>Grüße aus dem Hafen, wo die Möwen sitzen.</p>"
    return {
        "/empty": Answer(b""),
        "/blank": Answer(b" \n\t "),
        "/nothing-but-scripts": Answer(b"<script>document.write('hello')</script>"),
        "/broken": Answer(b"<html><p>Never closed <div><table><tr>a cell <b>bold <i>both</b> cursive"),
        "/cut-tag": Answer(b"<p>The end is missing <a href='/x"),
        "/nested": Answer(b"<div>" * 100_000 + b"at the bottom" + b"</div>" * 100_000),
        "/nested-lists": Answer(b"<ul><li>item" * 20_000),
        "/huge": Answer(filled(LARGEST), etag=False),
        "/too-huge": Answer(filled(LARGEST + 1), etag=False),
        "/wrong-charset": Answer(words.encode("latin-1"), content_type="text/html; charset=utf-8"),
        "/unknown-charset": Answer(words.encode(), content_type="text/html; charset=klingon"),
        "/utf-16": Answer(words.encode("utf-16")),
        "/nuls": Answer(b"<title>Nul\0s</title><p>A text\0 with NULs \0 in it.</p>"),
        "/binary": Answer(bytes(range(256)) * 400),
        "/no-type": Answer(page("Without a type").body, content_type=None),
        "/wrong-type": Answer(page("A page that says it is a picture").body, content_type="image/png"),
        "/not-a-pdf": Answer(b"%PDF-1.7 and then nothing", content_type="application/pdf"),
        "/not-a-docx": Answer(
            b"PK\x03\x04 broken",
            content_type="application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        ),
        "/no-length": Answer(b"<p>A page.</p>", headers={"Content-Encoding": "gzip"}),
        "/odd-header": Answer(page("Odd").body, headers={"X-Robots-Tag": "\xff:,;noindex:", "Link": "<<>>;"}),
    }


@dataclass(frozen=True, slots=True)
class Crawled:
    site: ChangingSite
    synced: Synced
    kept: Kept


@pytest.fixture(scope="module")
def crawled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Crawled]:
    pages = bad_pages()
    with serve_site({"/": page("Start", *pages), **pages}) as site:
        config = configure(tmp_path_factory.mktemp("bad"), {"name": "bad", "seeds": [site.url()]})
        yield Crawled(site, sync(config), kept(config))


@pytest.mark.parametrize("path", bad_pages())
def test_each_is_a_document_or_has_a_reason(crawled: Crawled, path: str) -> None:
    row = crawled.kept.ledger[crawled.site.url(path)]
    document = crawled.kept.documents.get(crawled.site.url(path))
    assert (row.state == "indexed") == (document is not None)
    assert row.state in {"indexed", "refused", "failed"}
    assert (row.reason is None) == (row.state == "indexed")


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("/empty", "empty_content"),
        ("/blank", "empty_content"),
        ("/nothing-but-scripts", "needs_javascript"),
        ("/too-huge", "too_large"),
        ("/not-a-pdf", "broken_file"),
        ("/not-a-docx", "unsupported_type"),
    ],
)
def test_what_cannot_be_read_is_refused_with_the_reason(crawled: Crawled, path: str, reason: str) -> None:
    assert crawled.kept.verdicts()[crawled.site.url(path)] == ("refused", reason)


@pytest.mark.parametrize(
    "path", ["/broken", "/nested", "/nested-lists", "/wrong-charset", "/unknown-charset", "/nuls", "/no-type"]
)
def test_what_can_be_read_is_a_document(crawled: Crawled, path: str) -> None:
    assert crawled.site.url(path) in crawled.kept.documents


def test_bad_pages_fail_no_run(crawled: Crawled) -> None:
    assert crawled.synced.code == 0
    assert crawled.synced.run["state"] == "succeeded"
    assert crawled.synced.said == "" or "Traceback" not in crawled.synced.said
