"""Configured answers in `/v1/ask`: given as they are without a language model, else read and cited by it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import httpx2

from search_api.ask.chat_model import ChatModel
from search_api.backend import TunesNothing
from search_api.tuning.faq import FaqEntries, FaqMatch
from settings.services import AnswerModel
from settings.tuning.faq import FaqEntry
from tests.search_api.answers.chunked import Points
from tests.search_api.ask.chat_server import ChatServer, chat_server
from tests.search_api.company import Company, Entry
from tests.search_api.serving import serving

PAYDAY = Entry("https://x.example/pay", "Pay", ((("Pay",), None, None, "Each payday is explained here."),))
BOARD = Entry(
    "https://x.example/board", "Board", ((("Board",), None, None, "Salaries of board."),), secret=True
)
CONFIGURED = (
    FaqEntry(question="When is payday?", answer="On the 25th of each month.", url=PAYDAY.url),
    FaqEntry(question="When does the board meet?", answer="On Mondays.", url=BOARD.url),
    FaqEntry(question="Who chairs the board?", answer="Bea Okonkwo.", allow=("group:board",)),
)


class Configured(TunesNothing):
    """Answers these questions by their words."""

    def answers(self, text: str, principals: frozenset[str]) -> tuple[FaqMatch, ...]:
        return FaqEntries(CONFIGURED).matches(text, principals, None)


@contextmanager
def asking(server: ChatServer | None = None) -> Iterator[httpx2.Client]:
    """A client of a service whose passages answer nothing."""

    def backend() -> Any:
        made = Company((PAYDAY, BOARD)).backend()
        return replace(made, reader=Points("25th", -20.0), tuning=Configured())

    with chat_server(server or ChatServer()) as running:
        model = ChatModel(AnswerModel(name="one", url=running.address, model="m"))
        with (
            serving(backend, chat_models=[model] if server else []) as address,
            httpx2.Client(base_url=address, trust_env=False, timeout=20) as client,
        ):
            yield client


def answer(client: httpx2.Client, question: str) -> dict[str, Any]:
    (found,) = client.post("/v1/ask", json={"question": question}).json()["answers"]
    assert isinstance(found, dict)
    return found


def test_a_model_reads_and_cites_the_configured_answer_where_no_passage_answers() -> None:
    server = ChatServer(["Payday is on the 25th of each month [1]."])
    with asking(server) as client:
        found = answer(client, "When is payday?")

    assert (found["text"], found["known"]) == ("Payday is on the 25th of each month [1].", True)
    (citation,) = found["citations"]
    assert citation["title"] == "When is payday?"
    assert citation["text"] == "On the 25th of each month."
    assert (citation["document_id"], citation["deep_link"]) == (PAYDAY.id, PAYDAY.url)
    user = server.asked[0]["messages"][1]["content"]
    assert user.index("On the 25th") < user.index("Each payday is explained here.")


def test_a_configured_answer_that_the_caller_may_not_see_is_told_to_no_model() -> None:
    server = ChatServer(["Bea Okonkwo [1]."])
    with asking(server) as client:
        found = answer(client, "Who chairs the board?")

    assert found["known"] is False
    assert "Okonkwo" not in json.dumps(server.asked)


def test_without_a_model_the_configured_answer_is_given_with_its_document() -> None:
    with asking() as client:
        found = answer(client, "When is payday?")

    assert (found["text"], found["known"]) == ("On the 25th of each month. [1]", True)
    assert found["citations"][0]["document_id"] == PAYDAY.id


def test_a_document_that_the_caller_may_not_read_is_not_named_by_its_id() -> None:
    with asking() as client:
        (citation,) = answer(client, "When does the board meet?")["citations"]
        (shown,) = client.post("/v1/search", json={"query": "When does the board meet?"}).json()["answers"]

    assert (citation["document_id"], citation["deep_link"]) == (None, BOARD.url)
    assert shown["document_id"] is None
