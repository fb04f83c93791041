"""Field mappings: every source, every type, and values that do not fit."""

from __future__ import annotations

import pickle
from datetime import UTC, datetime

import pytest

from catalog.document import FieldFault, FieldValue
from extract.fields.values import MisfitError, typed
from extract.page import Page
from extract.read import read
from extract.rules import ExtractionRules, compile_rules
from settings.connector import ConnectorSettings
from settings.fields import FieldSettings, FieldType
from tests.extract.pages import page_of

OWN = {
    "text": FieldSettings(type=FieldType.STRING),
    "list": FieldSettings(type=FieldType.STRING_LIST),
    "day": FieldSettings(type=FieldType.DATE),
    "count": FieldSettings(type=FieldType.LONG),
}
HTML = """<html><head><title>Rates</title><meta property="og:title" content="Open graph">
  <meta name=Dept content=HR>
  <script type="application/ld+json">{"offers": [{"price": 5}, {"price": 7}],
    "author": {"name": "Eva"}}</script>
  </head><body><p class=a data-x=" 1 ">First <b>one</b></p><p class=a data-x=2>Second</p></body></html>"""
ADDRESS = "https://shop.example.com/products/caf%C3%A9/page.html?x=1"


def rules_of(*mappings: dict[str, object]) -> ExtractionRules:
    connector = ConnectorSettings.model_validate(
        {"name": "shop", "seeds": ["https://shop.example.com/"], "field_mappings": list(mappings)}
    )
    return compile_rules(connector, OWN)


def mapped(source: str | list[str], field: str = "text", **more: object) -> FieldValue | None:
    page = page_of(
        HTML,
        url=ADDRESS,
        headers={"content-type": "text/html", "last-modified": "Tue, 03 Mar 2026 10:00:00 GMT"},
        rules=rules_of({"field": field, "from": source, **more}),
        link_text="To the rates",
    )
    assert page.faults == ()
    return page.fields.get(field)


@pytest.mark.parametrize(
    ("source", "value"),
    [
        ("title", "Rates"),
        ("url", ADDRESS),
        ("host", "shop.example.com"),
        ("meta:og:title", "Open graph"),
        ("meta:dept", "HR"),
        ("css:p.a", "First one"),
        ("css:p.a@data-x", "1"),
        ("xpath://p[2]", "Second"),
        ("xpath:string(//p[1]/@data-x)", "1"),
        ("xpath:count(//p)", "2"),
        ("jsonld:offers.price", "5"),
        ("jsonld:author", "Eva"),
        ("header:Last-Modified", "Tue, 03 Mar 2026 10:00:00 GMT"),
        ("url:/products/([^/]+)/", "café"),
        (r"url:(?<=products/)caf", "caf"),
        ("const:Human Resources", "Human Resources"),
        ("file:name", "page.html"),
        ("file:type", "text/html"),
        ("file:size", str(len(HTML.encode()))),
        ("html:size", str(len(HTML.encode()))),
        ("link:text", "To the rates"),
    ],
)
def test_each_source_yields_its_value(source: str, value: str) -> None:
    assert mapped(source) == value


def test_the_first_source_with_a_value_wins() -> None:
    assert mapped(["meta:absent", "css:.absent", "url:/nothing/(x)", "title"]) == "Rates"


def test_several_elements_fill_a_list_and_split_cuts_a_value() -> None:
    assert mapped("css:p.a", "list") == ("First one", "Second")
    assert mapped("const:a, b;c , a", "list", split=",") == ("a", "b;c")


def test_dates_are_read_by_their_format_and_stored_in_utc() -> None:
    assert mapped("const:03.04.2026", "day", format="%d.%m.%Y") == datetime(2026, 4, 3, tzinfo=UTC)
    assert mapped("header:last-modified", "day") == datetime(2026, 3, 3, 10, tzinfo=UTC)


def test_a_mapping_for_files_leaves_pages_alone() -> None:
    assert mapped("const:x", applies_to="file") is None
    page = read(b"Some text.", url="http://h/a.txt", headers={}, rules=rules_of(
        {"field": "text", "from": "file:name", "applies_to": "file"}))  # fmt: skip
    assert isinstance(page, Page)
    assert page.fields["text"] == "a.txt"


def test_a_value_that_does_not_fit_is_a_fault_and_the_next_source_is_asked() -> None:
    rules = rules_of(
        {"field": "count", "from": ["const:many", "const:12"]}, {"field": "day", "from": "const:soon"}
    )
    page = page_of(HTML, rules=rules)
    assert page.fields["count"] == 12
    assert "day" not in page.fields
    assert page.faults == (
        FieldFault("count", "const:many", "many", "`many` is not a whole number of 64 bits"),
        FieldFault("day", "const:soon", "soon", "`soon` is not a date"),
    )


def test_a_mapped_title_is_the_title() -> None:
    assert page_of(HTML, rules=rules_of({"field": "title", "from": "meta:og:title"})).title == "Open graph"


def test_a_mapped_field_is_part_of_the_hash() -> None:
    one, two = (page_of(HTML, rules=rules_of({"field": "text", "from": f"const:{value}"})) for value in "ab")
    assert one.content_hash != two.content_hash


def test_rules_travel_to_another_process() -> None:
    rules = rules_of({"field": "text", "from": "const:x"})
    assert pickle.loads(pickle.dumps(rules)) == rules


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("TRUE", FieldType.BOOLEAN, True),
        ("off", FieldType.BOOLEAN, False),
        ("-12", FieldType.LONG, -12),
        ("1.5e3", FieldType.DOUBLE, 1500.0),
        (" a\n b ", FieldType.STRING, "a b"),
        ("  ", FieldType.LONG, None),
    ],
)
def test_texts_become_typed_values(text: str, kind: FieldType, value: FieldValue | None) -> None:
    assert typed([text], kind) == value


@pytest.mark.parametrize(
    ("text", "kind", "message"),
    [
        ("perhaps", FieldType.BOOLEAN, "is not a boolean"),
        ("1.5", FieldType.LONG, "is not a whole number"),
        ("9" * 19, FieldType.LONG, "is not a whole number"),
        ("1,5", FieldType.DOUBLE, "is not a number"),
        ("nan", FieldType.DOUBLE, "is not a number"),
        ("31.02.2026", FieldType.DATE, "is not a date"),
    ],
)
def test_misfits_say_what_was_wanted(text: str, kind: FieldType, message: str) -> None:
    with pytest.raises(MisfitError, match=message):
        typed([text], kind)
