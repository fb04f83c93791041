"""Where the derived things lie below `store.directory`."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class IndexLayout:
    """The paths below the folder `data` (`store.directory`)."""

    data: Path

    @property
    def index(self) -> Path:
        """Everything that can be deleted and rebuilt."""
        return self.data / "index"

    @property
    def lexical(self) -> Path:
        """The words."""
        return self.index / "lexical"

    def vectors(self, model_key: str) -> Path:
        """The vectors of one model."""
        return self.index / model_key

    def embeddings(self, model_key: str) -> Path:
        """The shard files that keep every embedding of one model."""
        return self.data / "embeddings" / model_key

    @property
    def unfinished(self) -> Path:
        """Stands while a rebuild is under way: chunks may have changed under the indexes that are shown."""
        return self.index / "rebuild-unfinished"

    @property
    def built_for(self) -> Path:
        """The `index.model` for which the indexes were last opened."""
        return self.index / "model"

    @property
    def precision(self) -> Path:
        """What was measured about this machine's number formats."""
        return self.data / "precision.json"

    @property
    def model_servers(self) -> Path:
        """The models on servers that were met: see `indexer.embedding.remote_identity`."""
        return self.data / "model-servers.json"

    @property
    def lock(self) -> Path:
        """Held by the one process that writes the indexes."""
        return self.data / "indexer.lock"
