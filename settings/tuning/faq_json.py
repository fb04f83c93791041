"""Questions and answers as JSON: `{"faq": […]}`, or Amazon Kendra's `FaqDocuments`.

Kendra Developer Guide, "Adding questions and answers directly to an index", "JSON file": attributes of one's
own are left out.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Final, Literal

from pydantic import ConfigDict, Field, ValidationError

from settings.access import EVERYONE
from settings.explanations import explain
from settings.faults import ConfigurationError, Fault
from settings.section import Section, Surroundings
from settings.tuning.faq import Address, AnswerText, FaqEntry, Language, QuestionText
from settings.tuning.parsed import Parsed
from settings.yaml_document import Place, YamlDocument, read_yaml


class _Faq(Section):
    """Our own form."""

    faq: tuple[FaqEntry, ...]


class _Access(Section):
    """Whom Kendra shows it to."""

    name: str = Field(alias="Name", min_length=1)
    kind: Literal["USER", "GROUP"] = Field(alias="Type")
    access: Literal["ALLOW", "DENY"] = Field(alias="Access")


class _Attributes(Section):
    """Those of Kendra's attributes that mean something here."""

    model_config = ConfigDict(extra="ignore")

    source_uri: Address = Field(default=None, alias="_source_uri")
    language_code: Language = Field(default=None, alias="_language_code")


_NO_ATTRIBUTES: Final = _Attributes()


class _Document(Section):
    """Kendra's question and answer."""

    question: QuestionText = Field(alias="Question")
    answer: AnswerText = Field(alias="Answer")
    attributes: _Attributes = Field(default=_NO_ATTRIBUTES, alias="Attributes")
    access: tuple[_Access, ...] = Field(default=(), alias="AccessControlList")

    def entry(self) -> FaqEntry:
        """The same in our form. Without a list of those who may see it, everyone may."""
        return FaqEntry(
            question=self.question,
            answer=self.answer,
            url=self.attributes.source_uri,
            language=self.attributes.language_code,
            allow=self._principals("ALLOW") or (EVERYONE,),
            deny=self._principals("DENY"),
        )

    def _principals(self, access: str) -> tuple[str, ...]:
        return tuple(f"{each.kind.lower()}:{each.name}" for each in self.access if each.access == access)


class _KendraFaq(Section):
    """Kendra's form."""

    version: Literal[1] = Field(default=1, alias="SchemaVersion")
    documents: tuple[_Document, ...] = Field(alias="FaqDocuments")


def parse_faq_json(text: str, file: Path) -> Parsed[FaqEntry]:
    """The entries of a JSON text."""
    try:
        data = json.loads(text)
    except json.JSONDecodeError as error:
        message = f"this is not valid JSON: {error.msg.lower()}"
        return Parsed((), (Fault(file, error.lineno, error.colno, message),))
    except RecursionError:
        return Parsed((), (Fault(file, 1, 1, "this is nested too deeply"),))
    is_kendras = isinstance(data, dict) and "FaqDocuments" in data
    root: type[Section] = _KendraFaq if is_kendras else _Faq
    try:
        found = root.model_validate(data, context=Surroundings(file))
    except ValidationError as error:
        return Parsed((), tuple(sorted(explain(error, data, _places(text, file), frozenset(), root))))
    if isinstance(found, _KendraFaq):
        return Parsed(tuple(document.entry() for document in found.documents))
    assert isinstance(found, _Faq)
    return Parsed(found.faq)


def _places(text: str, file: Path) -> YamlDocument:
    """Where everything stands: JSON is YAML but for tabs, which stand in no text of it, and some escapes."""
    try:
        return read_yaml(text.replace("\t", " "), file)[0]
    except ConfigurationError:
        return YamlDocument(None, {(): Place(file, 1, 1)}, {})
