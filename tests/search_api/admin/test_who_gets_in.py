"""Operators alone get anything of the routes and pages for operators, however they are known."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta

import httpx2
import pytest

from catalog.groups import replace_groups
from catalog.sign_ins import Person
from search_api.catalog_door import CatalogDoor
from search_api.identity.identify import Identifier
from search_api.sign_in.cookies import Cookie
from settings.load import load_settings
from tests.search_api.admin.conftest import Operated, nothing_indexed
from tests.search_api.openapi_document import Operation, example_of, openapi_document, operations
from tests.search_api.serving import serving

OPERATIONS = [each for each in operations(openapi_document()) if "administration" in each.told["tags"]]


def address_of(operation: Operation) -> str:
    """The path of an operation with its examples in place."""
    examples = {each["name"]: example_of(each) for each in operation.parameters if each["in"] == "path"}
    return re.sub(r"\{(\w+)\}", lambda name: str(examples[name[1]]), operation.path)


def test_the_routes_for_operators_are_told_apart_in_the_document() -> None:
    assert {"/v1/connectors", "/v1/runs/{run}/urls.csv", "/v1/access", "/v1/analytics", "/v1/tuning"} <= {
        each.path for each in OPERATIONS
    }


@pytest.mark.parametrize("operation", OPERATIONS, ids=str)
def test_nobody_else_gets_anything(operated: Operated, operation: Operation) -> None:
    path = address_of(operation)
    nobody = httpx2.request(operation.method, operated.address + path, trust_env=False)
    searcher = operated.searcher.request(operation.method, path)
    assert (nobody.status_code, searcher.status_code) == (401, 403)
    for answer in (nobody, searcher):
        assert answer.headers["content-type"] == "application/problem+json"
        assert [error["field"] for error in answer.json()["errors"]] == ["Authorization"]


@pytest.fixture(scope="module")
def with_people(operated: Operated) -> Iterator[tuple[str, CatalogDoor]]:
    """The same catalog where people sign in, and the group of the operators holds another."""
    settings = load_settings(operated.config)
    identifier = Identifier(admins=frozenset({"group:it", "user:eva"}), people_sign_in=True)
    door = CatalogDoor(settings.store)
    with door.write() as connection:
        replace_groups(connection, [("group:it", "group:night-shift")])
    with serving(nothing_indexed, ready=False, identifier=identifier, settings=settings) as address:
        yield address, door
    door.close()


@pytest.mark.parametrize(
    ("person", "status"),
    [
        (Person("eva", ()), 200),
        (Person("sam", ("it",)), 200),
        (Person("kim", ("night-shift",)), 200),
        (Person("bob", ("hr",)), 403),
        (Person("group:it", ()), 403),
    ],
    ids=lambda each: each.user if isinstance(each, Person) else str(each),
)
def test_of_people_the_configured_admins_are_operators(
    with_people: tuple[str, CatalogDoor], person: Person, status: int
) -> None:
    address, door = with_people
    cookie = {Cookie.SIGN_IN.value: door.callers.sign_in(person, "", timedelta(hours=1))}
    with httpx2.Client(base_url=address, cookies=cookie, trust_env=False) as browser:
        page, route = browser.get("/admin"), browser.get("/v1/connectors")
        menu = "Administration</a>" in page.text
    assert (page.status_code, route.status_code, menu) == (status, status, status == 200)
