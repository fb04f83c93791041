"""What there is in the indexes, read without loading a model."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from catalog.database import Catalog
from catalog.documents import chunk_count, document_count, pending_count
from catalog.embeddings import embedding_count
from indexer.layout import IndexLayout
from indexer.lock import current_holder
from indexer.serving import read_served
from indexer.vectors.manifest import manifest_file
from indexer.vectors.reader import VectorReader
from settings.configuration import Settings
from settings.services import ModelServer


@dataclass(frozen=True, slots=True)
class ModelStatus:
    """The vectors of one model. `rows` counts tombstones, `live` does not; `faults` are sentences."""

    model: str
    dimension: int
    segments: int
    rows: int
    live: int
    bytes: int
    faults: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class IndexStatus:
    """Everything about the indexes at a glance. `writer` is the process that writes them now."""

    configured_model: str
    documents: int
    chunks: int
    embeddings: int
    pending: int
    lexical_bytes: int
    models: tuple[ModelStatus, ...]
    writer: str | None


def inspect(catalog: Catalog, settings: Settings) -> IndexStatus:
    """Look at catalog and files; reads every vector once, to check it."""
    layout = IndexLayout(settings.store.directory)
    model = settings.index.model
    served = read_served(layout)
    is_there = served is not None and manifest_file(served.vectors).exists()
    with catalog.read() as connection:
        return IndexStatus(
            configured_model=model.name if isinstance(model, ModelServer) else model,
            documents=document_count(connection),
            chunks=chunk_count(connection),
            embeddings=embedding_count(connection),
            pending=pending_count(connection),
            lexical_bytes=0 if served is None else _size(served.lexical),
            models=(_model(served.vectors),) if served is not None and is_there else (),
            writer=current_holder(layout.lock),
        )


def _model(folder: Path) -> ModelStatus:
    reader = VectorReader.open(folder)
    assert reader.manifest is not None, "its file exists"
    reader.check()
    return ModelStatus(
        model=reader.manifest.model,
        dimension=reader.manifest.dimension,
        segments=len(reader.manifest.segments),
        rows=reader.manifest.rows,
        live=reader.live,
        bytes=_size(folder),
        faults=reader.faults,
    )


def _size(folder: Path) -> int:
    """Bytes of all files below a folder."""
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
