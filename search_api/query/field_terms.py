"""`field:value` as people type it in a query: which field it names, and the condition that it means."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from indexer.lexical.queries import LONGEST_BEGINNING
from indexer.retrieval.question import AllOf, AnyOf, Comparison, Filter, Site, Words
from search_api.query.faults import invalid, shown
from search_api.query.fields import FieldCatalog
from search_api.query.spans import Span, span_of
from settings.fields import FieldType

_SPECIAL: Final = ("site", "filetype", "intitle", "title", "lang", "language")
_FILE_TYPES: Final[Mapping[str, tuple[str, ...]]] = {
    "doc": ("doc", "docx"), "excel": ("xls", "xlsx", "xlsm", "ods"), "htm": ("html",),
    "jpeg": ("jpg", "jpeg"), "markdown": ("md",), "powerpoint": ("ppt", "pptx", "odp"),
    "ppt": ("ppt", "pptx"), "text": ("txt",), "word": ("doc", "docx", "odt"), "xls": ("xls", "xlsx"),
}  # fmt: skip
"""What people call kinds of files, beside their extensions."""
_ADDRESS: Final = re.compile(r"(?:https?://)?(?:\*?\.)?([\w.\-]*\w(?::\d{1,5})?)(/\S*)?", re.IGNORECASE)
RANGED: Final = (FieldType.DATE, FieldType.LONG, FieldType.DOUBLE)
_BETWEEN: Final = re.compile(r"([\[{])\s*(.+?)\s+TO\s+(.+?)\s*([\]}])", re.DOTALL)
_COMPARED: Final = re.compile(r"(>=|<=|>|<)(.+)", re.DOTALL)
_SPAN: Final = re.compile(r"\d{4}(-\d{2})?", re.ASCII)
_MEANT: Final = re.compile(r"[\d<>\[{.]|-\d")
"""How a value begins that is plainly meant as a number or a date."""


def is_range(value: str) -> bool:
    """Whether the text means several numbers or dates: `[2 TO 5}`, `2..5`, `>2`, the year 2026, a month."""
    forms = (_BETWEEN, _COMPARED, _SPAN)
    return ".." in value or any(form.fullmatch(value.strip()) for form in forms)


def names_field(name: str, fields: FieldCatalog) -> bool:
    """Whether a word before a colon is a field or one of `site`, `filetype`, `intitle`, `lang`."""
    return name.lower() in _SPECIAL or name.lower() in fields


def field_condition(name: str, value: str, fields: FieldCatalog) -> Filter | None:
    """The condition of `name:value`; None where the two are ordinary words after all.

    Raises `InvalidQuestionError` where a number or a date is plainly meant, and is none.
    """
    quoted = value.startswith('"')
    value = value.strip('"').strip()
    if not value:
        return None
    match name:
        case "site":
            return _site(value)
        case "filetype":
            kind = value.lower().lstrip(".")
            return Comparison("file_type", "in", _FILE_TYPES.get(kind, (kind,)))
        case "title" | "intitle":
            return Words(value, in_title=True)
        case "lang" | "language":
            return Comparison("languages", "contains_any", _cases(value))
        case _:
            return _of_column(name, fields[name].type, value, may_end_open=not quoted)


def _of_column(name: str, kind: FieldType, value: str, *, may_end_open: bool) -> Filter | None:
    if kind in RANGED:
        return _ranged(name, kind, value)
    if kind is FieldType.BOOLEAN:
        truth = {"true": True, "yes": True, "false": False, "no": False}.get(value.lower())
        return None if truth is None else Comparison(name, "eq", truth)
    if kind is FieldType.STRING and may_end_open and value.endswith("*") and len(value) > 1:
        _check_beginning(name, value[:-1])
        return AnyOf(tuple(Comparison(name, "prefix", each) for each in _cases(value[:-1])))
    return Comparison(name, "in" if kind is FieldType.STRING else "contains_any", _cases(value))


def _site(value: str) -> Filter | None:
    found = _ADDRESS.fullmatch(value)
    _check_beginning("site", value)
    return None if found is None else Site(found[1].lower(), (found[2] or "").removesuffix("*").rstrip("/"))


def _check_beginning(name: str, value: str) -> None:
    if len(value) > LONGEST_BEGINNING:
        message = f"{name}: is longer than the {LONGEST_BEGINNING} characters that can be looked for"
        raise invalid("query", message)


def _cases(value: str) -> tuple[str, ...]:
    """The value as typed, and as it is usually written: people do not type capitals."""
    return tuple(dict.fromkeys((value, value.lower(), value.upper(), value.capitalize(), value.title())))


def _ranged(name: str, kind: FieldType, value: str) -> Filter | None:
    if (between := _BETWEEN.fullmatch(value)) is not None:
        opening, low, high, closing = between.groups()
        return _within(name, kind, (low, opening == "["), (high, closing == "]"))
    if ".." in value:
        low, _, high = value.partition("..")
        return _within(name, kind, (low, True), (high.lstrip("."), True))
    if (compared := _COMPARED.fullmatch(value)) is not None:
        sign, bound = compared.groups()
        including = sign.endswith("=")
        if sign.startswith(">"):
            return _within(name, kind, (bound, including), ("*", True))
        return _within(name, kind, ("*", True), (bound, including))
    if not _MEANT.match(value):
        return None
    return _from_to(name, _span(name, kind, value), _span(name, kind, value))


def _within(name: str, kind: FieldType, low: tuple[str, bool], high: tuple[str, bool]) -> Filter:
    parts = []
    if low[0] not in ("", "*"):
        span = _span(name, kind, low[0])
        parts.append(span.at_least(name) if low[1] else span.above(name))
    if high[0] not in ("", "*"):
        span = _span(name, kind, high[0])
        parts.append(span.at_most(name) if high[1] else span.below(name))
    if not parts:
        raise invalid("query", f"{name}: a range needs one end at least")
    return parts[0] if len(parts) == 1 else AllOf(tuple(parts))


def _from_to(name: str, low: Span, high: Span) -> Filter:
    return AllOf((low.at_least(name), high.at_most(name)))


def _span(name: str, kind: FieldType, text: str) -> Span:
    try:
        return span_of(kind, text.strip())
    except ValueError as error:
        raise invalid("query", f"{name}:{shown(text)[1:-1]}: {error}") from None
