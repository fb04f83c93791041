"""The tools at `/mcp`, asked by the SDK's own client over real HTTP."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any, Literal

import httpx2
import pytest
from jsonschema import Draft202012Validator
from mcp import Client, MCPError
from mcp.client.streamable_http import streamable_http_client
from mcp.types import CallToolResult, TextContent

from catalog.api_keys import ApiKey, Scope
from search_api.identity.identify import Identifier
from tests.search_api.ask.chat_server import ChatServer
from tests.search_api.ask.test_ask import QUESTION, asking
from tests.search_api.company import BOARD, EXPENSES, LEAVE, Company, company
from tests.search_api.conftest import Running
from tests.search_api.serving import serving

MODES: tuple[Literal["auto", "legacy"], ...] = ("auto", "legacy")
"""The protocol of today, and the one with a handshake that older clients speak."""


@asynccontextmanager
async def client(
    address: str, headers: Mapping[str, str] | None = None, mode: Literal["auto", "legacy"] = "auto"
) -> AsyncIterator[Client]:
    async with (
        httpx2.AsyncClient(headers=headers, trust_env=False, timeout=30) as http_client,
        Client(streamable_http_client(f"{address}/mcp", http_client=http_client), mode=mode) as connected,
    ):
        yield connected


async def call(address: str, tool: str, arguments: dict[str, Any], **headers: str) -> CallToolResult:
    async with client(address, headers) as connected:
        result = await connected.call_tool(tool, arguments)
        assert isinstance(result, CallToolResult)
        return result


def text_of(result: CallToolResult) -> str:
    (content,) = result.content
    assert isinstance(content, TextContent)
    return content.text


@pytest.fixture(scope="module")
def keyed() -> Iterator[tuple[str, Company]]:
    """A service that knows keys: of the board, of nobody in particular, and of a trusted back end."""
    made_up = company()
    for name, groups, scopes in (
        ("board", ("directors",), {Scope.SEARCH}),
        ("plain", (), {Scope.SEARCH}),
        ("chat", (), {Scope.ACT_AS}),
    ):
        made_up.keys[f"sitelore_{name}"] = ApiKey(name, groups, frozenset(scopes), datetime.now(UTC), None)
    with serving(made_up.backend, identifier=Identifier()) as address:
        yield address, made_up


@pytest.mark.parametrize("mode", MODES)
async def test_three_tools_are_offered_that_change_nothing(
    running: Running, mode: Literal["auto", "legacy"]
) -> None:
    async with client(running.address, mode=mode) as connected:
        listed = (await connected.list_tools()).tools
        assert [tool.name for tool in listed] == ["search", "ask", "fetch"]
        for tool in listed:
            assert tool.annotations is not None
            assert tool.annotations.read_only_hint
            assert tool.description
            Draft202012Validator.check_schema(tool.input_schema)
        assert {tool.name: tool.input_schema["required"] for tool in listed} == {
            "search": ["query"],
            "ask": ["question"],
            "fetch": ["id"],
        }


@pytest.mark.parametrize("mode", MODES)
async def test_a_question_finds_documents_with_links_and_one_is_read(
    running: Running, mode: Literal["auto", "legacy"]
) -> None:
    async with client(running.address, mode=mode) as connected:
        schemas = {tool.name: tool.output_schema for tool in (await connected.list_tools()).tools}
        found = await connected.call_tool("search", {"query": "parental leave", "page_size": 3})
        assert isinstance(found, CallToolResult)
        told = found.structured_content
        assert json.loads(text_of(found)) == told
        Draft202012Validator(schemas["search"] or {}).validate(told)
        best = told["results"][0]
        assert (best["id"], best["title"], best["url"]) == (LEAVE.id, LEAVE.title, LEAVE.url)
        assert best["deep_link"].startswith(f"{LEAVE.url}#")
        assert best["text"] in [passage[3] for passage in LEAVE.passages]
        assert len(told["results"]) == 3
        further = await connected.call_tool(
            "search", {"query": "parental leave", "page_size": 3, "cursor": told["next"]}
        )
        assert isinstance(further, CallToolResult)
        assert best["id"] not in [result["id"] for result in further.structured_content["results"]]

        read = await connected.call_tool("fetch", {"id": best["id"]})
        assert isinstance(read, CallToolResult)
        document = read.structured_content
        assert json.loads(text_of(read)) == document
        Draft202012Validator(schemas["fetch"] or {}).validate(document)
        assert document["text"].startswith(f"## How long it lasts\n\n{LEAVE.passages[0][3]}\n\n## How to ask")
        assert (document["title"], document["url"]) == (LEAVE.title, LEAVE.url)
        assert document["metadata"]["department"] == "Human Resources"
        assert document["next_offset"] is None


async def test_a_question_is_answered_in_words_with_what_carries_them() -> None:
    server = ChatServer(["Each parent has ", "90 days of leave [1]."])
    with asking(server) as service:
        async with client(str(service.base_url).rstrip("/")) as connected:
            schemas = {tool.name: tool.output_schema for tool in (await connected.list_tools()).tools}
            answered = await connected.call_tool("ask", {"question": QUESTION})
    assert isinstance(answered, CallToolResult)
    told = answered.structured_content
    assert json.loads(text_of(answered)) == told
    Draft202012Validator(schemas["ask"] or {}).validate(told)
    assert (told["model"], told["text"], told["known"]) == (
        "one",
        "Each parent has 90 days of leave [1].",
        True,
    )
    assert told["citations"][0]["deep_link"].startswith("https://x.example/leave#")


async def test_what_no_passage_says_is_not_answered(running: Running) -> None:
    told = (await call(running.address, "ask", {"question": "Who invented the zeppelin?"})).structured_content
    assert (told["text"], told["known"], told["citations"]) == ("I don't know.", False, [])


async def test_a_filter_narrows_as_it_does_in_a_body(running: Running) -> None:
    wanted = {"query": "leave", "filter": {"field": "department", "eq": "Finance"}}
    found = await call(running.address, "search", wanted)
    assert [result["url"] for result in found.structured_content["results"]] == [EXPENSES.url]


@pytest.mark.parametrize(
    ("tool", "arguments", "said"),
    [
        ("search", {}, "query is missing"),
        ("search", {"query": " "}, "query must not be blank"),
        ("search", {"query": 7}, "query must be text, not 7"),
        ("search", {"query": "x" * 1_001}, "at most 1,000 can be asked"),
        ("search", {"query": "x", "page_size": 1_000}, "page_size must be at most 100, not 1000"),
        ("search", {"query": "x", "limit": 3}, "limit there is no such field"),
        (
            "search",
            {"query": "x", "filter": {"field": "dept", "eq": "x"}},
            "filter.field 'dept': there is no",
        ),
        ("search", {"query": "x", "cursor": "abc"}, "cursor is not a cursor"),
        ("ask", {"question": " "}, "question must not be blank"),
        ("ask", {"question": "x", "model": "gpt"}, "model no language model is configured"),
        ("ask", {"question": "x", "filter": {"field": "dept", "eq": 1}}, "filter.field 'dept': there is no"),
        ("fetch", {"id": "0" * 32}, "take an `id` from `search`"),
        ("fetch", {"id": "../secrets"}, "take an `id` from `search`"),
        ("fetch", {"id": LEAVE.id, "offset": -1}, "offset must be at least 0, not -1"),
    ],
)
async def test_a_wrong_call_is_told_what_to_correct(
    running: Running, tool: str, arguments: dict[str, Any], said: str
) -> None:
    result = await call(running.address, tool, arguments)
    assert result.is_error
    assert said in text_of(result)


async def test_an_unknown_tool_is_an_error_of_the_protocol(running: Running) -> None:
    async with client(running.address) as connected:
        with pytest.raises(MCPError, match="there are search, ask, fetch"):
            await connected.call_tool("delete", {})


async def test_each_caller_finds_and_reads_what_that_caller_may(keyed: tuple[str, Company]) -> None:
    address, _ = keyed
    chat = {"authorization": "Bearer sitelore_chat", "x-on-behalf-of": "eva"}
    readers: dict[str, tuple[dict[str, str], bool]] = {
        "nobody": ({}, False),
        "a key without groups": ({"authorization": "Bearer sitelore_plain"}, False),
        "a key of the board": ({"authorization": "Bearer sitelore_board"}, True),
        "a user without groups": (chat, False),
        "a user of the board": ({**chat, "x-groups": '["directors"]'}, True),
    }
    for who, (headers, may_read) in readers.items():
        found = await call(address, "search", {"query": "secret plan of the board"}, **headers)
        ids = [result["id"] for result in found.structured_content["results"]]
        assert (BOARD.id in ids) is may_read, who
        read = await call(address, "fetch", {"id": BOARD.id}, **headers)
        assert read.is_error is not may_read, who
        assert ("island" in text_of(read)) is may_read, who


async def test_searches_are_remembered_with_who_asked(keyed: tuple[str, Company]) -> None:
    address, made_up = keyed
    await call(address, "search", {"query": "parental"}, authorization="Bearer sitelore_board")
    asked = made_up.asked[-1]
    assert (asked.text, asked.asker.name) == ("parental", "board")


def test_a_wrong_key_is_refused_before_the_protocol_begins(keyed: tuple[str, Company]) -> None:
    address, _ = keyed
    answer = post(address, {"authorization": "Bearer sitelore_wrong"})
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"].startswith("Bearer")
    assert post(address, {"authorization": "Bearer sitelore_chat"}).status_code == 403


def test_pages_of_other_sites_are_refused(running: Running) -> None:
    assert post(running.address, {"origin": "https://evil.example"}).status_code == 403
    rebound = post(running.address, {"origin": "http://evil.example", "host": "evil.example"})
    assert rebound.status_code == 403
    assert rebound.json()["errors"][0]["field"] == "Origin"
    assert post(running.address, {"origin": running.address}).status_code == 200


def test_what_is_no_message_of_the_protocol_is_refused(running: Running) -> None:
    accept = {"accept": "application/json, text/event-stream", "content-type": "application/json"}
    for body in (b"", b"{", b"[]", b'{"jsonrpc": "2.0"}', b'{"jsonrpc": "1.0", "id": 1, "method": "ping"}'):
        answer = running.client.post("/mcp", content=body, headers=accept)
        assert 400 <= answer.status_code < 500, body
    assert running.client.post("/mcp", content=b" " * 100_000, headers=accept).status_code == 413
    for method in ("GET", "DELETE"):
        assert running.client.request(method, "/mcp").status_code == 405


def post(address: str, headers: Mapping[str, str]) -> httpx2.Response:
    accept = {"accept": "application/json, text/event-stream"}
    body = {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}
    return httpx2.post(f"{address}/mcp", json=body, headers={**accept, **headers}, trust_env=False)
