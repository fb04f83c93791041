"""Which boosts suit which fields, in the configuration and in a text of their own."""

from __future__ import annotations

from pathlib import Path

import pytest

from settings.faults import ConfigurationError
from settings.fields import BUILT_IN_FIELDS
from settings.load import load_settings
from settings.tuning.boosts import parse_boosts

FILE = Path("/etc/boosts.yaml")


@pytest.mark.parametrize(
    ("rule", "column", "message"),
    [
        ("{field: conector, values: [a]}", 18, "there is no field `conector`; did you mean `connector`?"),
        ("{field: connector, freshness: 9d}", 40, "`freshness` needs a date field; `connector` is a string"),
        ("{field: updated_at, freshness: 0s}", 41, "`freshness` must be longer than nothing"),
        ("{field: updated_at, pivot: 9}", 37, "`pivot` needs a number field"),
        ("{field: updated_at, values: [a]}", 38, "write `freshness: 90d` instead of `values`"),
        ("{field: connector, wieght: 2}", 29, "unknown key `wieght`; did you mean `weight`?"),
        ("{field: connector, weight: 11}", 37, "must be 10.0 or less, found `11`"),
    ],
)
def test_a_rule_that_suits_no_field_is_told_with_its_place(
    tmp_path: Path, rule: str, column: int, message: str
) -> None:
    text = f"boosts: [{rule}]"
    parsed = parse_boosts(text, FILE, BUILT_IN_FIELDS)
    assert [(fault.line, fault.column) for fault in parsed.faults] == [(1, column)]
    assert message in parsed.faults[0].message
    configuration = tmp_path / "connectors.yaml"
    configuration.write_text(
        f"version: 1\nsearch:\n  {text}\nconnectors: [{{name: a, seeds: ['https://a.example/']}}]"
    )
    with pytest.raises(ConfigurationError) as raised:
        load_settings(configuration)
    assert [(fault.line, fault.column) for fault in raised.value.faults] == [(3, column + 2)]


def test_rules_are_written_as_in_the_configuration() -> None:
    parsed = parse_boosts("boosts:\n  - {field: updated_at, freshness: 90d}\n", FILE, BUILT_IN_FIELDS)
    assert parsed.faults == ()
    assert [boost.field for boost in parsed.entries] == ["updated_at"]


@pytest.mark.parametrize("text", ["", "boosts: 3", "- a", "boosts: [", "boosts:\n\t- a"])
def test_what_is_no_list_of_rules_is_a_fault(text: str) -> None:
    assert parse_boosts(text, FILE, BUILT_IN_FIELDS).faults
