"""Whatever a file holds, loading it ends with settings or with faults that have a place."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from settings import ConfigurationError, Settings, load_settings
from tests.settings.configurations import CONTRACT_ENVIRONMENT, write

CONTRACT = yaml.safe_load((Path(__file__).parent / "contract.yaml").read_text(encoding="utf-8"))
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=6),
    st.just("${env:INTRANET_PASSWORD}"),
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("any")
    write(folder, "https://a.example/\n", "seeds.txt")
    return folder


def outcome(folder: Path, text: str) -> Settings | ConfigurationError:
    try:
        return load_settings(write(folder, text), CONTRACT_ENVIRONMENT)
    except ConfigurationError as error:
        return error


def check(result: Settings | ConfigurationError, text: str) -> None:
    if isinstance(result, ConfigurationError):
        shown = repr(result) + str(result)
        assert not [secret for secret in CONTRACT_ENVIRONMENT.values() if secret in shown]
        lines = len(text.splitlines()) + 1  # YAML breaks lines at U+0085 and the like, too
        assert result.faults
        assert all(1 <= fault.line <= lines + 1 and fault.column >= 1 for fault in result.faults)
        assert all("\n" not in fault.message for fault in result.faults)


def paths_of(data: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    items = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    return [path, *(inner for key, value in items for inner in paths_of(value, (*path, key)))]


PATHS = [path for path in paths_of(CONTRACT) if path]


def replaced(data: Any, path: tuple[Any, ...], value: Any) -> Any:
    if not path:
        return value
    if isinstance(data, dict):
        return {
            key: replaced(item, path[1:], value) if key == path[0] else item for key, item in data.items()
        }
    return [replaced(item, path[1:], value) if at == path[0] else item for at, item in enumerate(data)]


@settings(max_examples=150, deadline=None)
@given(path=st.sampled_from(PATHS), value=VALUES)
def test_any_value_at_any_key_of_the_contract(folder: Path, path: tuple[Any, ...], value: Any) -> None:
    text = yaml.safe_dump(replaced(CONTRACT, path, value), allow_unicode=True)
    check(outcome(folder, text), text)


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=60))
def test_any_text(folder: Path, text: str) -> None:
    clean = text.encode("utf-8", "replace").decode()
    check(outcome(folder, clean), clean)


@settings(max_examples=60, deadline=None)
@given(st.integers(min_value=0, max_value=2**32))
def test_a_contract_with_broken_lines(folder: Path, seed: int) -> None:
    chance = random.Random(seed)
    lines = (Path(__file__).parent / "contract.yaml").read_text(encoding="utf-8").splitlines()
    for _ in range(chance.randint(1, 3)):
        at = chance.randrange(len(lines))
        cut = chance.randrange(len(lines[at]) + 1)
        lines[at] = lines[at][:cut] + chance.choice(["", ":", "[", "'", "\t", "&x ", "- "]) + lines[at][cut:]
    text = "\n".join(lines)
    check(outcome(folder, text), text)
