"""What may be sent to the search routes, and the question that it becomes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Annotated, Final, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, WithJsonSchema
from pydantic_core import ErrorDetails

from indexer.retrieval.question import Filter, Question
from search_api.query.boosts import BoostRequest, parse_boosts
from search_api.query.cursor import MAX_CURSOR_CHARACTERS, decode_cursor
from search_api.query.facets import facet_schema, parse_facets
from search_api.query.faults import (
    Fault,
    InvalidQuestionError,
    invalid,
    nearest,
    printable,
    shown,
    unknown_parameter,
)
from search_api.query.fields import FieldCatalog
from search_api.query.filters import filter_of_parameters, parse_filter
from search_api.query.language import QueryParts, parse_query
from search_api.query.limits import (
    MAX_BOOSTS,
    MAX_FACETS,
    MAX_PAGE_SIZE,
    MAX_QUERY_CHARACTERS,
    MAX_QUERY_WORDS,
)
from search_api.query.order import COLLAPSE_SCHEMA, SORT_SCHEMA, parse_collapse, parse_sort
from search_api.query.plain_faults import plain_message
from search_api.query.values import unprintable
from settings.access import EVERYONE

PUBLIC: Final = frozenset({EVERYONE})
"""The principals of whoever did not say who they are."""

_PARAMETER_NAMES: Final = MappingProxyType({"query": "q", "facets": "facet"})
"""What two fields of a body are called in an address."""


def _whole_number(value: object) -> object:
    """A query string's digits; JSON must send a number, and `true` is none."""
    if isinstance(value, bool) or (isinstance(value, float) and not value.is_integer()):
        raise ValueError(f"must be a whole number, not {shown(value)}")
    return int(value) if isinstance(value, float) else value


PageSize = Annotated[int, Field(ge=1, le=MAX_PAGE_SIZE), BeforeValidator(_whole_number)]
_Model = TypeVar("_Model", bound=BaseModel)
_STRICT: Final = ConfigDict(extra="forbid", frozen=True)


class SearchRequest(BaseModel):
    """A search. An empty query with a filter lists what the filter lets through."""

    model_config = _STRICT

    query: str = Field(
        "",
        description='Plain language, "phrases", -exclusions, field:value, AND OR NOT.',
        examples=["parental leave"],
    )
    filter: dict[str, object] | None = Field(None, examples=[{"field": "department", "eq": "HR"}])
    facets: Annotated[
        list[object], WithJsonSchema({"type": "array", "items": facet_schema(), "maxItems": MAX_FACETS})
    ] = Field(
        [],
        description="Fields whose values are counted: names, short forms or objects.",
        examples=[
            [
                {"field": "connector", "size": 10, "facets": [{"field": "department"}]},
                {"field": "updated_at", "interval": "year"},
            ]
        ],
    )
    sort: Annotated[object, WithJsonSchema(SORT_SCHEMA)] = Field(
        "",
        description="Fields, `-` before one for descending; `_score` stands for relevance. Documents "
        "without a value come last; equal ones stand by score, then by id.",
        examples=["-updated_at,title"],
    )
    collapse: Annotated[object, WithJsonSchema(COLLAPSE_SCHEMA)] = Field(
        None,
        description="One result per value of this field, with `size` further documents in `more`.",
        examples=[{"field": "product", "size": 3}],
    )
    page_size: PageSize = 10
    cursor: str | None = Field(
        None, max_length=MAX_CURSOR_CHARACTERS, description="`next` of the answer before."
    )
    boosts: Annotated[list[BoostRequest], Field(max_length=MAX_BOOSTS)] = Field(
        [],
        description="Raise or lower what is found; each in the place of the configured boosts of its field.",
        examples=[
            [
                {"field": "department", "values": ["HR"], "weight": 1.5},
                {"field": "updated_at", "freshness": "90d"},
            ]
        ],
    )
    explain: bool = Field(False, description="Tells what each score is made of.")


class RetrieveRequest(BaseModel):
    """Passages for a language model to read."""

    model_config = _STRICT

    query: str = Field(min_length=1, examples=["How many days of parental leave are there?"])
    filter: dict[str, object] | None = Field(None, examples=[{"field": "department", "eq": "HR"}])
    page_size: PageSize = 10


@dataclass(frozen=True, slots=True)
class Search:
    """A question that may be asked, with what only its presentation needs; `typed` is the query with all its
    operators."""

    question: Question
    notices: tuple[str, ...] = ()
    typed: str = ""


def parse_search(body: object, fields: FieldCatalog, principals: frozenset[str] = PUBLIC) -> Search:
    """The search that a JSON body asks for; raises `InvalidQuestionError`."""
    request = validated(SearchRequest, body)
    found = parse_filter(request.filter, fields) if request.filter is not None else None
    return _search(request, found, fields, principals)


def parse_retrieval(
    body: object, fields: FieldCatalog, principals: frozenset[str] = PUBLIC
) -> tuple[Question, int]:
    """The question and the number of passages that a JSON body asks for; raises `InvalidQuestionError`."""
    request = validated(RetrieveRequest, body)
    if not request.query.strip():
        raise invalid("query", "must not be blank")
    parts = _query_parts(request.query, fields, "query")
    found = parse_filter(request.filter, fields) if request.filter is not None else None
    return Question(parts.text, principals, found, condition=parts.condition), request.page_size


def parse_parameters(
    parameters: Iterable[tuple[str, str]], fields: FieldCatalog, principals: frozenset[str] = PUBLIC
) -> Search:
    """The search that a query string asks for: `q page_size cursor sort collapse explain facet f.FIELD`.

    Raises `InvalidQuestionError`, also for a parameter that does not exist and for one given twice.
    """
    known = ("q", "page_size", "cursor", "sort", "collapse", "explain", "facet")
    single: dict[str, str] = {}
    facets: list[str] = []
    selected: list[tuple[str, str]] = []
    faults: list[Fault] = []
    for name, value in parameters:
        if name.startswith("f."):
            selected.append((name[2:], value))
        elif name == "facet":
            facets.append(value)
        elif name not in known:
            faults.append(unknown_parameter(name, known))
        elif name in single:
            faults.append(Fault(name, "is given twice"))
        else:
            single[name] = value
    if faults:
        raise InvalidQuestionError(faults)
    body = {"facets": facets, **{("query" if name == "q" else name): value for name, value in single.items()}}
    request = validated(SearchRequest, body, _PARAMETER_NAMES)
    found = filter_of_parameters(selected, fields)
    return _search(request, found, fields, principals, names=_PARAMETER_NAMES)


def _search(
    request: SearchRequest,
    found: Filter | None,
    fields: FieldCatalog,
    principals: frozenset[str],
    names: Mapping[str, str] = MappingProxyType({}),
) -> Search:
    parts = _query_parts(request.query, fields, names.get("query", "query"))
    is_address = bool(names)
    question = Question(
        text=parts.text,
        principals=principals,
        filter=found,
        condition=parts.condition,
        facets=parse_facets(
            request.facets, fields, names.get("facets", "facets"), are_multi_select=is_address
        ),
        sort=parse_sort(request.sort, fields),
        collapse=parse_collapse(request.collapse, fields),
        page_size=request.page_size,
        boosts=parse_boosts(request.boosts, fields),
        explain=request.explain,
    )
    if request.cursor is not None:
        question = replace(question, shown=decode_cursor(question, request.cursor))
    return Search(question, parts.notices, " ".join(request.query.split()))


def _query_parts(text: str, fields: FieldCatalog, field: str) -> QueryParts:
    if len(text) > MAX_QUERY_CHARACTERS:
        message = f"is {len(text):,} characters long; at most {MAX_QUERY_CHARACTERS:,} can be asked"
        raise invalid(field, message)
    if (words := len(text.split())) > MAX_QUERY_WORDS:
        raise invalid(field, f"has {words} words; at most {MAX_QUERY_WORDS} can be asked")
    if fault := unprintable(text):
        raise invalid(field, fault)
    try:
        return parse_query(" ".join(text.split()), fields)
    except InvalidQuestionError as error:
        raise InvalidQuestionError([Fault(field, fault.message) for fault in error.faults]) from None


def validated(model: type[_Model], body: object, names: Mapping[str, str] | None = None) -> _Model:
    """The body as `model`; raises `InvalidQuestionError` that says which fields are wrong, by the `names`
    that they go by."""
    try:
        # An address has nothing but text; in JSON a text is no number and no truth value.
        return model.model_validate(body, strict=names is None)
    except ValidationError as invalid:
        errors = invalid.errors(include_url=False, include_input=True)
        raise InvalidQuestionError([_fault(error, model, names or {}) for error in errors]) from None


def _fault(error: ErrorDetails, model: type[BaseModel], names: Mapping[str, str]) -> Fault:
    """A fault in our words where pydantic's would not say what to do."""
    path = ""
    for step in error["loc"]:
        path += f"[{step}]" if isinstance(step, int) else f".{names.get(step, step)}"
    field = printable(path.lstrip(".")) or "body"
    if error["type"] == "extra_forbidden":
        return Fault(field, f"there is no such field{nearest(str(error['loc'][-1]), model.model_fields)}")
    return Fault(field, plain_message(error))
