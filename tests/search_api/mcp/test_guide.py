"""The program that `docs/mcp.md` shows, run as it stands there."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from pathlib import Path

from catalog.api_keys import ApiKey, Scope
from search_api.identity.identify import Identifier
from tests.search_api.company import LEAVE, company
from tests.search_api.serving import serving
from tests.support.snippets import run_snippet, snippets

GUIDE = Path(__file__).resolve().parents[3] / "docs/mcp.md"


def test_the_program_of_the_guide_finds_documents() -> None:
    (program,) = snippets(GUIDE, "python")
    made_up = company()
    made_up.keys["sitelore_x"] = ApiKey("x", (), frozenset({Scope.SEARCH}), datetime.now(UTC), None)
    with serving(made_up.backend, identifier=Identifier()) as address:
        printed = run_snippet(program, SITELORE_URL=address, SITELORE_KEY="sitelore_x")
    assert LEAVE.title in printed
    assert f"{LEAVE.url}#" in printed


def test_every_configuration_of_the_guide_is_json() -> None:
    told = [json.loads(block) for block in snippets(GUIDE, "json")]
    assert len(told) >= 4
    assert all(re.search(r"/mcp\b", json.dumps(block)) for block in told)
