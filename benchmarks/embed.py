"""Chunks per second of the whole indexer, beside plain `SentenceTransformer.encode` in float32.

Ours: pending documents of a catalog, chunked, embedded, kept, published in both indexes and marked. The
peer only embeds the very same texts. Pages are drawn by a fixed seed from the manuals of PostgreSQL, Python
and Apache httpd, as many chunks from each (or made where those are not installed), and read by our own
extractor beforehand; both models are loaded beforehand, too, and ours is calibrated.
"""

from __future__ import annotations

import argparse
import random
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Final

from tokenizers import Tokenizer

from benchmarks.report import Figure, alternate, print_figure
from catalog.connectors import connector_id
from catalog.content import pack_blocks
from catalog.database import open_catalog
from catalog.document import Block, BlockKind, Document, DocumentKind, document_id
from catalog.recording import save_documents
from catalog.visit import DocumentDraft
from catalog.vocabulary import PUBLIC
from extract.page import Page
from extract.read import read
from extract.rules import compile_rules
from indexer.chunking import Chunking, chunk_documents
from indexer.embedding.bundled import bundled_model
from indexer.embedding.devices import CPU_THREADS, torch_threads
from indexer.embedding.local import LocalEmbedder
from indexer.pipeline import Pipeline
from settings.configuration import Settings

MANUAL: Final = Path("/usr/share/doc/postgresql-doc-15/html")
MANUALS: Final = (
    MANUAL,
    Path("/usr/share/doc/python3-doc/html"),
    Path("/usr/share/doc/apache2-doc/manual/en"),
)
SEED: Final = 11
CONNECTOR: Final = "manual"


def main() -> None:
    """Measure both in turn and print the figure."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.embed", description=__doc__)
    parser.add_argument("--chunks", type=int, default=750, help="how many, from all manuals together")
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args()
    embedder = LocalEmbedder(device="cpu")
    documents, texts = drawn(arguments.chunks, embedder.tokenizer)
    compared = alternate(lambda: ours(documents, embedder, len(texts)), peer(texts), rounds=arguments.rounds)
    print(f"{len(documents)} pages, {len(texts)} chunks, {embedder.precision}; runs {compared}")
    print_figure(
        Figure("embed", compared.ours, "chunks/s", "SentenceTransformer.encode float32", compared.peer)
    )


def drawn(chunks: int, tokenizer: Tokenizer) -> tuple[list[Document], list[str]]:
    """Pages with about so many chunks, and the texts of those that the model reads."""
    manuals = [manual for manual in MANUALS if manual.is_dir()]
    sources = [_pages(manual) for manual in manuals] or [iter(made_pages(chunks))]
    documents: list[Document] = []
    texts: list[str] = []
    for source in sources:
        left = chunks // len(sources)
        for page in source:
            (found,) = chunk_documents([page], tokenizer, Chunking())
            if 0 < len(found) <= left:  # a page of hundreds would leave no room for others
                documents.append(page)
                texts.extend(chunk.embedded_text for chunk in found)
                left -= len(found)
            if left <= 0:
                break
    return documents, texts


def ours(documents: list[Document], embedder: LocalEmbedder, chunks: int) -> float:
    """Chunks per second of the pipeline over a fresh catalog."""
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings.model_validate(
            {
                "version": 1,
                "store": {"database": f"sqlite:///{folder}/catalog.db", "directory": folder},
                "connectors": [{"name": CONNECTOR, "seeds": ["https://manual.example/"]}],
            }
        )
        catalog = open_catalog(settings.store.database, settings.store.directory)
        with catalog.write() as connection:
            drafts = [draft(document) for document in documents]
            connector = connector_id(connection, CONNECTOR)
            save_documents(connection, connector, 1, drafts, now=datetime.now(UTC))
        started = time.perf_counter()
        with Pipeline(catalog, settings, embedder=embedder) as pipeline:
            done = pipeline.run_once()
        seconds = time.perf_counter() - started
        catalog.close()
    assert done.chunks == chunks, f"{done.chunks} of {chunks} chunks"
    return chunks / seconds


def peer(texts: list[str]) -> Callable[[], float]:
    """Measures chunks per second of sentence-transformers as everybody calls it, on all CPU threads."""
    from sentence_transformers import SentenceTransformer

    model = SentenceTransformer(str(bundled_model()), device="cpu")

    def run() -> float:
        started = time.perf_counter()
        with torch_threads(CPU_THREADS):
            model.encode(texts, show_progress_bar=False)
        return len(texts) / (time.perf_counter() - started)

    return run


def manual_pages(count: int) -> list[Document]:
    """Pages of PostgreSQL's manual, read by our extractor."""
    return list(islice(_pages(MANUAL), count))


def _pages(manual: Path) -> Iterator[Document]:
    files = sorted(manual.rglob("*.html"))
    random.Random(SEED).shuffle(files)
    settings = Settings.model_validate(
        {"version": 1, "connectors": [{"name": CONNECTOR, "seeds": ["https://manual.example/"]}]}
    )
    rules = compile_rules(settings.connector(CONNECTOR), settings.fields)
    for file in files:
        url = f"https://manual.example/{manual.parts[4]}/{file.relative_to(manual)}"
        page = read(file.read_bytes(), url=url, headers={"content-type": "text/html"}, rules=rules)
        if isinstance(page, Page):
            yield document(url, page.title, page.blocks)


def made_pages(count: int) -> list[Document]:
    """Pages of sentences made of common words, with a heading every few paragraphs."""
    chance = random.Random(SEED)
    words = ("index", "table", "query", "row", "server", "client", "value", "page", "user", "file", "column")

    def paragraph() -> Block:
        sentences = (" ".join(chance.choices(words, k=14)).capitalize() + "." for _ in range(6))
        return Block(BlockKind.PARAGRAPH, " ".join(sentences))

    return [
        document(
            f"https://manual.example/{number}",
            f"Page {number}",
            tuple(
                block
                for section in range(4)
                for block in (Block(BlockKind.HEADING, f"Section {section}", 2), paragraph(), paragraph())
            ),
        )
        for number in range(count)
    ]


def document(url: str, title: str, blocks: tuple[Block, ...]) -> Document:
    """A public document."""
    return Document(
        id=document_id(CONNECTOR, url),
        connector=CONNECTOR,
        url=url,
        kind=DocumentKind.PAGE,
        version=1,
        title=title,
        language="en",
        fields={},
        blocks=blocks,
        access_id=PUBLIC,
        fetched_at=datetime.now(UTC),
    )


def draft(document: Document) -> DocumentDraft:
    """The document as the crawler hands it to the catalog."""
    return DocumentDraft(
        id=document.id,
        url_id=1,
        url=document.url,
        kind=document.kind.value,
        title=document.title,
        language=document.language,
        fields={},
        content=pack_blocks(document.blocks),
        content_hash=bytes.fromhex(document.id),
        access_id=document.access_id,
    )


if __name__ == "__main__":
    main()
