"""Writing configurations and reading their faults."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from settings import ConfigurationError, ConnectorSettings, Settings, load_settings

CONTRACT_ENVIRONMENT = {
    "DB_PASSWORD": "database-secret",
    "MILVUS_TOKEN": "milvus-secret",
    "INTRANET_PASSWORD": "intranet-secret",
}


def write(folder: Path, text: str, name: str = "connectors.yaml") -> Path:
    """A file with this text."""
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def load(folder: Path, text: str, environ: Mapping[str, str] | None = None) -> Settings:
    """The settings of this text."""
    return load_settings(write(folder, text), environ or {})


def faults(folder: Path, text: str, environ: Mapping[str, str] | None = None) -> list[str]:
    """What is wrong with this text, as `line:column: message`; other files by their name before it."""
    try:
        load(folder, text, environ)
    except ConfigurationError as error:
        return [
            str(fault).replace(f"{folder}/connectors.yaml:", "").replace(f"{folder}/", "")
            for fault in error.faults
        ]
    return []


def with_connector(lines: str) -> str:
    """A configuration whose one connector has these further lines; they begin on line 5."""
    indented = "\n".join(f"    {line}" for line in lines.strip("\n").splitlines())
    return f"version: 1\nconnectors:\n  - name: site\n    seeds: [https://site.example/]\n{indented}\n"


def connector(folder: Path, lines: str, environ: Mapping[str, str] | None = None) -> ConnectorSettings:
    """That connector."""
    return load(folder, with_connector(lines), environ).connectors[0]


def connector_faults(folder: Path, lines: str, environ: Mapping[str, str] | None = None) -> list[str]:
    """The faults of that connector; its further lines begin on line 5, column 5."""
    return faults(folder, with_connector(lines), environ)
