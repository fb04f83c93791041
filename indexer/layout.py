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
    def served(self) -> Path:
        """Which build is served: see `indexer.serving`."""
        return self.index / "served"

    @property
    def building(self) -> Path:
        """The folder's name of the build that was begun last; stands until nothing is left to be tidied."""
        return self.index / "building"

    @property
    def nothing(self) -> Path:
        """A folder that never is there: where readers look while no build is served."""
        return self.index / "none"

    def embeddings(self, model_key: str) -> Path:
        """The shard files that keep every embedding of one model."""
        return self.data / "embeddings" / model_key

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
