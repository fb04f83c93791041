"""Judged queries: what people found relevant, one JSON object a line."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any


class JudgementsError(ValueError):
    """A line of the file cannot be used; the message names it and says what would be right."""


@dataclass(frozen=True, slots=True)
class JudgedQuery:
    """A query and the grades (0 or less: irrelevant) of documents, named by URL or id."""

    query: str
    grades: Mapping[str, float]


def parse_judgements(lines: Iterable[str], name: str) -> tuple[JudgedQuery, ...]:
    """`{"query": "…", "relevant": ["URL or id", …]}`, or `{"URL or id": grade}`; blank lines are skipped.

    `name` is the file's, for messages. Raises `JudgementsError`.
    """
    judged = tuple(
        _parse(line, f"{name}:{number}") for number, line in enumerate(lines, start=1) if line.strip()
    )
    if not judged:
        raise JudgementsError(f"{name}: there is no query in it; {_EXAMPLE}")
    return judged


_EXAMPLE = 'a line looks like {"query": "parental leave", "relevant": ["https://intranet.example.com/leave"]}'


def _parse(line: str, place: str) -> JudgedQuery:
    try:
        entry = json.loads(line)
    except ValueError as error:
        raise JudgementsError(f"{place}: this is not JSON ({error}); {_EXAMPLE}") from error
    query = entry.get("query") if isinstance(entry, dict) else None
    if not isinstance(query, str) or not query.strip():
        raise JudgementsError(f"{place}: `query` must be a text; {_EXAMPLE}")
    grades = _grades(entry.get("relevant"))
    if not any(grade > 0 for grade in grades.values()):
        raise JudgementsError(f"{place}: `relevant` must name a document by its URL or id; {_EXAMPLE}")
    return JudgedQuery(query, grades)


def _grades(relevant: Any) -> dict[str, float]:
    """The grades of a line; none where they have another shape."""
    if isinstance(relevant, list) and all(isinstance(key, str) for key in relevant):
        return dict.fromkeys(relevant, 1.0)
    if isinstance(relevant, dict) and all(type(grade) in (int, float) for grade in relevant.values()):
        return {key: float(grade) for key, grade in relevant.items()}
    return {}
