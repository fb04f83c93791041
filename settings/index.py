"""`index`: the embedding model, the chunks, the vector index."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Self

from pydantic import AfterValidator, Field, WithJsonSchema, model_validator

from settings.secrets import Secret
from settings.section import Count, LocalPath, Positive, Section
from settings.services import EmbeddingModel
from settings.urls import HttpUrl


class Backend(StrEnum):
    """What holds the vectors."""

    FAISS = "faiss"
    MILVUS = "milvus"


def _device(name: str) -> str:
    kind, colon, number = name.partition(":")
    if name in ("auto", "cpu", "cuda") or (kind == "cuda" and colon and number.isdecimal()):
        return name
    raise ValueError("must be auto, cpu, cuda or cuda:0")


Device = Annotated[
    str, AfterValidator(_device), WithJsonSchema({"type": "string", "pattern": "^(auto|cpu|cuda(:[0-9]+)?)$"})
]


class ChunkSettings(Section):
    """How documents are cut into passages."""

    tokens: Annotated[Positive, Field(ge=32, le=8192)] = 200
    """The most tokens of the model in one chunk."""
    overlap: Count = 30
    """Tokens that two neighbouring chunks share; fewer than `tokens`."""

    @model_validator(mode="after")
    def _overlap_is_smaller(self) -> Self:
        if self.overlap >= self.tokens:
            raise ValueError("must have an `overlap` smaller than `tokens`")
        return self


class MilvusSettings(Section):
    """A Milvus server, for `backend: milvus`."""

    uri: HttpUrl = Field(examples=["http://milvus.example.com:19530"])
    """Where it listens."""
    token: Secret | None = None
    """Its token (`user:password` works too)."""


class GateSettings(Section):
    """A build that answers worse than this is not published; a served index that does is told of."""

    queries: LocalPath = Field(examples=["golden.jsonl"])
    """Judged queries, as `indexer eval` reads them."""
    ndcg_at_10: Annotated[float, Field(ge=0, le=1)]
    """The lowest nDCG@10 that is good enough."""


class IndexSettings(Section):
    """What is derived from the catalog: it can be rebuilt at any time."""

    model: EmbeddingModel = Field(
        default="all-MiniLM-L6-v2", examples=["./models/bge-small-en-v1.5", "intfloat/multilingual-e5-small"]
    )
    """The embedding model: the bundled one, a folder (written `./…`), a hub name, or a server."""
    device: Device = "auto"
    """Where it runs: auto, cpu, cuda, cuda:0."""
    backend: Backend = Backend.FAISS
    """What holds the vectors."""
    milvus: MilvusSettings | None = None
    """The server for `backend: milvus`."""
    chunk: ChunkSettings = ChunkSettings()
    """How documents are cut into passages."""
    gate: GateSettings | None = None
    """The quality below which no build is published; null: none."""
