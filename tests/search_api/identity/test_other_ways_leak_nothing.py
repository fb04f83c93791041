"""Assistants and saved searches: neither is told anything of what may not be read, whatever is asked.

As with the other routes, each document holds a word that no other has.
"""

from __future__ import annotations

import asyncio
import json
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx2
from fastapi import FastAPI
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from catalog.access import access_list
from catalog.groups import replace_groups
from catalog.published_changes import Change
from search_api.saved.matching import matching_documents
from search_api.saved.requests import parse_watched
from search_api.service import SearchService
from tests.indexer.retrieval.library import Library
from tests.search_api.identity.test_nothing_leaks import NESTED, Asked, Sheet, asked, secret_word, sheets
from tests.search_api.library_service import SIGNER, application


async def call(client: httpx2.AsyncClient, tool: str, arguments: dict[str, Any]) -> str:
    """What an assistant reads."""
    told = {"name": tool, "arguments": arguments}
    body = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": told}
    answer = await client.post("/mcp", json=body)
    assert answer.status_code == 200, answer.text
    (content,) = answer.json()["result"]["content"]
    return str(content["text"])


async def ask_assistant(app: FastAPI, question: Asked, hidden: dict[str, str], readable: set[str]) -> None:
    headers = {"accept": "application/json, text/event-stream"}
    if question.user:
        headers["authorization"] = f"Bearer {SIGNER.token(question.user, groups=list(question.groups))}"
    transport = httpx2.ASGITransport(app=app)
    async with httpx2.AsyncClient(transport=transport, base_url="http://test", headers=headers) as client:
        words = question.query or "sheet"
        found = await call(client, "search", {"query": words, "page_size": 100})
        told = [found, await call(client, "ask", {"question": f"What is the {words}?"})]
        told += [await call(client, "fetch", {"id": name}) for name in hidden]
    for name, secret in hidden.items():
        assert not [text for text in told if secret in text or f'"{name}"' in text], f"of {name} is told"
    results = json.loads(found)
    assert {result["id"] for result in results["results"]} <= readable
    assert results["total"] <= len(readable)


def compare(service: SearchService, question: Asked, by_id: dict[str, Sheet], urls: dict[str, str]) -> None:
    """A saved search is told of exactly the readable documents with all its words, by brute force."""
    words = question.asked[0]
    if not words:
        return
    now = datetime.now(UTC)
    changes = [Change(name, url, now, is_new=True) for name, url in urls.items()]
    backend = service.backend
    principals = backend.callers.expanded(question.principals | {"everyone"})
    watched = parse_watched({"query": words, "filter": None}, backend.fields, principals)
    told = {document["id"] for document in matching_documents(backend, watched, changes)}
    assert told == {
        name
        for name, sheet in by_id.items()
        if access_list(sheet.allow, sheet.deny).permits(question.principals)
        and set(words.split()) <= set(sheet.text.split())
    }


@settings(max_examples=8, deadline=None, phases=[Phase.explicit, Phase.reuse, Phase.generate])
@given(st.lists(sheets, min_size=1, max_size=6), st.lists(asked, min_size=1, max_size=3))
def test_neither_assistants_nor_webhooks_are_told_what_may_not_be_read(
    told: list[Sheet], questions: list[Asked]
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        library = Library(Path(folder))
        with library.catalog.write() as connection:
            replace_groups(connection, NESTED)
        by_id, urls, secrets = dict[str, Sheet](), dict[str, str](), dict[str, str]()
        for number, sheet in enumerate(told):
            secret = secret_word(number)
            url = f"https://i.example/{secret}"
            text = f"{sheet.text} {secret}"
            name = library.add(url, text, title=f"Sheet {secret}", allow=sheet.allow, deny=sheet.deny)
            by_id[name], urls[name], secrets[name] = sheet, url, secret
        app, service = application(library)
        asyncio.run(_ask_all(app, questions, by_id, secrets))
        for question in questions:
            compare(service, question, by_id, urls)
        service.stop()
        library.close()


async def _ask_all(
    app: FastAPI, questions: list[Asked], by_id: dict[str, Sheet], secrets: dict[str, str]
) -> None:
    async with app.state.mcp.running():
        for question in questions:
            readable = {
                name
                for name, sheet in by_id.items()
                if access_list(sheet.allow, sheet.deny).permits(question.principals)
            }
            hidden = {name: secret for name, secret in secrets.items() if name not in readable}
            await ask_assistant(app, question, hidden, readable)
