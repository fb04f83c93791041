"""The whole of `connectors.yaml`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, PrivateAttr, model_validator

from settings.connector import ConnectorSettings
from settings.faults import UnknownConnectorError
from settings.fields import BUILT_IN_FIELDS, Fields
from settings.index import IndexSettings
from settings.search import SearchSettings
from settings.section import Section, Surroundings
from settings.store import StoreSettings


class Settings(Section):
    """A configuration that was checked completely. Paths in it are absolute."""

    version: Literal[1]
    """The version of this file's format: 1."""
    store: StoreSettings = Field(default_factory=StoreSettings)
    """Where everything is kept."""
    index: IndexSettings = IndexSettings()
    """What is derived from the catalog: embeddings and indexes."""
    search: SearchSettings = SearchSettings()
    """The service and its page."""
    fields: Fields = Field(default=BUILT_IN_FIELDS)
    """Your own index fields by name. Always there: title, url, connector, category, authors, description,
    created_at, updated_at, language, languages, file_type, file_name, size, version, view_count."""
    connectors: Annotated[tuple[ConnectorSettings, ...], Field(min_length=1)]
    """The crawls."""

    _path: Path = PrivateAttr(default_factory=lambda: Path("connectors.yaml").absolute())

    @model_validator(mode="before")
    @classmethod
    def _with_store(cls, data: Any) -> Any:
        """A file that leaves `store` out means an empty one: its paths start from the file's folder too."""
        return {"store": {}} | data if isinstance(data, dict) else data

    @property
    def path(self) -> Path:
        """The file that this was read from, absolute."""
        return self._path

    def connector(self, name: str) -> ConnectorSettings:
        """The connector of this name.

        Raises:
            UnknownConnectorError: there is none; the message lists those that exist, the nearest first.
        """
        for connector in self.connectors:
            if connector.name == name:
                return connector
        raise UnknownConnectorError(name, (connector.name for connector in self.connectors))

    def model_post_init(self, context: Any, /) -> None:
        """Remember the file."""
        if isinstance(context, Surroundings):
            self._path = context.path.absolute()
