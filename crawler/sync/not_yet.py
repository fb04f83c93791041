"""What the configuration can already say but a sync cannot do yet: said before it starts, never ignored."""

from __future__ import annotations

from collections.abc import Iterator

from settings.connector import ConnectorSettings


def unsupported(connector: ConnectorSettings) -> tuple[str, ...]:
    """A sentence for each setting of the connector that would have to be ignored."""
    return tuple(f"connector {connector.name}: {sentence}" for sentence in _sentences(connector))


def _sentences(connector: ConnectorSettings) -> Iterator[str]:
    if any(rule.inherit for rule in connector.access):
        yield "`access[].inherit` is not supported yet: give attachments a rule of their own"
