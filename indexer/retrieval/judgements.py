"""Judged queries: what people found relevant, one JSON object a line."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

MOST_FAULTS: Final = 20
"""Faulty lines that are named together."""


class JudgementsError(ValueError):
    """The file cannot be used; the message names its faulty lines and says what would be right."""


@dataclass(frozen=True, slots=True)
class JudgedQuery:
    """A query and the grades (0 or less: irrelevant) of documents, named by URL or id; it is asked with the
    eyes of `principals` besides everyone's."""

    query: str
    grades: Mapping[str, float]
    principals: frozenset[str] = frozenset()


def read_judgements(file: Path) -> tuple[JudgedQuery, ...]:
    """The judged queries of `file`; see `parse_judgements`."""
    try:
        with file.open(encoding="utf-8") as lines:
            return parse_judgements(lines, str(file))
    except OSError as error:
        raise JudgementsError(f"{file} cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise JudgementsError(f"{file} is not UTF-8 text: {error}") from error


def parse_judgements(lines: Iterable[str], name: str) -> tuple[JudgedQuery, ...]:
    """`{"query": "…", "relevant": ["URL or id", …]}`, or `{"URL or id": grade}`; blank lines are skipped.

    `"principals": ["group:hr"]` says whose eyes a query needs. `name` is the file's, for messages. Raises
    `JudgementsError`, which names every faulty line (20 of them at most).
    """
    judged: list[JudgedQuery] = []
    faults: list[str] = []
    for number, line in enumerate(lines, start=1):
        if line.strip() and len(faults) < MOST_FAULTS:
            parsed = _parse(line)
            if isinstance(parsed, JudgedQuery):
                judged.append(parsed)
            else:
                faults.append(f"{name}:{number}: {parsed}")
    if faults:
        raise JudgementsError("\n".join([*faults[:-1], f"{faults[-1]}; {_EXAMPLE}"]))
    if not judged:
        raise JudgementsError(f"{name}: there is no query in it; {_EXAMPLE}")
    return tuple(judged)


_EXAMPLE = 'a line looks like {"query": "parental leave", "relevant": ["https://intranet.example.com/leave"]}'


def _parse(line: str) -> JudgedQuery | str:
    """The judged query of a line, or what is wrong with it."""
    try:
        entry = json.loads(line)
    except ValueError as error:
        return f"this is not JSON ({error})"
    query = entry.get("query") if isinstance(entry, dict) else None
    if not isinstance(query, str) or not query.strip():
        return "`query` must be a text"
    grades = _grades(entry.get("relevant"))
    if not any(grade > 0 for grade in grades.values()):
        return "`relevant` must name a document by its URL or id"
    principals = entry.get("principals", [])
    if not isinstance(principals, list) or not all(isinstance(each, str) for each in principals):
        return '`principals` must be a list such as ["group:hr"]'
    return JudgedQuery(query, grades, frozenset(principals))


def _grades(relevant: Any) -> dict[str, float]:
    """The grades of a line; none where they have another shape."""
    if isinstance(relevant, list) and all(isinstance(key, str) for key in relevant):
        return dict.fromkeys(relevant, 1.0)
    if isinstance(relevant, dict) and all(
        type(grade) in (int, float) and math.isfinite(grade) for grade in relevant.values()
    ):
        return {key: float(grade) for key, grade in relevant.items()}
    return {}
