"""The service around the backend: readiness, refresh, overload, an orderly end."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable

import pytest

from indexer.retrieval.question import Question, Results
from search_api.backend import Backend, UnavailableError
from search_api.service import OverloadedError, SearchService
from tests.search_api.company import Company, company


def wait_for(condition: Callable[[], object], seconds: float = 20.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not come to pass"
        time.sleep(0.01)


def is_ready(service: SearchService) -> bool:
    try:
        return service.backend is not None
    except UnavailableError:
        return False


def test_until_the_backend_is_open_the_reason_is_told() -> None:
    may_open = threading.Event()
    made_up = company()

    def open_backend() -> Backend:
        may_open.wait()
        return made_up.backend()

    service = SearchService(open_backend)
    service.start()
    with pytest.raises(UnavailableError, match="the index and the model are being loaded"):
        _ = service.backend
    may_open.set()
    wait_for(lambda: is_ready(service))
    assert made_up.prepared == 1, "the model is loaded before the first question"
    service.stop()
    assert made_up.closed


def test_an_index_that_appears_later_is_picked_up_without_a_restart() -> None:
    class Appearing(Company):
        def search(self, question: Question) -> Results:
            if self.refreshed < 2:
                return Results((), 0, notices=("nothing is indexed yet: run `crawler sync`",))
            return super().search(question)

    made_up = Appearing(company().entries)
    service = SearchService(made_up.backend)
    service.start()
    wait_for(lambda: made_up.refreshed >= 1)
    wait_for(lambda: is_ready(service))
    assert made_up.refreshed >= 2
    service.stop()


def test_a_backend_that_cannot_be_opened_is_tried_again_and_says_why() -> None:
    attempts: list[int] = []

    def open_backend() -> Backend:
        attempts.append(1)
        if len(attempts) == 1:
            raise UnavailableError("the catalog is locked")
        return company().backend()

    service = SearchService(open_backend)
    service.start()
    wait_for(lambda: attempts)
    wait_for(lambda: is_ready(service))
    assert len(attempts) == 2
    service.stop()


def test_a_refresh_that_fails_leaves_the_service_ready() -> None:
    class Failing(Company):
        def refresh(self) -> None:
            super().refresh()
            if self.refreshed > 1:
                raise UnavailableError("the new segment is damaged")

    made_up = Failing(company().entries)
    service = SearchService(made_up.backend)
    service.start()
    wait_for(lambda: made_up.refreshed >= 2)
    assert is_ready(service)
    service.stop()


async def test_beyond_its_capacity_the_service_refuses_instead_of_queueing() -> None:
    go_on = threading.Event()
    made_up = company()
    service = SearchService(made_up.backend, threads=1, waiting=1)
    service.start()
    wait_for(lambda: is_ready(service))

    def slow(_: Backend) -> str:
        go_on.wait()
        return "answered"

    first, second = (asyncio.create_task(service.ask(slow)) for _ in range(2))
    await asyncio.sleep(0)
    with pytest.raises(OverloadedError, match="ask again in a moment"):
        await service.ask(slow)
    go_on.set()
    assert (await first, await second) == ("answered", "answered")
    assert await service.ask(slow) == "answered"
    service.stop()


async def test_questions_are_answered_off_the_event_loop() -> None:
    service = SearchService(company().backend)
    service.start()
    wait_for(lambda: is_ready(service))
    name = await service.ask(lambda _: threading.current_thread().name)
    assert name.startswith("search")
    service.stop()


def test_a_service_that_was_never_started_can_be_stopped() -> None:
    SearchService(company().backend).stop()
