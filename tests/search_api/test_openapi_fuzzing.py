"""Whatever fits or breaks the OpenAPI document (schemathesis): never an error of ours, nothing undeclared.

The same requests each time, so that nobody meets a fault of another's routes by chance;
`make fuzz` asks twenty times as much, each time anew.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

import pytest
import requests
import schemathesis
from hypothesis import settings
from schemathesis import Case, CheckContext, Response

from catalog.api_keys import Scope, create_key
from catalog.scheduler import become_scheduler
from search_api.identity.identify import Identifier
from search_api.problems import PROBLEM_TYPE
from search_api.protection import SECURITY_HEADERS
from settings.load import load_settings
from tests.indexer.retrieval.library import Library
from tests.search_api.library_service import backend_of
from tests.search_api.openapi_document import openapi_document
from tests.search_api.serving import serving

CONFIGURATION: Final = """
version: 1
store: {database: sqlite:///catalog.db, directory: .}
search:
  authentication: {type: api_keys}
  alerts: {webhooks: ['https://hooks.example.com']}
connectors:
  - {name: handbook, seeds: [https://intranet.example.com/], access: public}
"""
CONFIG: Final[Mapping[str, Any]] = {
    # Which names and values mean something is for the index to say: what fits the schema may still be a 422.
    "checks": {
        "positive_data_acceptance": {"enabled": False},
        "negative_data_rejection": {"expected-statuses": ["4xx"]},
    },
    "generation": {"with-security-parameters": False},
    "suppress-health-check": ["all"],
}
schema = schemathesis.openapi.from_dict(openapi_document(), config=schemathesis.Config.from_dict({**CONFIG}))


@schemathesis.check
def refusals_are_problems(_: CheckContext, response: Response, case: Case[Any]) -> None:
    """Beside what schemathesis checks: every answer is protected, and a refusal says what was wrong."""
    for name, value in SECURITY_HEADERS.items():
        assert response.headers[name] == [value]
    if response.status_code >= 400:
        assert response.headers["content-type"] == [PROBLEM_TYPE]
        problem = response.json()
        assert problem["status"] == response.status_code
        assert problem["detail"]
    if response.status_code == 422:
        assert problem["errors"], f"{case.method} {case.path} does not name the field"
        assert all(error["field"] and error["message"] for error in problem["errors"])


@pytest.fixture(scope="module")
def operator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    """How schemathesis asks a service over a small real index, as someone who may do everything, and as if a
    scheduler ran that never gets to what it is asked for."""
    folder = tmp_path_factory.mktemp("library")
    (folder / "connectors.yaml").write_text(CONFIGURATION)
    library = Library(folder)
    for number, department in enumerate(("HR", "HR", "IT", "Travel")):
        library.add(
            f"https://intranet.example.com/{number}",
            f"Rule {number} of {department}: parental leave lasts {number + 20} weeks.",
            fields={"department": department, "tags": ("a", department), "price": number / 2},
        )
    library.add("https://intranet.example.com/secret", "The board's own leave.", allow=["group:board"])
    with library.catalog.write() as connection:
        key = create_key(connection, "fuzzing", ["staff"], [Scope.SEARCH, Scope.ADMIN])
        become_scheduler(connection)
    backend = backend_of(library)
    settings = load_settings(folder / "connectors.yaml")
    service = serving(lambda: backend, identifier=Identifier(), settings=settings)
    with service as address, requests.Session() as session:
        session.headers["Authorization"] = f"Bearer {key}"
        session.trust_env = False
        yield {"base_url": address, "session": session}
    library.close()


@schema.parametrize()
@settings(max_examples=settings().max_examples // 4, derandomize=settings().max_examples < 1_000)
def test_nothing_is_an_error_of_ours_or_undeclared(case: Case[Any], operator: dict[str, Any]) -> None:
    case.call_and_validate(**operator)
