"""Floor 1: `connectors.yaml` as frozen, validated settings."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from settings.configuration import Settings
    from settings.connector import ConnectorSettings
    from settings.faults import ConfigurationError, Fault, UnknownConnectorError
    from settings.load import load_settings
    from settings.secrets import Secret

__all__ = [
    "ConfigurationError",
    "ConnectorSettings",
    "Fault",
    "Secret",
    "Settings",
    "UnknownConnectorError",
    "load_settings",
]

_MODULES = {
    "ConfigurationError": "faults",
    "ConnectorSettings": "connector",
    "Fault": "faults",
    "Secret": "secrets",
    "Settings": "configuration",
    "UnknownConnectorError": "faults",
    "load_settings": "load",
}


def __getattr__(name: str) -> Any:
    """Import a public name when it is first asked for: `crawler --help` needs none of the models."""
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"settings.{_MODULES[name]}"), name)
