"""The search service over a small real library, with identities by signed tokens."""

from __future__ import annotations

from fastapi import FastAPI

from indexer.reading.reading import Reading
from indexer.retrieval.tuning import RankingTuning, Tuning
from search_api.app import create_app
from search_api.backend import Backend, Tunes, TunesNothing
from search_api.catalog_door import CatalogCallers
from search_api.identity.identify import Identifier
from search_api.identity.key_sets import KeySource
from search_api.identity.tokens import TokenChecker, TokenRules
from search_api.opening import CatalogLibrary
from search_api.query.fields import FieldCatalog
from search_api.query_log import NoLog
from search_api.service import SearchService
from search_api.suggest.suggester import Suggester
from tests.indexer.retrieval.library import FIELDS, Library
from tests.support.token_signing import AUDIENCE, ISSUER, Signer

SIGNER = Signer()


class _Refreshed:
    """The retriever as the service asks it."""

    def __init__(self, library: Library, tuning: Tuning | RankingTuning | None) -> None:
        retriever = library.retriever(tuning=tuning)
        self.search = retriever.search
        self.retrieve = retriever.retrieve
        self.with_words = retriever.with_words
        self.embedded = retriever.embedded
        self.prepare = retriever.prepare
        self.refresh = retriever.refresh


class _TakesAnythingForAnAnswer:
    """A reader that answers with whatever it is given, so that it is shown."""

    def prepare(self) -> None:
        """Nothing is to be loaded."""

    def read(self, question: str, text: str) -> Reading | None:
        """The whole text, for sure."""
        return Reading(0, len(text), 99.0)


def backend_of(
    library: Library,
    tuning: Tuning | RankingTuning | None = None,
    suggester: Suggester | None = None,
    beside: Tunes | None = None,
) -> Backend:
    """What a service over a library asks."""
    return Backend(
        _Refreshed(library, tuning), CatalogLibrary(library.catalog), CatalogCallers(library.catalog),
        NoLog(), FieldCatalog(FIELDS), lambda: None, suggester=suggester or Suggester(),
        reader=_TakesAnythingForAnAnswer(),
        tuning=beside or TunesNothing(),
    )  # fmt: skip


def service_of(
    library: Library,
    tuning: Tuning | RankingTuning | None = None,
    suggester: Suggester | None = None,
    beside: Tunes | None = None,
) -> SearchService:
    """Answers at once, without having been started."""
    backend = backend_of(library, tuning, suggester, beside)
    service = SearchService(lambda: backend)
    service._backend = backend
    return service


def application(
    library: Library,
    tuning: Tuning | RankingTuning | None = None,
    suggester: Suggester | None = None,
    beside: Tunes | None = None,
) -> tuple[FastAPI, SearchService]:
    """The service over a library; it is not started, its backend is there at once."""
    service = service_of(library, tuning, suggester, beside)
    checker = TokenChecker(KeySource(SIGNER.key_set), TokenRules(ISSUER, AUDIENCE))
    return create_app(service, Identifier(checker, people_sign_in=True)), service
