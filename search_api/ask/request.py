"""What may be sent to `/v1/ask`, and the models that it chooses."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from pydantic import BaseModel, ConfigDict, Field

from search_api.query.faults import Fault, InvalidQuestionError, invalid, nearest, shown
from search_api.query.fields import FieldCatalog
from search_api.query.request import Search, parse_search, validated

MOST_MODELS: Final = 4


class AskRequest(BaseModel):
    """A question to be answered in words."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    question: str = Field(min_length=1, examples=["How many days of parental leave are there?"])
    model: str | None = Field(None, description="One of `search.answers`; the first one by default.")
    models: list[str] | None = Field(
        None, min_length=1, max_length=MOST_MODELS, description="Several of them, to be compared."
    )
    stream: bool = Field(False, description="Answer by server-sent events.")
    filter: dict[str, object] | None = Field(None, examples=[{"field": "department", "eq": "HR"}])


@dataclass(frozen=True, slots=True)
class Ask:
    """A question that may be asked, and who is to answer it; no model: what stands in the documents."""

    search: Search
    models: tuple[str, ...]
    stream: bool


def parse_ask(body: object, fields: FieldCatalog, models: Sequence[str], principals: frozenset[str]) -> Ask:
    """What a JSON body asks; `models` are the configured ones. Raises `InvalidQuestionError`."""
    request = validated(AskRequest, body)
    if not request.question.strip():
        raise invalid("question", "must not be blank")
    try:
        search = parse_search({"query": request.question, "filter": request.filter}, fields, principals)
    except InvalidQuestionError as error:
        faults = error.faults
        renamed = (
            Fault("question" if each.field == "query" else each.field, each.message) for each in faults
        )
        raise InvalidQuestionError(list(renamed)) from None
    return Ask(search, _chosen(request, models), request.stream)


def _chosen(request: AskRequest, models: Sequence[str]) -> tuple[str, ...]:
    if request.model is not None and request.models is not None:
        raise invalid("models", "cannot be sent together with `model`")
    wanted: Mapping[str, str] = {}
    if request.model is not None:
        wanted = {"model": request.model}
    elif request.models is not None:
        wanted = {f"models[{place}]": name for place, name in enumerate(request.models)}
    faults = [Fault(field, _unknown(name, models)) for field, name in wanted.items() if name not in models]
    if faults:
        raise InvalidQuestionError(faults)
    return tuple(dict.fromkeys(wanted.values())) or tuple(models[:1])


def _unknown(name: str, models: Sequence[str]) -> str:
    if not models:
        return "no language model is configured: leave this out, or add one to `search.answers`"
    return f"there is no model {shown(name)}{nearest(name, models)}"
