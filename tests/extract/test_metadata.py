"""Metadata: title, description, authors, dates, language, canonical address, robots."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from extract.page import Directives
from tests.extract.pages import PROSE, page_of

BODY = f"<body><h1>Shipping</h1><p>{PROSE}</p></body>"


@pytest.mark.parametrize(
    ("head", "title"),
    [
        ("<title> Shipping\n rates </title>", "Shipping rates"),
        ("<title>Shipping | Example Inc</title>", "Shipping"),
        ("<title>Rates - Example Inc</title>", "Rates - Example Inc"),
        ("<title>Rates — Example Inc</title><meta property=og:site_name content='Example Inc'>", "Rates"),
        ("<title></title><meta property=og:title content='Open graph'>", "Open graph"),
        ("", "Shipping"),
        ("<title>A &amp; B</title>", "A & B"),
    ],
)
def test_the_title_loses_the_name_of_the_site_only_where_that_is_certain(head: str, title: str) -> None:
    assert page_of(f"<head>{head}</head>{BODY}").title == title


@pytest.mark.parametrize(
    ("heading", "title"),
    [
        ("<div class=pagetitle><h1><a href=/display/1>Shipping</a></h1></div>", "Shipping"),
        ("<main><header><h1>Shipping</h1></header></main>", "Shipping"),
        ("<header><h1>Shipping</h1></header>", "Shipping - Trading - Wiki"),
        ("<h1 id=logo><a href='/'>Shipping</a></h1>", "Shipping - Trading - Wiki"),
    ],
)
def test_a_heading_beside_the_content_confirms_the_title_unless_it_is_the_sites(
    heading: str, title: str
) -> None:
    content = f"<div class=article-body><h2>Rates</h2><p>{PROSE}</p></div>"
    assert page_of(f"<title>Shipping - Trading - Wiki</title>{heading}{content}").title == title


def test_without_any_title_the_link_text_and_then_the_file_name_stand_in() -> None:
    assert page_of("<p>Text.</p>", link_text="Price list").title == "Price list"
    assert page_of("<p>Text.</p>").title == "page.html"


def test_statements_of_the_head_become_fields() -> None:
    head = """<html lang=de-AT><meta name=description content=" About rates "><meta name=author content="Eva">
      <meta name=author content="Jan"><meta property=article:published_time content=2026-03-01T10:00:00+02:00>
      <meta property=article:modified_time content=2026-03-02>"""
    page = page_of(head + BODY)
    assert page.language == "de"
    assert dict(page.fields) == {
        "title": "Shipping",
        "url": "https://docs.example.com/guide/page.html",
        "language": "de",
        "languages": ("en",),
        "description": "About rates",
        "authors": ("Eva", "Jan"),
        "created_at": datetime(2026, 3, 1, 8, tzinfo=UTC),
        "updated_at": datetime(2026, 3, 2, tzinfo=UTC),
        "file_type": "html",
        "size": len((head + BODY).encode()),
    }


def test_json_ld_fills_what_meta_elements_leave_open() -> None:
    data = """<script type="application/ld+json">{"@graph": [{"@type": "Article",
      "datePublished": "2026-01-05",
      "dateModified": "2026-01-06T07:08:09Z", "author": [{"name": "Eva"}, "Jan"]}]}</script>"""
    fields = page_of(data + BODY).fields
    assert fields["authors"] == ("Eva", "Jan")
    assert fields["created_at"] == datetime(2026, 1, 5, tzinfo=UTC)
    assert fields["updated_at"] == datetime(2026, 1, 6, 7, 8, 9, tzinfo=UTC)


def test_broken_json_ld_and_dates_without_sense_are_passed_over() -> None:
    head = "<script type='application/ld+json'>{oops</script><meta name=date content='last Tuesday'>"
    assert "created_at" not in page_of(head + BODY).fields


@pytest.mark.parametrize(
    ("text", "language"),
    [
        (PROSE, "en"),
        ("Das Lager in Hamburg liefert jede Bestellung innerhalb von zwei Tagen, wenn der Kunde nicht "
         "ausdrücklich um einen späteren Termin gebeten hat und die Ware auf Lager ist.", "de"),
        ("倉庫は二日以内にすべての注文を発送します。お客様が後の日付を希望された場合を除きます。正午までのご注文は"
         "当日発送いたします。追跡番号はメールでお知らせします。", "ja"),
    ],
)  # fmt: skip
def test_the_language_is_read_off_the_text_where_the_page_does_not_say(text: str, language: str) -> None:
    assert page_of(f"<p>{text}</p>").language == language


def test_a_short_text_without_declaration_has_no_language() -> None:
    assert page_of("<p>OK</p>").language is None


def test_the_canonical_address_is_made_absolute() -> None:
    assert page_of(f"<link rel=canonical href='/rates'>{BODY}").canonical == "https://docs.example.com/rates"


@pytest.mark.parametrize(
    ("meta", "header", "expected"),
    [
        ("", "", Directives()),
        ("<meta name=robots content='NOINDEX, follow'>", "", Directives(noindex=True)),
        ("<meta name=ROBOTS content=none>", "", Directives(noindex=True, nofollow=True)),
        ("<meta name=sitelore content=nofollow>", "noindex", Directives(noindex=True, nofollow=True)),
        ("<meta name=googlebot content=noindex>", "googlebot: noindex, nofollow", Directives()),
        ("", "otherbot: noindex, sitelore: nofollow", Directives(nofollow=True)),
        ("", "unavailable_after: 25 Jun 2030 15:00:00 PST, noindex", Directives(noindex=True)),
    ],
)
def test_robots_directives_of_meta_and_header_add_up(meta: str, header: str, expected: Directives) -> None:
    page = page_of(meta + BODY, headers={"content-type": "text/html", "x-robots-tag": header})
    assert page.directives == expected


@pytest.mark.parametrize(
    ("kind", "written"),
    [
        ("application/ld+json; charset=utf-8", '{"dateModified": "2026-01-06"}'),
        ("application/ld+json", '{"description": "two\nlines", "dateModified": "2026-01-06"}'),
        ("application/ld+json", '//<![CDATA[\n{"dateModified": "2026-01-06"}\n//]]>'),
        ("application/ld+json", '<!-- {"dateModified": "2026-01-06"} -->'),
    ],
)
def test_json_ld_is_read_as_templates_leave_it(kind: str, written: str) -> None:
    page = page_of(f"<script type='{kind}'>{written}</script>{BODY}")
    assert page.fields["updated_at"] == datetime(2026, 1, 6, tzinfo=UTC)


def test_a_date_that_is_none_leaves_the_word_to_the_next() -> None:
    head = "<meta name=dcterms.modified content=soon><meta name=DC.date.modified content=2026-01-06>"
    assert page_of(head + BODY).fields["updated_at"] == datetime(2026, 1, 6, tzinfo=UTC)


def test_json_ld_references_are_followed_through_the_graph() -> None:
    data = """<script type="application/ld+json">{"@graph": [
      {"@type": "WebSite", "description": "All about us", "author": {"name": "The company"}},
      {"@type": "Article", "author": {"@id": "#eva"}, "description": "Rates of 2026"},
      {"@type": "Person", "@id": "#eva", "name": "Eva", "knows": {"@id": "#eva"}}]}</script>"""
    fields = page_of(data + BODY).fields
    assert fields["authors"] == ("Eva",)
    assert fields["description"] == "Rates of 2026"


def test_microdata_speaks_where_meta_and_json_ld_are_silent() -> None:
    article = f"""<article itemscope itemtype="https://schema.org/NewsArticle"><h1>Shipping</h1>
      <span itemprop=author itemscope itemtype=https://schema.org/Person>by <a itemprop=name>Eva</a></span>
      <time itemprop=datePublished datetime=2026-01-05>5 January</time><p>{PROSE}</p></article>"""
    fields = page_of(f"<body>{article}</body>").fields
    assert fields["authors"] == ("Eva",)
    assert fields["created_at"] == datetime(2026, 1, 5, tzinfo=UTC)


def test_of_a_list_of_articles_none_speaks_for_the_page() -> None:
    item = "<li itemscope itemtype=https://schema.org/Article><b itemprop=author>{}</b> wrote</li>"
    page = page_of(f"<body><ul>{item.format('Eva')}{item.format('Jan')}</ul><p>{PROSE}</p></body>")
    assert "authors" not in page.fields


@pytest.mark.parametrize("name", ["DC.date", "dc:date", "dcterms:created"])
def test_dublin_core_is_read_with_a_dot_or_a_colon(name: str) -> None:
    page = page_of(f"<meta name='{name}' content='2026-01-05'>{BODY}")
    assert page.fields["created_at"] == datetime(2026, 1, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    ("language", "written", "day"),
    [
        ("de", "12. März 2026", (3, 12)),
        ("fr", "03/04/2026", (4, 3)),
        ("en", "03/04/2026", (3, 4)),
        ("en", "03.04.2026", (4, 3)),
        ("ja", "2026年3月12日", (3, 12)),
        ("ru", "12 марта 2026 г.", (3, 12)),
        ("en", "12. März 2026", (3, 12)),
        ("en", "Updated on March 12th, 2026", (3, 12)),
        ("de", "March 12, 2026 00:00", (3, 12)),
        ("fr", "3 Mar 2026", (3, 3)),
        ("en", "Monday 32, 2026", None),
    ],
)
def test_dates_are_read_as_the_language_of_the_page_writes_them(
    language: str, written: str, day: tuple[int, int] | None
) -> None:
    page = page_of(f"<html lang={language}><meta name=date content='{written}'>{BODY}")
    assert page.fields.get("created_at") == (None if day is None else datetime(2026, *day, tzinfo=UTC))


@pytest.mark.parametrize(
    ("written", "hour"), [("2:05 pm EST", 19), ("14:05 CET", 13), ("14:05 +0300", 11), ("14:05", 14)]
)
def test_times_are_kept_in_utc_whatever_zone_they_name(written: str, hour: int) -> None:
    page = page_of(f"<html lang=en><meta name=date content='12 Mar 2026 {written}'>{BODY}")
    assert page.fields["created_at"] == datetime(2026, 3, 12, hour, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    "written", ["3 days ago", "12:30", "Q3 plans of 2026", "99/99/2026", "31.02.2026", "May 5"]
)
def test_what_is_no_whole_date_is_none(written: str) -> None:
    assert "created_at" not in page_of(f"<html lang=en><meta name=date content='{written}'>{BODY}").fields
