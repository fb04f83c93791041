"""From a configuration to the backend: the one place where the floors below are opened and their errors
become "unavailable"."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import ExitStack
from typing import Final, TypeVar

from sqlalchemy import Connection

from catalog.access import AccessList, AccessLists, read_access_list
from catalog.connectors import connector_names
from catalog.database import Catalog, open_catalog
from catalog.document import Document, document_id
from catalog.documents import read_documents
from catalog.errors import CatalogError
from indexer.lexical.errors import LexicalIndexError
from indexer.reading.opening import LazyReader
from indexer.retrieval.dense import Embedded
from indexer.retrieval.following import FollowingRetriever
from indexer.retrieval.opening import open_retriever
from indexer.retrieval.question import Passage, Question, Results
from indexer.retrieval.readable_words import ReadableWords
from indexer.retrieval.tuning import LiveRankingTuning
from indexer.vectors.backend import VectorIndexError
from search_api.backend import Backend, Source, UnavailableError
from search_api.catalog_door import CatalogCallers, unavailable
from search_api.query.facets import parse_facets
from search_api.query.faults import InvalidQuestionError
from search_api.query.fields import FieldCatalog
from search_api.query_log import open_query_log, open_suggester
from search_api.suggest.blocked import BlockListError
from search_api.suggest.near import NearQuestions
from search_api.tuning.live import LiveSearchTuning
from settings.configuration import Settings

T = TypeVar("T")

_FAULTS: Final = (CatalogError, LexicalIndexError, VectorIndexError, BlockListError)
"""Whatever can be wrong below without being a defect; their messages say what to do."""


def open_backend(settings: Settings) -> Backend:
    """Open catalog, indexes and query log; raises `UnavailableError` when one of them cannot be."""
    fields = FieldCatalog(settings.fields)
    with ExitStack() as opened:
        try:
            facets = parse_facets(settings.search.facets, fields, "search.facets", are_multi_select=True)
            catalog = open_catalog(settings.store.database, settings.store.directory)
            opened.callback(catalog.close)
            ranking = LiveRankingTuning(settings, catalog)
            retriever = open_retriever(catalog, settings, tuning=ranking)
            tuning = LiveSearchTuning(settings, catalog, ranking, retriever.embedded)
            query_log = open_query_log(settings)
            opened.callback(query_log.close)
            near = NearQuestions(retriever.embedded, settings.store.directory / "tuning")
            suggester = open_suggester(query_log, settings.search.suggestions, near)
            opened.callback(suggester.close)
        except _FAULTS as error:
            raise UnavailableError(str(error)) from error
        except InvalidQuestionError as error:
            faults = "; ".join(f"{fault.field}: {fault.message}" for fault in error.faults)
            raise UnavailableError(f"Correct the configuration and start anew: {faults}") from error
        return Backend(
            retriever=GuardedRetriever(retriever),
            library=CatalogLibrary(catalog),
            callers=CatalogCallers(catalog),
            query_log=query_log,
            fields=fields,
            reader=LazyReader(),
            close=opened.pop_all().close,
            suggester=suggester,
            tuning=tuning,
            facets=facets,
        )


class GuardedRetriever:
    """The retriever with its errors translated."""

    def __init__(self, retriever: FollowingRetriever) -> None:
        self._retriever = retriever

    def search(self, question: Question) -> Results:
        """As `Retriever.search`; raises `UnavailableError` when catalog or index cannot be read."""
        try:
            return self._retriever.search(question)
        except _FAULTS as error:
            raise UnavailableError(str(error)) from error

    def retrieve(self, question: Question, limit: int) -> tuple[Passage, ...]:
        """As `Retriever.retrieve`; raises `UnavailableError` when catalog or index cannot be read."""
        try:
            return self._retriever.retrieve(question, limit)
        except _FAULTS as error:
            raise UnavailableError(str(error)) from error

    def embedded(self, texts: Sequence[str]) -> Embedded | None:
        """As `Retriever.embedded`."""
        return self._retriever.embedded(texts)

    def with_words(self, principals: frozenset[str], read: Callable[[ReadableWords], T]) -> T | None:
        """As `Retriever.with_words`; raises `UnavailableError` when catalog or index cannot be read."""
        try:
            return self._retriever.with_words(principals, read)
        except _FAULTS as error:
            raise UnavailableError(str(error)) from error

    def prepare(self) -> None:
        """Load the model; where it cannot be, words alone answer and each answer's notices say why."""
        self._retriever.prepare()

    def refresh(self) -> None:
        """See what was indexed since; raises `UnavailableError` when it cannot be read."""
        try:
            self._retriever.refresh()
        except _FAULTS as error:
            raise UnavailableError(str(error)) from error


class CatalogLibrary:
    """Documents from the catalog, each only for those who may read it."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog
        self._access = AccessLists()

    def document(self, document_id: str, principals: frozenset[str]) -> Document | None:
        """The document with its blocks; None where there is none or it may not be read."""
        # Its text is read once it is known that it may be: what may not be read costs no more than what is
        # not there, and tells nothing by the time it takes.
        if not self._readable([document_id], principals, blocks=False):
            return None
        return self._readable([document_id], principals, blocks=True).get(document_id)

    def sources(self, document_ids: Collection[str], principals: frozenset[str]) -> Mapping[str, Source]:
        """Where passages are cited from; documents that may not be read are left out."""
        return {
            document.id: Source(
                document.id, document.title, document.url, document.kind.value, document.connector
            )
            for document in self._readable(document_ids, principals, blocks=False).values()
        }

    def documents_at(
        self, urls: Collection[str], principals: frozenset[str], *, blocks: bool = True
    ) -> Mapping[str, Document]:
        """Documents by address, with their blocks where they are wanted; of one that several connectors have,
        the first that may be read."""
        with unavailable(), self._catalog.read() as connection:
            names = sorted(connector_names(connection).values())
        ids = {document_id(name, url): url for url in urls for name in reversed(names)}
        readable = self._readable(ids, principals, blocks=blocks)
        return {url: readable[identifier] for identifier, url in ids.items() if identifier in readable}

    def access_lists(self, document_ids: Collection[str]) -> Mapping[str, AccessList]:
        """Who may read these documents: for operators alone."""
        with unavailable(), self._catalog.read() as connection:
            return _access_lists(connection, document_ids)

    def access_lists_of_urls(self, urls: Collection[str]) -> Mapping[str, AccessList]:
        """The same by address; of a document that several connectors have, the first one's."""
        with unavailable(), self._catalog.read() as connection:
            names = sorted(connector_names(connection).values())
            ids = {document_id(name, url): url for url in urls for name in reversed(names)}
            found = _access_lists(connection, ids)
            return {ids[identifier]: access for identifier, access in found.items()}

    def _readable(
        self, document_ids: Collection[str], principals: frozenset[str], *, blocks: bool
    ) -> dict[str, Document]:
        with unavailable(), self._catalog.read() as connection:
            allowed = self._access.allowed_ids(connection, principals)
            found = read_documents(connection, document_ids, blocks=blocks)
        return {
            identifier: document for identifier, document in found.items() if document.access_id in allowed
        }


def _access_lists(connection: Connection, document_ids: Collection[str]) -> dict[str, AccessList]:
    documents = read_documents(connection, document_ids, blocks=False)
    lists = {each: read_access_list(connection, each) for each in {d.access_id for d in documents.values()}}
    return {
        identifier: access
        for identifier, document in documents.items()
        if (access := lists[document.access_id]) is not None
    }
