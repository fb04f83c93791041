"""The panel in which language models write an answer: which ones, and what its script sends to `/v1/ask`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import orjson

from indexer.retrieval.question import AllOf, AnyOf, Comparison, Filter, Not, Question
from search_api.ask.request import MOST_MODELS


@dataclass(frozen=True, slots=True)
class AskView:
    """Models side by side; `body` is the JSON of the request."""

    models: tuple[str, ...]
    body: str

    @property
    def models_json(self) -> str:
        """The models' names for the script."""
        return orjson.dumps(self.models).decode()


def view_ask(typed: str, question: Question, models: Sequence[str]) -> AskView | None:
    """The panel for a question within its filters; None where nothing is asked or nobody would answer."""
    names = tuple(models)[:MOST_MODELS]
    if not names or not question.text.strip() or question.shown:
        return None
    body: dict[str, object] = {"question": typed, "models": names, "stream": True}
    if question.filter is not None:
        body["filter"] = _written(question.filter)
    return AskView(names, orjson.dumps(body).decode())


def _written(condition: Filter) -> dict[str, object]:
    """A filter of an address in the grammar of `/v1/search`; addresses hold nothing but comparisons."""
    match condition:
        case AllOf(parts):
            return {"and": [_written(part) for part in parts]}
        case AnyOf(parts):
            return {"or": [_written(part) for part in parts]}
        case Not(part):
            return {"not": _written(part)}
        case Comparison(field, operator, value):
            return {"field": field, operator: value.isoformat() if isinstance(value, datetime) else value}
    raise AssertionError(f"no address holds {condition}")
