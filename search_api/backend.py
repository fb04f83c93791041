"""What the service needs from the floors below, as protocols: tests bring their own."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import timedelta
from types import MappingProxyType
from typing import Any, Protocol, TypeVar

from sqlalchemy import Connection

from catalog.access import AccessList
from catalog.api_keys import ApiKey, SigningKey
from catalog.document import Document
from catalog.live_tuning import LiveTuning
from catalog.query_log import Event, Shown
from catalog.sign_ins import Person
from indexer.reading.reading import Reading
from indexer.retrieval.dense import Embedded
from indexer.retrieval.question import Facet, Passage, Question, Results
from indexer.retrieval.readable_words import ReadableWords
from search_api.query.fields import FieldCatalog
from search_api.suggest.suggester import Suggester
from search_api.tuning.faq import FaqMatch
from settings.tuning.featured import FeaturedDocument
from settings.tuning.kinds import TuningKind

T = TypeVar("T")


class UnavailableError(Exception):
    """Nothing can be answered now; the message says why and what to do, and will be shown to callers."""


class Retrieving(Protocol):
    """The retriever: any thread may ask it, also while it is refreshed."""

    def search(self, question: Question) -> Results: ...

    def retrieve(self, question: Question, limit: int) -> tuple[Passage, ...]: ...

    def embedded(self, texts: Sequence[str]) -> Embedded | None: ...

    def with_words(self, principals: frozenset[str], read: Callable[[ReadableWords], T]) -> T | None: ...

    def prepare(self) -> object: ...

    def refresh(self) -> object: ...


@dataclass(frozen=True, slots=True)
class Source:
    """The document that a passage is cited from."""

    id: str
    title: str
    url: str
    kind: str
    connector: str


class Library(Protocol):
    """The documents of the catalog, each only for those who may read it; who that is, for operators."""

    def document(self, document_id: str, principals: frozenset[str]) -> Document | None: ...

    def sources(self, document_ids: Collection[str], principals: frozenset[str]) -> Mapping[str, Source]: ...

    def documents_at(
        self, urls: Collection[str], principals: frozenset[str], *, blocks: bool = True
    ) -> Mapping[str, Document]: ...

    def access_lists(self, document_ids: Collection[str]) -> Mapping[str, AccessList]: ...

    def access_lists_of_urls(self, urls: Collection[str]) -> Mapping[str, AccessList]: ...


class Callers(Protocol):
    """What is known of whoever asks."""

    def key(self, text: str) -> ApiKey | None: ...

    def signing_key(self, access_key_id: str) -> SigningKey | None: ...

    def signed_in(self, identifier: str) -> Person | ApiKey | None: ...

    def sign_in(self, person: Person, id_token: str, lifetime: timedelta) -> str: ...

    def sign_in_by_key(self, key: str, lifetime: timedelta) -> str | None: ...

    def sign_out(self, identifier: str) -> str | None: ...

    def expanded(self, principals: frozenset[str]) -> frozenset[str]: ...

    def paths(self, principals: frozenset[str]) -> Mapping[str, tuple[str, ...]]: ...


class QueryLog(Protocol):
    """Remembers searches and what came of them, without making anyone wait; `keeps`: whether it does."""

    @property
    def keeps(self) -> bool: ...

    def record(self, event: Event) -> None: ...

    def shown(self, query_id: str) -> Shown | None: ...

    def read(self) -> AbstractContextManager[Connection]: ...


class Reads(Protocol):
    """A model that finds the words of a text that answer a question; any thread may ask it."""

    def prepare(self) -> object: ...

    def read(self, question: str, text: str) -> Reading | None: ...


class ReadsNothing:
    """No such model: answers come from tables and definitions alone."""

    def prepare(self) -> None:
        """Nothing is to be loaded."""

    def read(self, question: str, text: str) -> Reading | None:  # noqa: ARG002 - a `Reads`
        """Nothing is found."""
        return None


class Tunes(Protocol):
    """What stands beside the results of a question; any thread may ask, also while it is refreshed."""

    @property
    def kinds(self) -> Mapping[TuningKind, LiveTuning[Any]]: ...

    def refresh(self) -> object: ...

    def featured(self, text: str, principals: frozenset[str]) -> tuple[FeaturedDocument, ...]: ...

    def answers(self, text: str, principals: frozenset[str]) -> tuple[FaqMatch, ...]: ...


class TunesNothing:
    """Nothing is featured or answered."""

    kinds: Mapping[TuningKind, LiveTuning[Any]] = MappingProxyType({})

    def refresh(self) -> None:
        """Nothing changes."""

    def featured(self, text: str, principals: frozenset[str]) -> tuple[FeaturedDocument, ...]:  # noqa: ARG002
        """Nothing is featured."""
        return ()

    def answers(self, text: str, principals: frozenset[str]) -> tuple[FaqMatch, ...]:  # noqa: ARG002
        """Nothing is answered."""
        return ()


@dataclass(frozen=True, slots=True)
class Backend:
    """Everything that is asked while serving."""

    retriever: Retrieving
    library: Library
    callers: Callers
    query_log: QueryLog
    fields: FieldCatalog
    close: Callable[[], None]
    reader: Reads = field(default_factory=ReadsNothing)
    suggester: Suggester = field(default_factory=Suggester)
    tuning: Tunes = field(default_factory=TunesNothing)
    facets: tuple[Facet, ...] = ()
    """The page's facets as configured; empty: its usual ones."""
