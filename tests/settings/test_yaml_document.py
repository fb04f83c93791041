"""YAML: places, the core schema's scalars, aliases, and what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from settings import ConfigurationError
from settings.yaml_document import YamlDocument, read_yaml

FILE = Path("a.yaml")


def read(text: str) -> YamlDocument:
    document, faults = read_yaml(text, FILE)
    assert faults == ()
    return document


def recoverable(text: str) -> list[str]:
    return [str(fault) for fault in read_yaml(text, FILE)[1]]


def fatal(text: str) -> str:
    with pytest.raises(ConfigurationError) as caught:
        read_yaml(text, FILE)
    return str(caught.value)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("yes", "yes"),
        ("no", "no"),
        ("on", "on"),
        ("true", True),
        ("FALSE", False),
        ("null", None),
        ("~", None),
        ("", None),
        ("12", 12),
        ("0123", 123),
        ("22:30", "22:30"),
        ("1_000", "1_000"),
        ("0.5", 0.5),
        ("1e3", 1000.0),
        ("2026-11-23", "2026-11-23"),
        ("'12'", "12"),
        ("9" * 30, "9" * 30),
    ],
)
def test_scalars_are_those_of_yaml_1_2(text: str, value: object) -> None:
    assert read(f"key: {text}\n").data == {"key": value}


def test_keys_are_always_texts() -> None:
    assert read("{1: a, true: b, null: c}").data == {"1": "a", "true": "b", "null": "c"}


def test_places_count_lines_and_characters_from_one() -> None:
    document = read("ä:\n  - b: c\n    d: [ü, e]\n")
    place = document.value_place(("ä", 0, "d", 1))
    assert (place.line, place.column, place.text) == (3, 12, "e")
    assert (document.key_place(("ä", 0, "d")).line, document.key_place(("ä", 0, "d")).column) == (3, 5)


def test_what_is_not_there_has_the_place_of_what_is_around_it() -> None:
    document = read("a:\n  b: 1\n")
    assert document.value_place(("a", "x", 3)) == document.value_place(("a",))


def test_windows_line_ends_change_no_place() -> None:
    assert read("a: 1\r\nb: 2\r\n").value_place(("b",)).line == 2


def test_aliases_and_merges_share_sections() -> None:
    document = read("base: &base {a: 1, b: 2}\nsite:\n  <<: *base\n  b: 3\nlist: [*base]\n")
    assert document.data == {"base": {"a": 1, "b": 2}, "site": {"a": 1, "b": 3}, "list": [{"a": 1, "b": 2}]}
    assert document.value_place(("site", "a")).line == 1


def test_a_merge_of_several_takes_the_first() -> None:
    document = read("x: &x {a: 1}\ny: &y {a: 2, b: 2}\nz: {<<: [*x, *y]}\n")
    assert document.data == {"x": {"a": 1}, "y": {"a": 2, "b": 2}, "z": {"a": 1, "b": 2}}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a: 1\nb: 2\na: 3\n", "a.yaml:3:1: `a` is given twice (first on line 1): keep one of them"),
        ("? [a]\n: 1\n", "a.yaml:1:3: a key must be a plain text, not a list or a mapping"),
        (
            "a: !!python/object:os.system x\n",
            "a.yaml:1:4: the tag tag:yaml.org,2002:python/object:os.system is not supported: remove it",
        ),
        ("a: {<<: 3}\n", "a.yaml:1:9: `<<` must be followed by an alias of a mapping"),
    ],
)
def test_faults_that_leave_the_rest_readable(text: str, expected: str) -> None:
    assert recoverable(text) == [expected]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a: [1, 2\nb: 3\n", "a.yaml:2:2: this is not valid YAML: "),
        ("a: 'b\n", "a.yaml:2:1: this is not valid YAML: "),
        ("a: b: c\n", "a.yaml:1:5: this is not valid YAML: mapping values are not allowed"),
        ("a:\n\tb: 1\n", "a.yaml:2:1: this is not valid YAML: "),
        ("a: *nowhere\n", "a.yaml:1:4: this is not valid YAML: found undefined alias"),
        ("a: 1\n---\nb: 2\n", "a.yaml:2:1: this is not valid YAML: "),
        ("a: 1\nb: \x07\n", "a.yaml:2:4: the character U+0007 is not allowed in YAML: remove it"),
        ("a: &a [*a]\n", "a.yaml:1:4: this alias contains itself: write the value out"),
    ],
)
def test_what_cannot_be_read_at_all(text: str, expected: str) -> None:
    assert fatal(text).startswith(expected)


def test_a_tab_is_named_as_such() -> None:
    assert "indent with spaces, not tabs" in fatal("a:\n\tb: 1\n")


def test_aliases_cannot_grow_without_bound() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 9)]
    assert "holds more than 200,000 values once its aliases are followed" in fatal("\n".join(lines))


def test_deep_nesting_is_refused_and_not_a_crash() -> None:
    expected = "a.yaml:1:41: this is nested more than 40 levels deep, which no configuration needs"
    assert fatal("[" * 300_000 + "]" * 300_000) == expected


def test_aliases_do_not_nest_deeper_either() -> None:
    lines = ["a0: &a0 [x]", *(f"a{n}: &a{n} [*a{n - 1}]" for n in range(1, 2000))]
    assert "nested more than 40 levels deep" in fatal("\n".join(lines))


def test_a_fault_stays_on_its_line_whatever_it_quotes() -> None:
    faults = recoverable('"a\\nb": 1\n"a\\nb": 2\n"\\e[2J": 1\n"\\e[2J": 2\n')
    assert faults == [
        r"a.yaml:2:1: `a\nb` is given twice (first on line 1): keep one of them",
        r"a.yaml:4:1: `\x1b[2J` is given twice (first on line 3): keep one of them",
    ]
