"""The retrievers that `docs/retrievers.md` shows, run as they stand there, in a process of their own."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from catalog.api_keys import ApiKey, Scope
from search_api.identity.identify import Identifier
from tests.search_api.company import BOARD, LEAVE, company
from tests.search_api.serving import serving
from tests.support.snippets import run_snippet, snippets

GUIDE = Path(__file__).resolve().parents[2] / "docs/retrievers.md"
LANGCHAIN, LLAMA_INDEX = snippets(GUIDE, "python")
AS_SOMEONE = {
    LANGCHAIN: """
chosen = SiteloreRetriever(url=retriever.url, key="sitelore_chat", user="eva", groups=["directors"],
                           filter={"field": "department", "eq": "Board"})
print([each.metadata["title"] for each in chosen.invoke("leave")])
""",
    LLAMA_INDEX: """
chosen = SiteloreRetriever(os.environ["SITELORE_URL"], "sitelore_chat", user="eva", groups=["directors"],
                           filter={"field": "department", "eq": "Board"})
print([each.node.metadata["title"] for each in chosen.retrieve("leave")])
""",
}


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    made_up = company()
    for name, scope in (("assistant", Scope.SEARCH), ("chat", Scope.ACT_AS)):
        made_up.keys[f"sitelore_{name}"] = ApiKey(name, (), frozenset({scope}), datetime.now(UTC), None)
    with serving(made_up.backend, identifier=Identifier()) as running:
        yield running


@pytest.mark.parametrize("program", [LANGCHAIN, LLAMA_INDEX], ids=["LangChain", "LlamaIndex"])
def test_a_retriever_of_the_guide_finds_passages_as_whoever_asks(program: str, address: str) -> None:
    printed = run_snippet(
        program + AS_SOMEONE[program], SITELORE_URL=address, SITELORE_KEY="sitelore_assistant"
    )
    *public, board = printed.splitlines()
    assert public[0].startswith(f"{LEAVE.title} {LEAVE.url}#")
    assert len(public) == 3
    assert all(BOARD.title not in line for line in public)
    assert board == f"['{BOARD.title}']"
