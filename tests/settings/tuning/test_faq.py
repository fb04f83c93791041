"""Files of questions and answers: ours, and Amazon Kendra's as its documentation shows them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from settings.tuning.faq import FaqEntry
from settings.tuning.formats import parse_faq

FILE = Path("/etc/faq")
ANSWER = FaqEntry(question="How many free clinics are in Spokane WA?", answer="13")


def entries(text: str) -> tuple[FaqEntry, ...]:
    parsed = parse_faq(text, FILE)
    assert parsed.faults == ()
    return parsed.entries


def test_kendras_basic_csv_has_no_header() -> None:
    text = "How many free clinics are in Spokane WA?, 13, https://www.freeclinics.com/\nAnd in Olympia?, 7\n"
    assert entries(text) == (
        FaqEntry(question=ANSWER.question, answer="13", url="https://www.freeclinics.com/"),
        FaqEntry(question="And in Olympia?", answer="7"),
    )


def test_kendras_custom_csv_says_who_may_see_an_answer() -> None:
    text = (
        "_question, _answer, _acl_user_allow, _acl_user_deny, _acl_group_allow, _acl_group_deny, custom\n"
        'How many free clinics are in Spokane WA?, 13, userID4565, "userID6201, userID7552", groupBasicRate, '
        '"groupBasicPlusRate,groupPremiumRate", anything\n'
    )
    assert entries(text) == (
        FaqEntry(
            question=ANSWER.question,
            answer="13",
            allow=("user:userID4565", "group:groupBasicRate"),
            deny=("user:userID6201", "user:userID7552", "group:groupBasicPlusRate", "group:groupPremiumRate"),
        ),
    )


def test_kendras_json_is_read_as_it_is() -> None:
    document = {
        "Question": "How many?",
        "Answer": "7",
        "Attributes": {"_source_uri": "https://www.freeclinics.com", "_category": "Charitable Clinics"},
        "AccessControlList": [
            {"Name": "user@amazon.com", "Type": "USER", "Access": "ALLOW"},
            {"Name": "Admin", "Type": "GROUP", "Access": "DENY"},
        ],
    }
    plain = {"Question": ANSWER.question, "Answer": "13"}
    text = json.dumps({"SchemaVersion": 1, "FaqDocuments": [plain, document]}, indent="\t")
    assert entries(text) == (
        ANSWER,
        FaqEntry(
            question="How many?",
            answer="7",
            url="https://www.freeclinics.com",
            allow=("user:user@amazon.com",),
            deny=("group:Admin",),
        ),
    )


def test_our_own_columns_and_keys() -> None:
    wanted = FaqEntry(
        question="Wie\nlange?",
        answer="2, 3",
        url="https://a.example/",
        language="de",
        allow=("group:a", "user:b"),
    )
    csv = (
        'answer,question,url,language,allow\n"2, 3","Wie\nlange?",https://a.example/,de,"group:a, user:b"\n\n'
    )
    assert entries(csv) == (wanted,)
    assert entries(json.dumps({"faq": [wanted.model_dump(mode="json")]})) == (wanted,)


@pytest.mark.parametrize(
    ("text", "line", "column", "message"),
    [
        ("question,answer\na,b,c", 2, 5, "there are 3 cells for 2 columns: quote what holds a comma"),
        ("question,answr,answer\na,b,c", 1, 10, "unknown column `answr`; did you mean `answer`?"),
        ("question,answer,answer\n", 1, 17, "the column `answer` is there twice"),
        ("_question,url\n", 1, 1, "the column `_answer` is missing"),
        ('question,answer\n"a', 2, 1, "this is not valid CSV"),
        ("question,answer,url\na,,https://a.example/", 2, 1, "the key `answer` is missing"),
        ("question,answer,url\na,b,c d", 2, 5, "`url` must be an absolute address"),
        ('question,answer,allow\n"a\nb",b,hr\nc,d,hr', 2, 1, "`allow[0]` must be `everyone`, `user:NAME`"),
        ('{"faq": [}', 1, 10, "this is not valid JSON: expecting value"),
        ('{"faq": [\n\t{"question": "a"}\n]}', 2, 2, "the key `answer` of `faq[0]` is missing"),
        ('{"faq": [{"question": "a", "answer": "b", "lang": "de"}]}', 1, 43, "did you mean `language`?"),
        ('{"FaqDocuments": [{"Question": "", "Answer": "a"}]}', 1, 32, "must not be empty"),
        ('{"FaqDocuments": [], "SchemaVersion": 2}', 1, 39, "must be 1"),
        ("[1]", 1, 1, "the file must be a mapping"),
        ("[" * 100_000, 1, 1, "nested too deeply"),
    ],
)
def test_a_fault_says_where_it_stands_and_what_to_do(text: str, line: int, column: int, message: str) -> None:
    parsed = parse_faq(text, FILE)
    assert (parsed.faults[0].line, parsed.faults[0].column) == (line, column)
    assert message in parsed.faults[0].message


@given(st.text(alphabet='ab,"\n\r{}[]: _question', max_size=60))
def test_any_text_yields_entries_or_faults(text: str) -> None:
    parsed = parse_faq(text, FILE)
    assert all(entry.question and entry.answer for entry in parsed.entries)
    assert all(fault.line >= 1 and fault.column >= 1 for fault in parsed.faults)
