"""The JSON Schema and the documentation agree with the models, for both are made from them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

from settings.configuration import Settings
from settings.keys import section_keys
from settings.reference import configuration_reference
from settings.schema import json_schema, sections

ROOT = Path(__file__).resolve().parents[2]
SCHEMA = json_schema()
VALIDATOR = Draft202012Validator(SCHEMA)


def problems(text: str) -> list[str]:
    return [error.message for error in VALIDATOR.iter_errors(yaml.safe_load(text))]


def test_it_is_a_valid_schema() -> None:
    Draft202012Validator.check_schema(SCHEMA)
    assert SCHEMA["$schema"] == "https://json-schema.org/draft/2020-12/schema"


@pytest.mark.parametrize("file", ["connectors.yaml", "settings/starter.yaml", "tests/settings/contract.yaml"])
def test_it_accepts_the_starter_and_the_contract(file: str) -> None:
    assert problems((ROOT / file).read_text(encoding="utf-8")) == []


SITE = "version: 1\nconnectors: [{name: a, seeds: [https://a.example/]%s}]\n"


@pytest.mark.parametrize(
    "more",
    [
        ", render: {mode: always, wait: 2s}",
        ", access: public",
        ", auth: {type: basic, username: u, password: p}",
        ", auth: [{type: negotiate}, {type: bearer, token: t}]",
        ", politeness: {requests_per_minute: unlimited, robots: {ignore: ours}}",
        ", scope: {max_file_size: 512KiB, max_duration: 1h30m}",
        ", sync: {deletion_guard: 0.2}",
    ],
)
def test_it_accepts_every_way_of_writing(more: str) -> None:
    assert problems(SITE % more) == []


@pytest.mark.parametrize(
    "more",
    [
        ", colour: red",
        ", scope: {max_dept: 3}",
        ", scope: {max_depth: -1}",
        ", scope: {max_file_size: 50 megs}",
        ", scope: {follow: everything}",
        ", render: sometimes",
        ", auth: {type: basic, username: u, pasword: p}",
        ", access: privat",
        ", sync: {deletion_guard: 150}",
        ", field_mappings: [{field: title}]",
        ", content: {exclude: [nav]}",
    ],
)
def test_it_rejects_unknown_keys_and_wrong_values(more: str) -> None:
    assert problems(SITE % more)


def test_it_rejects_a_connector_that_starts_nowhere() -> None:
    assert problems("version: 1\nconnectors: [{name: a}]\n")


def objects(schema: Any) -> list[dict[str, Any]]:
    return [part for part in (schema, *schema["$defs"].values()) if "properties" in part]


def test_every_key_has_a_description() -> None:
    bare = [
        (part["title"], key)
        for part in objects(SCHEMA)
        for key, value in part["properties"].items()
        if not value.get("description", "").endswith(".")
    ]
    assert bare == []


def test_every_mapping_is_closed() -> None:
    assert [part["title"] for part in objects(SCHEMA) if part.get("additionalProperties") is not False] == []


def test_defaults_are_written_as_people_write_them() -> None:
    scope = SCHEMA["$defs"]["ScopeSettings"]["properties"]
    assert scope["max_file_size"]["default"] == "50MB"
    assert scope["max_duration"]["default"] == "24h"
    assert SCHEMA["$defs"]["SyncSettings"]["properties"]["deletion_guard"]["default"] == "15%"


def test_no_default_opens_a_connector_with_a_login() -> None:
    assert "default" not in SCHEMA["$defs"]["ConnectorSettings"]["properties"]["access"]


def test_attributes_are_named_as_keys() -> None:
    renamed = {
        (section.__name__, key, name)
        for section in sections(Settings)
        for key, name in section_keys(section).items()
        if key != name
    }
    assert renamed == {("FieldMapping", "from", "sources")}  # `from` is a word of Python


def test_the_documentation_is_made_from_the_models() -> None:
    written = (ROOT / "docs" / "configuration.md").read_text(encoding="utf-8")
    assert written == configuration_reference(), "run: python -m settings.reference > docs/configuration.md"


def test_the_documentation_has_every_key() -> None:
    reference = configuration_reference()
    keys = {key for section in sections(Settings) for key in section_keys(section)}
    assert [key for key in sorted(keys) if f"| `{key}` |" not in reference] == []
