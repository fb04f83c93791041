"""Boosts that a question brings itself."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from indexer.retrieval.question import Boost
from indexer.retrieval.tuning import boost_of
from search_api.query.faults import Fault, InvalidQuestionError, invalid
from search_api.query.fields import FieldCatalog
from search_api.query.limits import MAX_BOOST_VALUES, MAX_VALUE_CHARACTERS
from search_api.query.values import unprintable
from settings import search
from settings.quantities import parse_duration
from settings.tuning.boosts import boost_faults

Value = Annotated[str, Field(min_length=1, max_length=MAX_VALUE_CHARACTERS)]


class BoostRequest(BaseModel):
    """Multiplies the scores of what is found, as a rule of `search.boosts` does."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    field: str = Field(min_length=1, description="A field of the index.")
    values: Annotated[list[Value], Field(max_length=MAX_BOOST_VALUES)] = Field(
        [], description="The values that are raised; without them every document that has the field."
    )
    freshness: str | None = Field(None, description="For dates: the age at which half of the boost is gone.")
    pivot: float | None = Field(
        None, gt=0, allow_inf_nan=False, description="For numbers: the number that earns half of the boost."
    )
    weight: float = Field(2.0, gt=0, le=10, description="Above 1 raises, below 1 lowers.")


def parse_boosts(requests: Sequence[BoostRequest], fields: FieldCatalog) -> tuple[Boost, ...]:
    """The boosts as retrieval takes them; raises `InvalidQuestionError` for those that suit no field."""
    rules = [_rule(request, f"boosts[{number}]") for number, request in enumerate(requests)]
    faults = [
        Fault(f"boosts[{number}].{key}", message)
        for number, rule in enumerate(rules)
        for key, message in boost_faults(rule, fields.fields)
    ]
    if faults:
        raise InvalidQuestionError(faults)
    return tuple(map(boost_of, rules))


def _rule(request: BoostRequest, name: str) -> search.Boost:
    for number, value in enumerate(request.values):
        if fault := unprintable(value):
            raise invalid(f"{name}.values[{number}]", fault)
    return search.Boost(
        field=request.field,
        values=tuple(request.values),
        freshness=None if request.freshness is None else _duration(request.freshness, f"{name}.freshness"),
        pivot=request.pivot,
        weight=request.weight,
    )


def _duration(text: str, name: str) -> timedelta:
    try:
        return parse_duration(text)
    except ValueError as error:
        raise invalid(name, str(error)) from None
