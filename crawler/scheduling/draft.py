"""A configuration with other rules for one connector: tried without touching the file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any, Final

import orjson

from settings.yaml_document import read_yaml

RULES: Final = frozenset({"scope", "filters", "access", "attachments"})
"""The sections of a connector that can be tried: none leads to another site, or holds a secret."""


class UnusableDraftError(ValueError):
    """Rules that cannot be tried; the message says why."""


@contextmanager
def drafted(config: Path, connector: str, rules: Mapping[str, Any]) -> Iterator[Path]:
    """A file that holds the configuration with these rules, for as long as the block lasts.

    A mapping replaces the keys that it names, anything else is replaced as a whole. Only this user can read
    the file. Raises `UnusableDraftError` and `ConfigurationError`.
    """
    if unknown := rules.keys() - RULES:
        raise UnusableDraftError(f"only {', '.join(sorted(RULES))} can be tried, not {', '.join(unknown)}")
    document, _ = read_yaml(config.read_text(encoding="utf-8-sig"), config)
    data: Any = document.data
    listed = data.get("connectors") if isinstance(data, dict) else None
    found = [each for each in listed or () if isinstance(each, dict) and each.get("name") == connector]
    if not found:
        raise UnusableDraftError(f"no connector is called `{connector}`")
    found[0].update(_merged(found[0], rules))
    with NamedTemporaryFile(prefix="sitelore-draft-", suffix=".yaml") as file:
        file.write(orjson.dumps(data))  # JSON is YAML (YAML 1.2.2, section 1.2)
        file.flush()
        yield Path(file.name)


def _merged(former: Mapping[str, Any], rules: Mapping[str, Any]) -> dict[str, Any]:
    merged = dict(former)
    for name, value in rules.items():
        known = former.get(name)
        if isinstance(value, Mapping) and isinstance(known, Mapping):
            merged[name] = _merged(known, value)
        else:
            merged[name] = value
    return merged
