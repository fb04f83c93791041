"""What pydantic found, in sentences, at the place in the file: the one table of this boundary."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from settings.configuration import Settings
from settings.faults import Fault, MissingKeyError, UnquotableError, nearest
from settings.keys import valid_keys
from settings.section import Section
from settings.variants import UNKNOWN_VARIANT
from settings.yaml_document import KeyPath, Place, YamlDocument

_WANTED: Final[Mapping[str, str]] = {
    "string_type": "must be a text (put it in quotes)",
    "string_too_short": "must not be empty",
    "too_short": "must not be empty",
    "int_type": "must be a whole number",
    "int_parsing": "must be a whole number",
    "int_parsing_size": "must be a smaller number",
    "int_from_float": "must be a whole number",
    "float_type": "must be a number",
    "float_parsing": "must be a number",
    "finite_number": "must be a finite number",
    "bool_type": "must be true or false",
    "bool_parsing": "must be true or false",
}
_WANTED_CONTAINER: Final[Mapping[str, str]] = {
    "tuple_type": "must be a list such as [a, b]",
    "model_type": "must be a mapping of keys and values",
    "mapping_type": "must be a mapping of keys and values",
    "dict_type": "must be a mapping of keys and values",
}
_WANTED_BOUND: Final[Mapping[str, tuple[str, str]]] = {
    "greater_than": ("gt", "must be more than {}"),
    "greater_than_equal": ("ge", "must be {} or more"),
    "less_than_equal": ("le", "must be {} or less"),
}
_CREDENTIALS: Final = re.compile(r"(?<=//)\S*@")
_LONGEST_QUOTE: Final = 60
_HINT: Final = "; did you mean"


@dataclass(frozen=True, slots=True)
class _Finding:
    """One of pydantic's errors and where it belongs: `path` exists in `data`, which the document says.
    `root` is the model of the whole file."""

    details: ErrorDetails
    path: KeyPath
    data: Any
    document: YamlDocument
    root: type[Section]

    @property
    def value(self) -> Any:
        """What stands at the path."""
        value = self.data
        for segment in self.path:
            value = value[segment]
        return value

    @property
    def place(self) -> Place:
        """Where it stands."""
        return self.document.value_place(self.path)

    @property
    def name(self) -> str:
        """The key as people write it: `scope.max_depth`, `filters.crawl.exclude[1]`."""
        inner = self.path[2:] if self.path[:1] == ("connectors",) and len(self.path) > 2 else self.path
        name = ""
        for segment in inner:
            name += f"[{segment}]" if isinstance(segment, int) else f".{segment}" if name else segment
        return f"`{name}`" if name else "the file"


def explain(
    error: ValidationError,
    data: object,
    document: YamlDocument,
    known: frozenset[KeyPath],
    root: type[Section] = Settings,
) -> Iterator[Fault]:
    """One fault for each error, without those at paths in `known`, which have their fault already.

    No fault quotes what a reference stood for, or any value that may be a secret.
    """
    errors = error.errors(include_url=False, include_input=False)
    findings = [_Finding(details, _locate(details["loc"], data), data, document, root) for details in errors]
    for finding in findings:
        if finding.path not in known and not _is_consequence(finding, findings):
            yield _SPECIAL.get(finding.details["type"], _wrong_value)(finding)


def _is_consequence(finding: _Finding, findings: list[_Finding]) -> bool:
    """pydantic also calls a list too short when its only entries have faults of their own."""
    return finding.details["type"] == "too_short" and any(
        other is not finding and other.path[: len(finding.path)] == finding.path for other in findings
    )


def _locate(location: tuple[int | str, ...], data: Any) -> KeyPath:
    """The part of a pydantic location that exists in the file: no variants, no lists added around a value."""
    path: list[int | str] = []
    for segment in location:
        in_mapping = isinstance(data, dict) and isinstance(segment, str) and segment in data
        in_list = isinstance(data, list) and isinstance(segment, int) and segment < len(data)
        if in_mapping or in_list:
            data = data[segment]
            path.append(segment)
    return tuple(path)


def _wrong_value(finding: _Finding) -> Fault:
    wanted, quotable = _wanted(finding)
    cause = finding.details.get("ctx", {}).get("error")
    if isinstance(cause, MissingKeyError):
        return finding.document.key_place((*finding.path, cause.beside)).fault(wanted)
    if not wanted.startswith("must"):
        return finding.place.fault(wanted)
    if finding.details["loc"][-1:] == ("[key]",):
        return finding.document.key_place(finding.path).fault(f"`{finding.path[-1]}` {wanted}")
    text = finding.place.text or ""
    if "${" in text:  # a reason or a hint may repeat what the reference stood for
        wanted = wanted.partition(": ")[0].partition(_HINT)[0]
    rule, hint, meant = wanted.partition(_HINT)
    found = _found(text, finding.value, quotable=quotable)
    return finding.place.fault(f"{finding.name} {rule}{found}{hint}{meant}")


def _wanted(finding: _Finding) -> tuple[str, bool]:
    """What would be right, and whether the value may be quoted beside it."""
    kind, context = finding.details["type"], finding.details.get("ctx", {})
    if kind == "value_error":
        cause = context["error"]
        return str(cause), not isinstance(cause, UnquotableError)
    if kind in _WANTED_CONTAINER:
        return _WANTED_CONTAINER[kind], False
    if kind in _WANTED_BOUND:
        bound, sentence = _WANTED_BOUND[kind]
        return sentence.format(context[bound]), True
    if kind in ("enum", "literal_error"):
        return _choice(context["expected"], finding.value), True
    return _WANTED.get(kind) or f"must be right: {finding.details['msg'].lower()}", True


def _choice(expected: str, value: object) -> str:
    choices = re.findall(r"'([^']*)'", expected)
    if len(choices) < 2:
        return f"must be {expected.strip(chr(39))}"
    near = nearest(value, choices) if isinstance(value, str) else None
    return f"must be one of {', '.join(choices)}" + (f"{_HINT} `{near}`?" if near else "")


def _found(text: str, value: object, *, quotable: bool) -> str:
    """The value as it was written, which for a reference is the reference."""
    if isinstance(value, dict | list):
        return ""
    if value is None:
        return ", found nothing"
    if not quotable or not text:
        return ""
    shown = _CREDENTIALS.sub("•••@", text)
    if len(shown) > _LONGEST_QUOTE:
        shown = shown[: _LONGEST_QUOTE - 1] + "…"
    return f", found `{shown}`"


def _unknown_key(finding: _Finding) -> Fault:
    key = finding.path[-1]
    keys = valid_keys(finding.root, finding.path[:-1], finding.data)
    near = nearest(str(key), keys)
    hint = f"did you mean `{near}`?" if near else f"valid here: {', '.join(keys)}"
    return finding.document.key_place(finding.path).fault(f"unknown key `{key}`; {hint}")


def _missing_key(finding: _Finding) -> Fault:
    key = finding.details["loc"][-1]
    where = f" of {finding.name}" if finding.path else ""
    return finding.place.fault(f"the key `{key}`{where} is missing: add `{key}: …`")


def _unknown_variant(finding: _Finding) -> Fault:
    choices, value = finding.details["msg"], finding.value
    if not isinstance(value, dict):
        return finding.place.fault(f"{finding.name} must be a mapping with a `type`: one of {choices}")
    if "type" not in value:
        return finding.place.fault(f"the key `type` of {finding.name} is missing: one of {choices}")
    near = nearest(str(value["type"]), choices.split(", "))
    hint = f"did you mean `{near}`?" if near else f"one of {choices}"
    place = finding.document.value_place((*finding.path, "type"))
    return place.fault(f"unknown type `{place.text}` of {finding.name}; {hint}")


_SPECIAL: Final[Mapping[str, Callable[[_Finding], Fault]]] = {
    "extra_forbidden": _unknown_key,
    "missing": _missing_key,
    UNKNOWN_VARIANT: _unknown_variant,
}
