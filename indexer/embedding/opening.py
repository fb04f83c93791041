"""From the configuration's `index.model` to an embedder."""

from __future__ import annotations

from typing import TYPE_CHECKING

from indexer.embedding.embedder import ModelError
from indexer.layout import IndexLayout
from settings.index import IndexSettings
from settings.services import ModelServer

if TYPE_CHECKING:
    from indexer.embedding.local import LocalEmbedder
    from indexer.embedding.remote import RemoteEmbedder


def open_embedder(
    settings: IndexSettings, layout: IndexLayout, threads: int | None = None, *, key: str | None = None
) -> LocalEmbedder | RemoteEmbedder:
    """Load the model that the configuration names, or reach its server. Raises `ModelError`.

    `threads` is the number of CPU threads of the whole process (default: torch's). With the `key` of a model
    that was met before, its server is not asked before the first text.
    """
    if isinstance(settings.model, ModelServer):
        from indexer.embedding.remote import RemoteEmbedder  # noqa: PLC0415 - as below

        return RemoteEmbedder(settings.model, layout.model_servers, key=key)
    from indexer.embedding.local import LocalEmbedder  # noqa: PLC0415 - torch takes seconds to import

    return LocalEmbedder(settings.model, device=settings.device, threads=threads, cache=layout.precision)


def local_model(settings: IndexSettings) -> str:
    """The name of a model that runs in this process. Raises `ModelError` for one on a server."""
    if isinstance(settings.model, ModelServer):
        raise ModelError(
            f"`index.model` names the server {settings.model.url}: only a model of this machine can be "
            "measured here; name the bundled model (all-MiniLM-L6-v2), a folder or a hub name"
        )
    return settings.model
