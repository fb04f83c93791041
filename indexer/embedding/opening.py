"""From the configuration's `index.model` to an embedder."""

from __future__ import annotations

from typing import TYPE_CHECKING

from indexer.embedding.embedder import ModelError
from indexer.layout import IndexLayout
from settings.index import IndexSettings
from settings.services import ModelServer

if TYPE_CHECKING:
    from indexer.embedding.local import LocalEmbedder


def open_embedder(settings: IndexSettings, layout: IndexLayout, threads: int | None = None) -> LocalEmbedder:
    """Load the model that the configuration names. Raises `ModelError`.

    `threads` is the number of CPU threads of the whole process (default: torch's).
    """
    name = local_model(settings)
    from indexer.embedding.local import LocalEmbedder  # noqa: PLC0415 - torch takes seconds to import

    return LocalEmbedder(name, device=settings.device, threads=threads, cache=layout.precision)


def local_model(settings: IndexSettings) -> str:
    """The name of a model that runs in this process. Raises `ModelError` for one on a server."""
    if isinstance(settings.model, ModelServer):
        raise ModelError(
            f"`index.model` names the server {settings.model.url}: embedding on a server is not part of this "
            "version; name the bundled model (all-MiniLM-L6-v2), a folder or a hub name"
        )
    return settings.model
