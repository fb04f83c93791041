"""From a file to settings: read, expand, include, validate; every fault of the file at once."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from pydantic import ValidationError

from settings.checks import joint_faults
from settings.configuration import Settings
from settings.explanations import explain
from settings.faults import ConfigurationError, Fault
from settings.references import Expansion
from settings.section import Surroundings
from settings.seeds_file import SeedsFiles
from settings.tuning.boosts import boost_faults
from settings.yaml_document import YamlDocument, read_yaml

SNAPSHOT: Final = "SITELORE_CONFIG_SNAPSHOT"
"""Names the file with the text that counts as the configuration file's: `crawler schedule` has its syncs read
what it checked, whatever is being edited meanwhile."""


def load_settings(path: Path, environ: Mapping[str, str] = os.environ) -> Settings:
    """The settings of a configuration file, checked completely.

    Relative paths in it start from its folder; `${env:…}` is looked up in `environ`.

    Raises:
        ConfigurationError: the file cannot be read or something in it is wrong; it has all faults.
    """
    document, faults = read_yaml(_read(path, environ.get(SNAPSHOT)), path)
    surroundings = Surroundings(path)
    expansion = Expansion(environ, surroundings.folder)
    data = expansion.expand(document.data)
    unresolved = [document.value_place(at).fault(message) for at, message in expansion.unresolved.items()]
    seeds = SeedsFiles(document, surroundings.folder)
    seeds.include(data)
    known = frozenset(expansion.unresolved) | seeds.unreadable
    all_faults = [*faults, *unresolved, *seeds.faults, *joint_faults(data, document)]
    # Raised outside of the handler: pydantic's own error holds the values, secrets among them.
    try:
        settings = Settings.model_validate(data, context=surroundings)
    except ValidationError as error:
        all_faults += explain(error, data, document, known)
    else:
        all_faults += _unfit_boosts(settings, document)
    if all_faults:
        raise ConfigurationError(_in_order(all_faults, path))
    return settings


def _unfit_boosts(settings: Settings, document: YamlDocument) -> list[Fault]:
    """Keys of boosts that do not suit the type of their field; that a field is unknown is told already."""
    return [
        document.value_place(("search", "boosts", index, key)).fault(message)
        for index, boost in enumerate(settings.search.boosts)
        if boost.field in settings.fields
        for key, message in boost_faults(boost, settings.fields)
    ]


def _read(path: Path, snapshot: str | None) -> str:
    try:
        return Path(snapshot or path).read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        column = error.start - error.object.rfind(b"\n", 0, error.start)
        fault = Fault(path, line, column, "this file must be text in UTF-8: save it in that encoding")
    except OSError as error:
        reason = (error.strerror or type(error).__name__).lower()
        fault = Fault(path, 1, 1, f"the file cannot be read ({reason}); `crawler init` writes a starter")
    raise ConfigurationError((fault,))


def _in_order(faults: list[Fault], path: Path) -> tuple[Fault, ...]:
    """The configuration file's first, then the files that it names."""
    return tuple(sorted(set(faults), key=lambda fault: (fault.file != path, fault)))
