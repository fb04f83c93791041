"""Who asks decides what is found: keys, tokens and trusted back ends, over HTTP."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

import httpx2
import pytest

from catalog.api_keys import PREFIX, ApiKey, Scope
from search_api.identity.identify import Identifier
from search_api.identity.key_sets import KeySource
from search_api.identity.tokens import TokenChecker, TokenRules
from tests.search_api.company import BOARD, LEAVE, Company, company
from tests.search_api.serving import serving
from tests.support.token_signing import AUDIENCE, ISSUER, Signer

SIGNER = Signer()
KEYS = {
    "board": (("board",), {Scope.SEARCH}),
    "plain": ((), {Scope.SEARCH}),
    "nested": (("directors",), {Scope.SEARCH}),
    "portal": (("board",), {Scope.ACT_AS}),
    "operator": ((), {Scope.ADMIN}),
}


@dataclass(frozen=True)
class Door:
    company: Company
    client: httpx2.Client

    def get(self, path: str, token: str | None = None, **headers: str) -> httpx2.Response:
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        if token is not None:
            sent["authorization"] = f"Bearer {token}"
        return self.client.get(path, headers=sent)

    def sees_board(self, token: str | None = None, **headers: str) -> bool:
        """Whether the secret plan is found, and shown when asked for: both or neither."""
        answer = self.get("/v1/search?q=leave+plan&facet=department&page_size=100", token, **headers)
        assert answer.status_code == 200, answer.text
        found = BOARD.id in answer.text
        assert found == ("Board" in json.dumps(answer.json()["facets"]))
        shown = self.get(f"/v1/documents/{BOARD.id}", token, **headers)
        assert shown.status_code == (200 if found else 404)
        return found


def _key(name: str) -> ApiKey:
    groups, scopes = KEYS[name]
    return ApiKey(name, groups, frozenset(scopes), datetime.now(UTC), None)


@pytest.fixture(scope="module")
def door() -> Iterator[Door]:
    made_up = company()
    made_up.keys = {PREFIX + name: _key(name) for name in KEYS}
    checker = TokenChecker(KeySource(SIGNER.key_set), TokenRules(ISSUER, AUDIENCE))
    identifier = Identifier(checker, frozenset({"group:it"}))
    with (
        serving(made_up.backend, identifier=identifier) as address,
        httpx2.Client(base_url=address, trust_env=False) as client,
    ):
        yield Door(made_up, client)


def test_nobody_in_particular_sees_what_is_public(door: Door) -> None:
    assert not door.sees_board()


@pytest.mark.parametrize(
    ("token", "sees"),
    [
        (PREFIX + "board", True),
        (PREFIX + "plain", False),
        (PREFIX + "nested", True),
        (SIGNER.token("eva", groups=["board"]), True),
        (SIGNER.token("eva", groups=["directors"]), True),
        (SIGNER.token("eva"), False),
        (SIGNER.token("board"), False),
    ],
    ids=["key", "plain key", "key, nested", "token", "token, nested", "plain token", "user named like it"],
)
def test_keys_and_tokens_see_what_their_groups_see(door: Door, token: str, sees: bool) -> None:
    assert door.sees_board(token) == sees


@pytest.mark.parametrize(
    ("header", "field_says"),
    [
        (f"Bearer {PREFIX}unknown", "there is no such key, or it was revoked"),
        ("Bearer nonsense", "neither a key of this service nor a token"),
        (f"Bearer {SIGNER.token(exp=1)}", "the token has expired"),
        ("Bearer", "must be `Bearer` and a key or token"),
        ("Basic ZXZhOnNlY3JldA==", "must be `Bearer` and a key or token"),
        ("", "must be `Bearer` and a key or token"),
    ],
)
@pytest.mark.parametrize("path", ["/v1/search?q=leave", f"/v1/documents/{LEAVE.id}", "/?q=leave"])
def test_wrong_credentials_are_refused_and_never_taken_for_none(
    door: Door, path: str, header: str, field_says: str
) -> None:
    answer = door.get(path, authorization=header)
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"].startswith("Bearer ")
    problem = answer.json()
    assert problem["errors"][0]["field"] == "Authorization"
    assert field_says in problem["errors"][0]["message"]
    assert PREFIX not in answer.text


def test_a_trusted_back_end_asks_for_someone_with_their_rights_alone(door: Door) -> None:
    portal = PREFIX + "portal"
    assert door.sees_board(portal, X_On_Behalf_Of="eva", X_Groups='["board"]')
    assert door.sees_board(portal, X_On_Behalf_Of="eva", X_Groups='["directors", "CN=x, OU=y"]')
    assert not door.sees_board(portal, X_On_Behalf_Of="eva")
    assert not door.sees_board(portal, X_On_Behalf_Of="eva", X_Groups="[]")


@pytest.mark.parametrize("token", [None, PREFIX + "board", PREFIX + "operator", SIGNER.token(groups=["it"])])
def test_only_a_key_with_that_scope_acts_for_someone(door: Door, token: str | None) -> None:
    for header in ({"X_On_Behalf_Of": "eva"}, {"X_Groups": '["board"]'}):
        answer = door.get("/v1/search?q=leave", token, **header)
        assert answer.status_code == 403
        assert "scope act-as" in answer.json()["errors"][0]["message"]


@pytest.mark.parametrize("groups", ["board", "{}", '"board"', "[1]", '[""]', "[", '["\\ud800"]', "[" * 3_000])
def test_groups_that_cannot_be_read_are_refused(door: Door, groups: str) -> None:
    answer = door.get("/v1/search?q=leave", PREFIX + "portal", X_On_Behalf_Of="eva", X_Groups=groups)
    assert answer.status_code == 400
    assert answer.json()["errors"] == [
        {"field": "X-Groups", "message": 'must be a JSON list of names, such as ["hr", "it"]'}
    ]


def test_an_identity_that_is_sent_twice_is_refused(door: Door) -> None:
    for name in ("Authorization", "X-On-Behalf-Of", "X-Groups"):
        headers = [("Authorization", f"Bearer {PREFIX}portal"), (name, "[]"), (name, "[]")]
        answer = door.client.get("/v1/search?q=leave", headers=headers)
        assert answer.status_code == 400
        assert "is sent more than once" in answer.json()["errors"][0]["message"]


def test_a_key_without_the_scope_does_not_search(door: Door) -> None:
    answer = door.get("/v1/search?q=leave", PREFIX + "operator")
    assert answer.status_code == 403
    assert "needs the scope search" in answer.json()["errors"][0]["message"]
    answer = door.get("/v1/search?q=leave", PREFIX + "portal")
    assert "name a user by X-On-Behalf-Of" in answer.json()["errors"][0]["message"]


def test_what_may_not_be_read_is_answered_as_what_does_not_exist(door: Door) -> None:
    hidden, missing = door.get(f"/v1/documents/{BOARD.id}"), door.get(f"/v1/documents/{'0' * 32}")
    assert hidden.status_code == missing.status_code == 404
    assert hidden.content == missing.content
    volatile = {"date"}
    assert {k: v for k, v in hidden.headers.items() if k not in volatile} == {
        k: v for k, v in missing.headers.items() if k not in volatile
    }


def test_without_authentication_keys_add_no_documents() -> None:
    made_up = company()
    made_up.keys = {PREFIX + name: _key(name) for name in KEYS}
    with (
        serving(made_up.backend) as address,
        httpx2.Client(base_url=address, trust_env=False) as client,
    ):
        door = Door(made_up, client)
        assert not door.sees_board(PREFIX + "board")
        assert door.get("/v1/search?q=leave", SIGNER.token()).status_code == 401
        answer = door.get("/v1/search?q=leave", PREFIX + "portal", X_On_Behalf_Of="eva")
        assert answer.status_code == 403
        assert "`search.authentication` is none" in answer.json()["errors"][0]["message"]
