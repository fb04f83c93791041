"""Whatever is asked by whomever, on any route: nothing of what may not be read is shown or counted.

Each document holds words that no other has, so that a single one of them in an answer is a leak. What is
found is compared with a filter by brute force over all documents; the vectors are searched exactly.
"""

from __future__ import annotations

import asyncio
import tempfile
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2
from fastapi import FastAPI
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from catalog.access import access_list
from catalog.groups import replace_groups
from catalog.popular_queries import PopularQuery
from catalog.sign_ins import Person
from indexer.lexical.thesaurus import Thesaurus
from indexer.retrieval.question import Boost
from indexer.retrieval.tuning import Tuning
from search_api.backend import TunesNothing
from search_api.sign_in.cookies import Cookie
from search_api.suggest.suggester import Suggester
from search_api.tuning.faq import FaqEntries, FaqMatch
from search_api.tuning.featured import FeaturedEntries
from settings.tuning.faq import FaqEntry
from settings.tuning.featured import Featured, FeaturedDocument
from settings.tuning.synonyms import SynonymRule
from tests.indexer.retrieval.library import Library
from tests.search_api.library_service import SIGNER, application

WORDS = ("budget", "salary", "merger", "lunch", "roof")
PRINCIPALS = ("user:eva", "user:bob", "group:hr", "group:it", "group:staff")
NESTED = [("group:staff", "group:hr"), ("group:it", "user:bob")]
DEPARTMENTS = ("Alpha", "Beta")
ARRANGED: Mapping[str, Any] = {
    "facets": [
        {"field": "department", "facets": ["size:3,6", {"field": "tags", "size": 1}]},
        {"field": "size", "interval": "auto"},
    ],
    "sort": ["-size", "title"],
    "collapse": {"field": "department", "size": 20},
    "boosts": [{"field": "department", "values": ["Beta"], "weight": 9}],
    "explain": True,
    "page_size": 1,
}
"""Everything that counts, groups and orders."""

TUNING = Tuning(
    Thesaurus([SynonymRule(("salary",), ("merger", "roof lunch"))]),
    (Boost("department", 5.0, ("Alpha",)), Boost("size", 3.0, pivot=4)),
)
"""What finds and raises more than what was typed."""

words = st.lists(st.sampled_from(WORDS), min_size=1, max_size=3).map(" ".join)


@dataclass(frozen=True)
class Sheet:
    text: str
    allow: tuple[str, ...]
    deny: tuple[str, ...]
    department: str
    size: int


@dataclass(frozen=True)
class Asked:
    asked: tuple[str, str]
    user: str
    groups: tuple[str, ...]
    department: str | None
    signed_in: bool = False
    """On the page, by a cookie; else by a token."""

    @property
    def query(self) -> str:
        """The whole query."""
        return "".join(self.asked)

    @property
    def principals(self) -> frozenset[str]:
        """What the caller holds, nested groups reckoned by hand."""
        held = {f"user:{self.user}", *(f"group:{group}" for group in self.groups)}
        if "group:hr" in held:
            held.add("group:staff")
        if "user:bob" in held:
            held.add("group:it")
        return frozenset(held) if self.user else frozenset()


sheets = st.builds(
    Sheet,
    text=words,
    allow=st.lists(st.sampled_from((*PRINCIPALS, "everyone")), max_size=2).map(tuple),
    deny=st.lists(st.sampled_from(PRINCIPALS), max_size=1).map(tuple),
    department=st.sampled_from(DEPARTMENTS),
    size=st.integers(0, 9),
)
SIGNS: Mapping[str, Callable[[str, list[str]], bool]] = {
    "": lambda _, __: True,
    ' "merger"': lambda _, held: "merger" in held,
    " -lunch": lambda _, held: "lunch" not in held,
    ' -"roof lunch"': lambda _, held: "roof lunch" not in " ".join(held),
    " AND lunch": lambda query, held: {*query.split(), "lunch"} <= {*held},
    " OR lunch": lambda query, held: {*query.split()} <= {*held} or "lunch" in held,
    " NOT lunch": lambda query, held: {*query.split()} <= {*held} and "lunch" not in held,
    " site:i.example": lambda _, __: True,
    " -site:i.example": lambda _, __: False,
    " title:sheet": lambda _, __: True,
}
"""What may follow the words of a query, and whether a text then satisfies it: by brute force."""

queries = st.tuples(words, st.sampled_from(sorted(SIGNS))) | st.just(("", ""))
asked = st.builds(
    Asked,
    asked=queries,
    user=st.sampled_from(["", "eva", "bob"]),
    groups=st.lists(st.sampled_from(["hr", "it", "staff"]), max_size=2).map(tuple),
    department=st.sampled_from([None, *DEPARTMENTS]),
    signed_in=st.booleans(),
)


class Beside(TunesNothing):
    """Every document is featured for every word; every sheet answers what it says, with its secret."""

    def __init__(self, sheets: Iterable[Sheet]) -> None:
        told = list(enumerate(sheets))
        documents = tuple(
            FeaturedDocument(url=f"https://i.example/{secret_word(number)}") for number, _ in told
        )
        self._featured = FeaturedEntries([Featured(phrases=WORDS, results=documents)])
        self._questions = FaqEntries(
            [
                FaqEntry(question=each.text, answer=secret_word(number), allow=each.allow, deny=each.deny)
                for number, each in told
            ]
        )

    def featured(self, text: str, principals: frozenset[str]) -> tuple[FeaturedDocument, ...]:
        return self._featured.of(text, datetime.now(UTC), principals)

    def answers(self, text: str, principals: frozenset[str]) -> tuple[FaqMatch, ...]:
        return self._questions.matches(text, principals, None)


def secret_word(number: int) -> str:
    """A word of one document alone."""
    return "zq" + "".join(chr(ord("a") + int(digit)) for digit in str(number)) + "qz"


def asked_by_others(numbers: list[int]) -> Suggester:
    """Proposes questions with the words of every document, readable or not."""
    texts = [f"sheet {secret_word(number)}" for number in numbers]
    asked = [PopularQuery(text, text, 9) for text in texts]
    suggester = Suggester(lambda: (asked, {"sheet": texts}))
    suggester.read_again()
    return suggester


def credentials(app: FastAPI, question: Asked) -> dict[str, str]:
    """The header that says who asks."""
    if not question.user:
        return {}
    if question.signed_in:
        person = Person(question.user, question.groups)
        identifier = app.state.context.callers.sign_in(person, "a token", timedelta(hours=1))
        return {"cookie": f"{Cookie.SIGN_IN}={identifier}"}
    return {"authorization": f"Bearer {SIGNER.token(question.user, groups=list(question.groups))}"}


async def answers(app: FastAPI, question: Asked, ids: list[str]) -> dict[str, httpx2.Response]:
    """What every route that shows documents answers."""
    headers = credentials(app, question)
    chosen = {} if question.department is None else {"f.department": question.department}
    transport = httpx2.ASGITransport(app=app)
    async with httpx2.AsyncClient(transport=transport, base_url="http://test", headers=headers) as client:
        wanted = {"q": question.query, "page_size": "100", "facet": "department", "explain": "true", **chosen}
        shown = {"q": question.query, **chosen}
        found = {
            "search": await client.get("/v1/search", params=wanted),
            "page": await client.get("/", params=shown),
            "results": await client.get("/results", params=shown),
            "explained": await client.get("/", params={**shown, "explain": "1", "collapse": "department"}),
            "home": await client.get("/"),
            "suggest": await client.get("/v1/suggest", params={"prefix": "sheet zq", "limit": "20"}),
            "half a word": await client.get("/v1/suggest", params={"prefix": question.query[:3]}),
            "misspelled": await client.get("/v1/search", params={"q": "zqzqz sheet"}),
            "a question of others": await client.get("/v1/search", params={"q": "sheet"}),
        }
        in_words = {"question": f"What is the {question.asked[0] or 'sheet'}?"}
        found["an answer in words"] = await client.post("/v1/ask", json=in_words)
        found["answers"] = await client.get("/v1/search", params={"q": in_words["question"]})
        if question.query:
            body = {"query": question.query, "page_size": 100}
            found["retrieve"] = await client.post("/v1/retrieve", json=body)
        arranged = {"query": question.query, **ARRANGED}
        if question.department is not None:
            arranged["filter"] = {"field": "department", "eq": question.department}
        for number in range(len(DEPARTMENTS) + 1):
            page = found[f"page {number}"] = await client.post("/v1/search", json=arranged)
            if (cursor := page.json().get("next")) is None:
                break
            arranged["cursor"] = cursor
        for name in ids:
            found[name] = await client.get(f"/v1/documents/{name}")
            found[f"{name} as indexed"] = await client.get(f"/documents/{name}", params={"q": question.query})
        return found


def check(told: dict[str, Sheet], number_of: dict[str, int], question: Asked, got: dict[str, Any]) -> None:
    """Compare all answers with what may be read."""
    readable = {
        name
        for name, sheet in told.items()
        if access_list(sheet.allow, sheet.deny).permits(question.principals)
    }
    hidden = set(told) - readable
    for route, answer in got.items():
        assert answer.status_code == (404 if route.partition(" ")[0] in hidden else 200), (route, answer.text)
        for name in hidden:
            assert name not in answer.text, f"{route} shows the id of {told[name]}"
            assert secret_word(number_of[name]) not in answer.text, f"{route} shows a word of {told[name]}"
    expected = {name for name in readable if _matches(told[name], question)}
    titles = {f"sheet {secret_word(number_of[name])}" for name in readable}
    assert {each["text"].lower() for each in got["suggest"].json()["suggestions"]} == titles
    proposed = got["a question of others"].json()
    most_frequent = list(number_of.items())[:6]  # further ones are not looked at
    asked_too = [f"sheet {secret_word(number)}" for name, number in most_frequent if name in readable][:5]
    assert proposed["suggestions"] == proposed["related"] == asked_too
    meant = got["misspelled"].json()["spelling"]["suggestion"]
    assert (meant is not None) == bool(readable)
    answered = got["answers"].json()
    assert bool(answered["answers"]) == bool(answered["results"])
    assert {answer["document_id"] for answer in answered["answers"]} <= readable
    search = got["search"].json()
    if question.query and set(question.query.split()) & set(WORDS):
        assert {each["id"] for each in search["featured"]} == readable
    assert {result["id"] for result in search["results"]} == expected
    assert search["total"] == len(expected)
    counted = {entry["value"]: entry["count"] for entry in search["facets"]["department"]}
    unchosen = replace(question, department=None)
    assert counted == Counter(told[name].department for name in readable if _matches(told[name], unchosen))
    check_arranged(told, expected, [page.json() for route, page in got.items() if route.startswith("page ")])
    hidden_bodies = {got[name].content for name in hidden}
    assert len(hidden_bodies) <= 1


def check_arranged(told: dict[str, Sheet], expected: set[str], pages: list[dict[str, Any]]) -> None:
    """Compare what counts, groups and orders with counting, grouping and ordering by hand."""
    groups: dict[str, list[Sheet]] = defaultdict(list)
    for name in expected:
        groups[told[name].department].append(told[name])
    for page in pages:
        assert (page["total"], page["groups"], page["facet_others"]) == (len(expected), len(groups), {})
        counted = {entry["value"]: entry for entry in page["facets"]["department"]}
        assert {value: entry["count"] for value, entry in counted.items()} == {
            value: len(members) for value, members in groups.items()
        }
        for value, members in groups.items():
            inner = counted[value]["facets"]
            sizes = [sheet.size for sheet in members]
            assert [entry["count"] for entry in inner["size"]] == [
                sum(low <= size < high for size in sizes) for low, high in ((0, 3), (3, 6), (6, 10))
            ]
            held = Counter(word for sheet in members for word in set(sheet.text.split()))
            assert inner["tags"][0]["count"] == max(held.values())
            others = counted[value].get("facet_others", {}).get("tags", 0)
            assert inner["tags"][0]["count"] + others == sum(held.values())
        assert sum(entry["count"] for entry in page["facets"]["size"]) == len(expected)
    led = [[result, *result["more"]] for page in pages for result in page["results"]]
    shown = [result["id"] for group in led for result in group]
    assert sorted(shown) == sorted(expected)
    shown_sizes = [[result["fields"]["size"] for result in group] for group in led]
    assert sorted(shown_sizes) == sorted(
        sorted((sheet.size for sheet in members), reverse=True) for members in groups.values()
    )
    largest = [group[0] for group in shown_sizes]
    assert largest == sorted(largest, reverse=True)


def _matches(sheet: Sheet, question: Asked) -> bool:
    """By brute force. The nearest 1,000 passages count, and here are fewer: without a condition all match."""
    if question.department not in (None, sheet.department):
        return False
    words, sign = question.asked
    return SIGNS[sign](words, sheet.text.split())


@settings(
    max_examples=12, deadline=None, phases=[Phase.explicit, Phase.reuse, Phase.generate]
)  # shrinking takes minutes
@given(st.lists(sheets, min_size=1, max_size=8), st.lists(asked, min_size=1, max_size=4))
def test_no_route_shows_or_counts_what_the_caller_may_not_read(
    told: list[Sheet], questions: list[Asked]
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        library = Library(Path(folder))
        with library.catalog.write() as connection:
            replace_groups(connection, NESTED)
        by_id: dict[str, Sheet] = {}
        number_of: dict[str, int] = {}
        for number, sheet in enumerate(told):
            secret = secret_word(number)
            name = library.add(
                f"https://i.example/{secret}", f"{sheet.text} {secret}", title=f"Sheet {secret}",
                allow=sheet.allow, deny=sheet.deny, fields={
                    "department": sheet.department, "size": sheet.size,
                    "tags": tuple(dict.fromkeys(sheet.text.split())),
                },
            )  # fmt: skip
            by_id[name], number_of[name] = sheet, number
        others = asked_by_others(list(number_of.values()))
        app, service = application(library, TUNING, others, Beside(by_id.values()))
        for question in questions:
            check(by_id, number_of, question, asyncio.run(answers(app, question, list(by_id))))
        service.stop()
        library.close()
