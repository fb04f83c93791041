"""The connectors that a command was called with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from settings.console import ExitCode, stop

if TYPE_CHECKING:
    from settings.configuration import Settings
    from settings.connector import ConnectorSettings


def choose(settings: Settings, names: list[str]) -> tuple[ConnectorSettings, ...]:
    """The named connectors, all if none is named; a name that there is not ends the command (2)."""
    from settings.faults import UnknownConnectorError

    try:
        return tuple(settings.connector(name) for name in dict.fromkeys(names)) or settings.connectors
    except UnknownConnectorError as error:
        stop(str(error), ExitCode.WRONG_CALL)
