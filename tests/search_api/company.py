"""A small company's pages behind the same protocols as the real index, held in memory."""

from __future__ import annotations

import re
import secrets
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from sqlalchemy import Connection

from catalog.access import AccessList
from catalog.api_keys import ApiKey, SigningKey
from catalog.document import Block, BlockKind, Document, DocumentKind, FieldValue, document_id
from catalog.query_log import Asked, Event, Shown
from catalog.sign_ins import Person
from indexer.retrieval.filters import without_field
from indexer.retrieval.question import (
    AllOf,
    AnyOf,
    Comparison,
    FacetCounts,
    FacetValue,
    Filter,
    Hit,
    Not,
    Passage,
    Question,
    Results,
    ScoreExplanation,
    ScorePart,
)
from indexer.retrieval.ranking import mark_of
from indexer.retrieval.readable_words import ReadableWords
from search_api.backend import Backend, Source
from search_api.query.fields import FieldCatalog
from search_api.query_log import NoLog
from settings.access import EVERYONE
from settings.fields import BUILT_IN_FIELDS, FieldSettings, FieldType

T = TypeVar("T")

FIELDS = FieldCatalog(
    {
        **BUILT_IN_FIELDS,
        "department": FieldSettings(type=FieldType.STRING, facet=True),
        "product": FieldSettings(type=FieldType.STRING, facet=True),
        "pages": FieldSettings(type=FieldType.LONG),
        "rating": FieldSettings(type=FieldType.DOUBLE),
        "archived": FieldSettings(type=FieldType.BOOLEAN),
    }
)

_WORD = re.compile(r"\w+")
_PUBLIC = 2
_SECRET = 3


@dataclass(frozen=True, slots=True)
class Entry:
    """A document of the company with its passages: (headings, anchor, page, text)."""

    url: str
    title: str
    passages: tuple[tuple[tuple[str, ...], str | None, int | None, str], ...]
    fields: Mapping[str, FieldValue] = field(default_factory=dict)
    connector: str = "handbook"
    language: str | None = "en"
    kind: DocumentKind = DocumentKind.PAGE
    secret: bool = False

    @property
    def id(self) -> str:
        return document_id(self.connector, self.url)

    def facet_values(self, name: str) -> tuple[str, ...]:
        value = self.values.get(name)
        if value is None:
            return ()
        return value if isinstance(value, tuple) else (str(value),)

    @property
    def values(self) -> Mapping[str, FieldValue]:
        always = {"title": self.title, "url": self.url, "connector": self.connector}
        return {**always, **({"language": self.language} if self.language else {}), **self.fields}


class Company:
    """Retriever, library and query log in one; a document matches when it holds any word of the query."""

    keeps = True

    def __init__(self, entries: Iterable[Entry]) -> None:
        self.entries = tuple(entries)
        self.keys: dict[str, ApiKey] = {}
        self.sign_ins: dict[str, tuple[Person | ApiKey, str | None]] = {}
        self.asked: list[Asked] = []
        self.told: list[Event] = []
        self.questions: list[Question] = []
        self.refreshed = 0
        self.prepared = 0
        self.closed = False

    def backend(self) -> Backend:
        return Backend(self, self, self, self, FIELDS, self.close)

    def close(self) -> None:
        self.closed = True

    def prepare(self) -> None:
        self.prepared += 1

    def refresh(self) -> None:
        self.refreshed += 1

    def record(self, event: Event) -> None:
        if isinstance(event, Asked):
            self.asked.append(event)
        else:
            self.told.append(event)

    def shown(self, query_id: str) -> Shown | None:
        return next((Shown(each.results, each.ranking) for each in self.asked if each.id == query_id), None)

    def search(self, question: Question) -> Results:
        self.questions.append(question)
        hits = self._hits(question)
        for key in reversed(question.sort):
            values = {hit.document_id: str(hit.fields.get(key.field, "")) for hit in hits}
            hits = sorted(hits, key=lambda hit: values[hit.document_id], reverse=key.is_descending)
        by_id = {entry.id: entry for entry in self.entries}
        facets = {}
        for facet in question.facets:
            wanted = without_field(question.filter, facet.field) if facet.is_multi_select else question.filter
            found = [by_id[hit.document_id] for hit in self._hits(replace(question, filter=wanted))]
            facets[facet.field] = _counted(
                value[:4] if facet.ranges else value
                for entry in found
                for value in entry.facet_values(facet.field)
            )
        left = [hit for hit in hits if mark_of(hit.document_id) not in question.shown]
        page = left[: question.page_size]
        return Results(
            tuple(page), len(hits), facets, shown=(*question.shown, *(mark_of(h.document_id) for h in page)),
            has_more=len(left) > len(page), terms=tuple(_WORD.findall(question.text)),
        )  # fmt: skip

    def embedded(self, texts: Sequence[str]) -> None:
        """There is no model."""

    def read(self) -> AbstractContextManager[Connection]:
        """Nothing is kept on a disk."""
        return NoLog().read()

    def with_words(self, principals: frozenset[str], read: Callable[[ReadableWords], T]) -> T | None:
        """There is no index of its words."""
        return None

    def retrieve(self, question: Question, limit: int) -> tuple[Passage, ...]:
        passages = [passage for hit in self._hits(question) for passage in hit.passages]
        return tuple(sorted(passages, key=lambda passage: -passage.score)[:limit])

    def document(self, document_id: str, principals: frozenset[str]) -> Document | None:
        entry = next((entry for entry in self._readable(principals) if entry.id == document_id), None)
        return None if entry is None else _document(entry)

    def sources(self, document_ids: Collection[str], principals: frozenset[str]) -> Mapping[str, Source]:
        return {
            entry.id: Source(entry.id, entry.title, entry.url, entry.kind.value, entry.connector)
            for entry in self._readable(principals)
            if entry.id in document_ids
        }

    def documents_at(
        self,
        urls: Collection[str],
        principals: frozenset[str],
        *,
        blocks: bool = True,
    ) -> Mapping[str, Document]:
        return {entry.url: _document(entry) for entry in self._readable(principals) if entry.url in urls}

    def key(self, text: str) -> ApiKey | None:
        return self.keys.get(text)

    def signing_key(self, access_key_id: str) -> SigningKey | None:
        found = [(key, text) for text, key in self.keys.items() if key.access_key_id == access_key_id]
        return SigningKey(*found[0]) if found else None

    def signed_in(self, identifier: str) -> Person | ApiKey | None:
        return self.sign_ins[identifier][0] if identifier in self.sign_ins else None

    def sign_in(self, person: Person | ApiKey, id_token: str | None, lifetime: timedelta) -> str:
        identifier = secrets.token_urlsafe(32)
        self.sign_ins[identifier] = person, id_token
        return identifier

    def sign_in_by_key(self, key: str, lifetime: timedelta) -> str | None:
        return self.sign_in(self.keys[key], None, lifetime) if key in self.keys else None

    def sign_out(self, identifier: str) -> str | None:
        return self.sign_ins.pop(identifier, (None, None))[1]

    def expanded(self, principals: frozenset[str]) -> frozenset[str]:
        return frozenset(self.paths(principals))

    def paths(self, principals: frozenset[str]) -> Mapping[str, tuple[str, ...]]:
        """Whoever is in the group directors is on the board."""
        found: dict[str, tuple[str, ...]] = {principal: (principal,) for principal in principals}
        return (
            {**found, "group:board": ("group:directors", "group:board")}
            if "group:directors" in found
            else found
        )

    def access_lists(self, document_ids: Collection[str]) -> Mapping[str, AccessList]:
        lists = {entry.id: ("group:board",) if entry.secret else (EVERYONE,) for entry in self.entries}
        return {name: AccessList(allow, ()) for name, allow in lists.items() if name in document_ids}

    def access_lists_of_urls(self, urls: Collection[str]) -> Mapping[str, AccessList]:
        ids = {entry.id: entry.url for entry in self.entries if entry.url in urls}
        return {ids[name]: access for name, access in self.access_lists(ids).items()}

    def _readable(self, principals: frozenset[str]) -> list[Entry]:
        assert EVERYONE in principals
        return [entry for entry in self.entries if not entry.secret or "group:board" in principals]

    def _hits(self, question: Question) -> list[Hit]:
        words = set(_WORD.findall(question.text.lower()))
        hits = []
        for entry in self._readable(question.principals):
            if question.filter is not None and not _satisfies(entry, question.filter):
                continue
            hit = _hit(entry, words, explain=question.explain)
            if not words or hit.score:
                hits.append(hit)
        return sorted(hits, key=lambda hit: -hit.score)


def _hit(entry: Entry, words: set[str], *, explain: bool) -> Hit:
    passages, position = [], 0
    for number, (headings, anchor, page, text) in enumerate(entry.passages):
        found = words & set(_WORD.findall(f"{entry.title} {' '.join(headings)} {text}".lower()))
        score = len(found) / max(1, len(words))
        start = position + len(headings[-1]) + 2
        position = start + len(text) + 2
        passages.append(
            Passage(
                chunk_id=number, document_id=entry.id, text=text, heading_path=headings, anchor=anchor,
                page=page, start=start, end=start + len(text), score=score, dense=score, lexical=None,
            )
        )  # fmt: skip
    passages.sort(key=lambda passage: -passage.score)
    score = max((p.score for p in passages), default=0.0)
    parts = (ScorePart("dense", score, "how many of the words it holds"),)
    return Hit(
        document_id=entry.id, title=entry.title, url=entry.url, connector=entry.connector,
        kind=entry.kind.value, language=entry.language, fetched_at=datetime(2026, 11, 1, tzinfo=UTC),
        fields=entry.values, score=score, relevance=score, passages=tuple(passages),
        explanation=ScoreExplanation(parts) if explain else None,
    )  # fmt: skip


def _blocks(entry: Entry) -> list[tuple[Block, Block]]:
    """Each passage beneath its innermost heading."""
    return [
        (
            Block(BlockKind.HEADING, headings[-1], 2, anchor, page),
            Block(BlockKind.PARAGRAPH, text, 0, anchor, page),
        )
        for headings, anchor, page, text in entry.passages
    ]


def _document(entry: Entry) -> Document:
    blocks = tuple(block for pair in _blocks(entry) for block in pair)
    return Document(
        id=entry.id, connector=entry.connector, url=entry.url, kind=entry.kind, version=1, title=entry.title,
        language=entry.language, fields=entry.values, blocks=blocks,
        access_id=_SECRET if entry.secret else _PUBLIC, fetched_at=datetime(2026, 11, 1, tzinfo=UTC),
    )  # fmt: skip


def _satisfies(entry: Entry, wanted: Filter) -> bool:
    match wanted:
        case AllOf(parts):
            return all(_satisfies(entry, part) for part in parts)
        case AnyOf(parts):
            return any(_satisfies(entry, part) for part in parts)
        case Not(part):
            return not _satisfies(entry, part)
        case Comparison(name, "eq", value):
            return entry.values.get(name) == value
        case Comparison(name, "gte", datetime() as value):
            known = entry.values.get(name)
            return isinstance(known, datetime) and known >= value
        case Comparison(name, "in" | "contains_any", tuple() as values):
            return not set(entry.facet_values(name)).isdisjoint(values)
    raise AssertionError(f"this company does not know {wanted}")


def _counted(values: Iterable[str]) -> FacetCounts:
    return FacetCounts(tuple(FacetValue(value, count) for value, count in Counter(values).most_common()))


def _day(year: int, month: int, day: int) -> datetime:
    return datetime(year, month, day, tzinfo=UTC)


LEAVE = Entry(
    "https://handbook.example.com/people/leave/parental/",
    "Parental leave",
    (
        (
            ("Parental leave", "How long it lasts"),
            "how-long",
            None,
            "Every parent who has been with us for six months takes up to 26 weeks of parental leave on full "
            "pay. It may be split into two blocks, of which the second ends before the child's second "
            "birthday. Weeks that are not taken are not paid out. Adoptive and foster parents have the same "
            "right from the day the child moves in.",
        ),
        (
            ("Parental leave", "How to ask for it"),
            "how-to-ask",
            None,
            "Tell your manager ten weeks before the leave begins and enter the dates in the people portal. "
            "The portal sends you a letter for the authorities.",
        ),
        (
            ("Parental leave", "Coming back"),
            "coming-back",
            None,
            "After parental leave you return to the same role. For the first three months you may work "
            "four days a week on full pay.",
        ),
    ),
    {"department": "Human Resources", "updated_at": _day(2026, 3, 12), "category": "policy"},
)
EXPENSES = Entry(
    "https://handbook.example.com/files/travel-expenses-2026.pdf",
    "Travel expenses 2026",
    (
        (
            ("Travel expenses", "Daily allowance"),
            None,
            7,
            "The daily allowance for meals is 28 € within the country and depends on the city abroad. While "
            "on leave no allowance is paid. Receipts are needed for everything above 15 €.",
        ),
        (("Travel expenses", "Trains and flights"), None, 4, "Trains up to four hours go before flights."),
    ),
    {"department": "Finance", "updated_at": _day(2026, 1, 5), "file_type": "pdf", "pages": 12},
    kind=DocumentKind.FILE,
)
VPN = Entry(
    "https://wiki.example.com/it/vpn_setup?os=linux",
    "Set up the VPN – Linux, macOS & Windows",
    (
        (
            ("IT", "Network", "VPN"),
            "install",
            None,
            "Install the client, then set max_connections to 2 in vpn.conf. Leave the split-tunnel option, "
            "well-known as “route everything”, switched off; otherwise the intranet can't be reached.",
        ),
    ),
    {"department": "IT", "updated_at": _day(2025, 11, 30), "product": "Network", "authors": ("Ada", "Lin")},
    connector="wiki",
)
URLAUB = Entry(
    "https://handbook.example.com/de/urlaub/",
    "Urlaub beantragen",
    (
        (
            ("Urlaub",),
            "antrag",
            None,
            "Urlaubstage werden im Portal beantragt. Wer Anträge (leave requests) später als zwei Wochen vor "
            "Beginn stellt, spricht vorher mit dem Team.",
        ),
    ),
    {"department": "Human Resources", "updated_at": _day(2026, 6, 1)},
    language="de",
)
BOARD = Entry(
    "https://handbook.example.com/board/leave-plan/",
    "Secret leave plan of the board",
    ((("Plan",), None, None, "The board will leave together for a secret island."),),
    {"department": "Board"},
    secret=True,
)
HOSTILE = Entry(
    "javascript:alert('leave')",
    "<script>document.title='owned'</script><img src=x onerror=document.title='owned'>\u202eelttit",
    (
        (
            ('"><script>document.title="owned"</script>',),
            '"><script>document.title="owned"</script>',
            None,
            "Please leave {{ 7 * 7 }} <b onmouseover=document.title='owned'>this</b> </script>"
            "<script>document.title='owned'</script> alone.",
        ),
        (("</summary><script>x</script>",), "a b&c", None, "leave <svg onload=document.title='owned'> again"),
    ),
    {"department": "<script>document.title='owned'</script>", "category": "'\"><img src=x onerror=alert(1)>"},
    connector="wiki",
)
NOTES = tuple(
    Entry(
        f"https://wiki.example.com/teams/{team.lower()}/on-call/",
        f"On-call guide of team {team}",
        (
            (
                ("On call", "Hand-over"),
                "hand-over",
                None,
                f"Team {team} hands over on Monday at ten. Whoever is on leave swaps the week in the planner "
                "two weeks ahead and tells the duty channel.",
            ),
        ),
        {"department": "IT", "updated_at": _day(2026, 2, number + 1), "product": team},
        connector="wiki",
    )
    for number, team in enumerate(
        (
            "Atlas",
            "Boreas",
            "Ceres",
            "Delta",
            "Eos",
            "Fauna",
            "Gaia",
            "Hera",
            "Iris",
            "Juno",
            "Kepler",
            "Luna",
        )
    )
)


def company(*more: Entry) -> Company:
    """The company, with further documents if asked for."""
    return Company((LEAVE, EXPENSES, VPN, URLAUB, BOARD, HOSTILE, *NOTES, *more))


def friendly_company() -> Company:
    """The company without its hostile page: for pictures."""
    return Company(replace(entry) for entry in (LEAVE, EXPENSES, VPN, URLAUB, BOARD, *NOTES))
