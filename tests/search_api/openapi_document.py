"""The OpenAPI document as tests read it: its operations, and each example as a request."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import httpx2

from search_api.app import create_app
from search_api.backend import Backend
from search_api.service import SearchService


def openapi_document() -> dict[str, Any]:
    """What `/openapi.json` answers."""
    return create_app(SearchService(_never)).openapi()


def _never() -> Backend:
    raise AssertionError("nothing is asked of an application that was never started")


@dataclass(frozen=True, slots=True)
class Operation:
    """A method at a path, and what the document says of it."""

    method: str
    path: str
    told: Mapping[str, Any]

    def __str__(self) -> str:
        return f"{self.method} {self.path}"

    @property
    def parameters(self) -> list[Mapping[str, Any]]:
        """All of them, wherever they stand."""
        return list(self.told.get("parameters", ()))

    @property
    def bodies(self) -> Mapping[str, Any]:
        """The example bodies by their names."""
        content = self.told.get("requestBody", {}).get("content", {}).get("application/json", {})
        return {name: example["value"] for name, example in content.get("examples", {}).items()}

    @property
    def takes_body(self) -> bool:
        """Whether a body is sent to it."""
        return "requestBody" in self.told

    @property
    def answer(self) -> Mapping[str, Any]:
        """Schema and example of what it answers in JSON when all is well; empty where it answers no JSON."""
        well = next(answer for status, answer in self.told["responses"].items() if status.startswith("2"))
        return dict(well.get("content", {}).get("application/json", {}))


def operations(document: Mapping[str, Any]) -> list[Operation]:
    """Every operation."""
    return [
        Operation(method.upper(), path, told)
        for path, methods in document["paths"].items()
        for method, told in methods.items()
    ]


def example_of(parameter: Mapping[str, Any]) -> Any:
    """The example of a parameter, wherever it was given; None where there is none."""
    inner = parameter.get("schema", {}).get("examples", [None])[0]
    return parameter.get("example", inner)


def example_requests(
    operation: Operation, client: httpx2.Client, instead: Mapping[str, str]
) -> Iterator[httpx2.Request]:
    """A request for each example body, else one; with the examples of all parameters.

    Names of documents and queries differ between two indexes: `instead` has those of this one.
    """
    path, query = operation.path, dict[str, Any]()
    for parameter in operation.parameters:
        example = _replaced(example_of(parameter), instead)
        if parameter["in"] == "path":
            path = path.replace(f"{{{parameter['name']}}}", str(example))
        elif isinstance(example, dict):
            query |= example
        elif example is not None:
            query[parameter["name"]] = example
    for body in operation.bodies.values() if operation.takes_body else [None]:
        yield client.build_request(operation.method, path, params=query, json=_replaced(body, instead))


def _replaced(example: Any, instead: Mapping[str, str]) -> Any:
    if isinstance(example, dict):
        return {name: _replaced(value, instead) for name, value in example.items()}
    return instead.get(str(example), example) if isinstance(example, str | int) else example
