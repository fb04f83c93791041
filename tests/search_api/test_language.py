"""What people type: operators where they are meant, plain questions everywhere else."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.retrieval.question import AllOf, AnyOf, Comparison, Filter, Not, Phrase, Site, Words
from search_api.query.faults import Fault, InvalidQuestionError
from search_api.query.language import QueryParts, parse_query
from tests.search_api.company import FIELDS


def parsed(text: str) -> QueryParts:
    return parse_query(text, FIELDS)


@pytest.mark.parametrize(
    "text",
    [
        "how long is parental leave",
        "and or not?",
        "what is AND how?".lower(),
        "error: 404",
        "error:404",
        "std::vector::at()",
        "http://intranet.example.com/leave?a=b",
        "max_connections = 100 (default)",
        "DO NOT RESUSCITATE",
        "font-size:large buttons",
        "size: 10",
        "note:this is a note",
        "site:",
        'site:""',
        '"travel expenses" -windows',
        "what does O(n) mean (roughly)",
        "C:\\temp 12:30 a:b:c",
        "«quoted» 'words'",
        "",
    ],
)
def test_an_ordinary_question_stays_as_it_is(text: str) -> None:
    assert parsed(text) == QueryParts(text.translate(str.maketrans("«»", '""')))


def hr(name: str = "HR") -> Comparison:
    variants = dict.fromkeys((name, name.lower(), name.upper(), name.capitalize(), name.title()))
    return Comparison("department", "in", tuple(variants))


@pytest.mark.parametrize(
    ("text", "rest", "condition"),
    [
        ("department:HR leave", "leave", hr()),
        ("Department:HR leave", "leave", hr()),
        ('leave department:"Human Resources"', "leave", hr("Human Resources")),
        ("leave -department:HR", "leave", Not(hr())),
        (
            "department:Fin*",
            "",
            AnyOf(tuple(Comparison("department", "prefix", each) for each in ("Fin", "fin", "FIN"))),
        ),
        ("authors:Ada x", "x", Comparison("authors", "contains_any", ("Ada", "ada", "ADA"))),
        ("site:wiki.example.com vpn", "vpn", Site("wiki.example.com")),
        ("site:https://Wiki.example.com:8443/it/ vpn", "vpn", Site("wiki.example.com:8443", "/it")),
        ("-site:*.example.com vpn", "vpn", Not(Site("example.com"))),
        ("filetype:PDF plan", "plan", Comparison("file_type", "in", ("pdf",))),
        ("filetype:doc plan", "plan", Comparison("file_type", "in", ("doc", "docx"))),
        ("lang:de plan", "plan", Comparison("languages", "contains_any", ("de", "DE", "De"))),
        ("-language:de plan", "plan", Not(Comparison("languages", "contains_any", ("de", "DE", "De")))),
        ("intitle:guide on call", "on call", Words("guide", in_title=True)),
        ("archived:no x", "x", Comparison("archived", "eq", False)),
        ("pages:>10 x", "x", Comparison("pages", "gt", 10)),
        ("pages:<=10 x", "x", Comparison("pages", "lte", 10)),
        ("pages:3..7", "", AllOf((Comparison("pages", "gte", 3), Comparison("pages", "lte", 7)))),
        ("pages:7", "", AllOf((Comparison("pages", "gte", 7), Comparison("pages", "lte", 7)))),
        ("pages:..7", "", Comparison("pages", "lte", 7)),
        ("pages:{3 TO 7] x", "x", AllOf((Comparison("pages", "gt", 3), Comparison("pages", "lte", 7)))),
        ("rating:[4.5 TO *]", "", Comparison("rating", "gte", 4.5)),
        ("department:HR pages:>1 x", "x", AllOf((hr(), Comparison("pages", "gt", 1)))),
    ],
)
def test_what_names_a_field_is_a_condition(text: str, rest: str, condition: Filter) -> None:
    assert parsed(text) == QueryParts(rest, condition)


def day(year: int, month: int = 1, number: int = 1) -> datetime:
    return datetime(year, month, number, tzinfo=UTC)


@pytest.mark.parametrize(
    ("typed", "conditions"),
    [
        ("2025", [("gte", day(2025)), ("lt", day(2026))]),
        ("2025-12", [("gte", day(2025, 12)), ("lt", day(2026))]),
        ("2024-02-29", [("gte", day(2024, 2, 29)), ("lt", day(2024, 3, 1))]),
        (">2025", [("gte", day(2026))]),
        (">=2025", [("gte", day(2025))]),
        ("<2025-06", [("lt", day(2025, 6))]),
        ("<=2025-06", [("lt", day(2025, 7))]),
        ("2024..2025", [("gte", day(2024)), ("lt", day(2026))]),
        ("[2024 TO 2025}", [("gte", day(2024)), ("lt", day(2025))]),
        (">2025-06-01T12:00Z", [("gt", datetime(2025, 6, 1, 12, tzinfo=UTC))]),
    ],
)
def test_dates_cover_the_time_that_they_name(typed: str, conditions: list[tuple[str, datetime]]) -> None:
    found = parsed(f"updated_at:{typed}").condition
    parts = found.parts if isinstance(found, AllOf) else (found,)
    assert parts == tuple(Comparison("updated_at", operator, value) for operator, value in conditions)


@pytest.mark.parametrize(
    ("text", "rest", "condition"),
    [
        ("vpn AND linux", "vpn linux", AllOf((Words("vpn"), Words("linux")))),
        ("sick pay OR time off", "sick pay time off", AnyOf((Words("sick pay"), Words("time off")))),
        ("a OR b AND c", "a b c", AnyOf((Words("a"), AllOf((Words("b"), Words("c")))))),
        ("(a OR b) AND c", "a b c", AllOf((AnyOf((Words("a"), Words("b"))), Words("c")))),
        ("vpn NOT windows", "vpn", AllOf((Words("vpn"), Not(Words("windows"))))),
        ("NOT windows", "", Not(Words("windows"))),
        ("vpn AND NOT (a OR b)", "vpn", AllOf((Words("vpn"), Not(AnyOf((Words("a"), Words("b"))))))),
        ("NOT NOT vpn x", "vpn x", AllOf((Words("x"), Not(Not(Words("vpn")))))),
        ('"split tunnel" OR -x', "split tunnel", AnyOf((Phrase("split tunnel"), Not(Words("x"))))),
        ("-(a OR b) AND c", "c", AllOf((Not(AnyOf((Words("a"), Words("b")))), Words("c")))),
        ("vpn OR department:HR", "vpn", AnyOf((Words("vpn"), hr()))),
        ("abort() AND exit(1)", "abort( exit(1", AllOf((Words("abort("), Words("exit(1")))),
        ("TERMS AND CONDITIONS", "TERMS CONDITIONS", AllOf((Words("TERMS"), Words("CONDITIONS")))),
    ],
)  # fmt: skip
def test_operators_in_capitals_join_what_stands_beside_them(text: str, rest: str, condition: Filter) -> None:
    assert parsed(text) == QueryParts(rest, condition)


@pytest.mark.parametrize(
    "text", ["cats AND", "OR cats", "AND OR", "( a AND b", "a NOT", "a AND (OR b)", "() AND b"]
)
def test_operators_that_join_nothing_are_words_and_that_is_said(text: str) -> None:
    found = parsed(text)
    assert (found.text, found.condition) == (text, None)
    assert found.notices == ("AND, OR and NOT were read as words: what they join is not complete",)


def test_parentheses_too_deep_are_no_expression() -> None:
    assert parsed("(" * 40 + "a" + ")" * 40 + " AND b").notices


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("updated_at:2026-13-45", "updated_at:2026-13-45: must be a date such as 2026, 2026-11 or"),
        ("updated_at:>tomorrow", "must be a date such as"),
        ("updated_at:9999", "must be a date such as"),
        ("updated_at:0000", "must be a date such as"),
        ("pages:>many", "must be a whole number, not 'many'"),
        ("pages:1..x", "must be a whole number, not 'x'"),
        ("pages:99999999999999999999", "64 bits"),
        ("rating:[1e999 TO 2]", "must be a finite number"),
        ("pages:..", "a range needs one end at least"),
        ("pages:[* TO *]", "a range needs one end at least"),
    ],
)  # fmt: skip
def test_a_number_or_date_that_is_none_is_told(text: str, message: str) -> None:
    with pytest.raises(InvalidQuestionError) as raised:
        parsed(text)
    assert message in raised.value.faults[0].message


@pytest.mark.parametrize(
    ("text", "notice"),
    [
        (
            "updated_at:yesterday news",
            "updated_at:yesterday was read as words: updated_at holds dates such as",
        ),
        ("pages:many", "pages:many was read as words: pages holds whole numbers"),
        ("leave AND archived:maybe", "archived:maybe was read as words: archived holds true or false"),
        ("title: x", None),
        ("error:many", None),
    ],
)
def test_a_field_with_what_it_cannot_hold_is_words_and_a_notice_says_so(
    text: str, notice: str | None
) -> None:
    found = parsed(text)
    assert found.text == text.replace("AND ", "")
    assert len(found.notices) == (notice is not None)
    assert all(notice is not None and each.startswith(notice) for each in found.notices)


typed = st.lists(
    st.sampled_from(
        ["AND", "OR", "NOT", "(", ")", '"', "-", "site:a.b", "pages:", "pages:3..4", "updated_at:2025",
         "title:x", "a", "b c", '"d e"', "-f", "[1 TO 2]", "*", ":", "..", "é", "-(", "))"]
    )
    | st.text(max_size=6),
    max_size=12,
).map(" ".join)  # fmt: skip


@given(typed | st.text(max_size=200))
def test_no_text_is_an_error_of_ours(text: str) -> None:
    faults: tuple[Fault, ...] = ()
    try:
        assert len(parsed(" ".join(text.split())).text) <= len(text)
    except InvalidQuestionError as error:
        faults = error.faults
    assert all(fault.field == "query" and fault.message for fault in faults)
