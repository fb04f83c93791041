"""Fields of a document: what is always known, then the mappings; a value that does not fit is a fault."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from catalog.document import DocumentKind, FieldFault, FieldValue
from extract.fields.sources import Subject, texts_of
from extract.fields.values import MisfitError, typed
from extract.rules import FieldRule, Source
from settings.mapping import AppliesTo

_SHOWN = 200


def mapped(
    rules: Sequence[FieldRule], subject: Subject, kind: DocumentKind
) -> tuple[dict[str, FieldValue], list[FieldFault]]:
    """The fields that mappings fill: per field the first source that yields a value wins."""
    values: dict[str, FieldValue] = {}
    faults: list[FieldFault] = []
    for rule in rules:
        if rule.field in values or rule.applies_to not in (AppliesTo.BOTH, AppliesTo(kind.value)):
            continue
        value = _first_value(rule, subject, faults)
        if value is not None:
            values[rule.field] = value
    return values, faults


def _first_value(rule: FieldRule, subject: Subject, faults: list[FieldFault]) -> FieldValue | None:
    for source in rule.sources:
        texts = texts_of(subject, source)
        try:
            value = typed(texts, rule.type, pattern=rule.format, split=rule.split, language=subject.language)
        except MisfitError as misfit:
            faults.append(_fault(rule, source, texts, misfit))
            continue
        if value is not None:
            return value
    return None


def _fault(rule: FieldRule, source: Source, texts: Sequence[str], misfit: MisfitError) -> FieldFault:
    seen = next((text.strip() for text in texts if text.strip()), "")
    return FieldFault(rule.field, str(source), seen[:_SHOWN], f"`{seen[:_SHOWN]}` {misfit}")


def known(values: Mapping[str, FieldValue | None]) -> dict[str, FieldValue]:
    """The entries that have a value."""
    return {name: value for name, value in values.items() if value is not None and value not in ("", ())}
