"""Many documents are cut in processes of their own, into the very chunks that one process makes of them."""

from __future__ import annotations

import os
import pickle
import signal
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from tokenizers import Tokenizer

from catalog.content import PackedBlocks, pack_blocks
from catalog.document import Block, BlockKind, Document, DocumentKind
from indexer.chunkers import LEAST_DOCUMENTS, Chunkers, ChunkingError
from indexer.chunking import Chunking
from indexer.embedding.embedder import Tokenising
from indexer.lexical.texts import PreparedText
from tests.indexer.pipeline.support import WordEmbedder


def documents() -> list[Document]:
    def blocks(number: int) -> PackedBlocks:
        text = f"Call getUserById({number}) or see max_connections. " * 9
        heading = Block(BlockKind.HEADING, "Names", 1)
        return PackedBlocks(pack_blocks([heading, Block(BlockKind.PARAGRAPH, text)]))

    return [
        Document(
            id=f"{number:032x}",
            connector="intranet",
            url=f"https://intranet.example/{number}",
            kind=DocumentKind.PAGE,
            version=1,
            title="A page",
            language="en",
            fields={},
            blocks=blocks(number),
            access_id=1,
            fetched_at=datetime.now(UTC),
        )
        for number in range(LEAST_DOCUMENTS)
    ]


@pytest.fixture(scope="module")
def chunkers() -> Iterator[Chunkers]:
    chunkers = Chunkers(WordEmbedder().tokenizer, Chunking(tokens=40, overlap=8), processes=1)
    yield chunkers
    chunkers.close()


def test_processes_cut_the_very_chunks_and_make_their_words_ready(chunkers: Chunkers) -> None:
    here = Chunkers(WordEmbedder().tokenizer, Chunking(tokens=40, overlap=8), processes=0)
    there = chunkers.chunk(documents())
    assert [each.chunks for each in there] == [each.chunks for each in here.chunk(documents())]
    assert len(there[0].chunks) > 1
    texts = [chunk.text for each in there for chunk in each.chunks]
    bodies = {text: body for each in there for text, body in each.bodies.items()}
    assert bodies == {text: PreparedText.of(text, "en") for text in texts}


def test_processes_make_the_tokens_that_the_model_would_of_prompt_and_text() -> None:
    cutting = Tokenizer.from_str(WordEmbedder().tokenizer.to_str())
    cutting.enable_truncation(30)
    how = Tokenising(cutting.to_str(), "passage: ")
    chunkers = Chunkers(WordEmbedder().tokenizer, Chunking(tokens=40, overlap=8), 1, how)
    try:
        chunked = chunkers.chunk(documents())
    finally:
        chunkers.close()
    texts = [chunk.embedded_text for each in chunked for chunk in each.chunks]
    made = {text: ids.tolist() for each in chunked for text, ids in each.tokens.items()}
    assert made == {text: cutting.encode(f"passage: {text}").ids for text in texts}
    assert max(map(len, made.values())) == 30


def test_a_process_that_is_killed_is_told_and_the_next_batch_has_new_ones(chunkers: Chunkers) -> None:
    chunkers.chunk(documents())
    assert chunkers._pool is not None
    (process,) = chunkers._pool._processes
    os.kill(process, signal.SIGKILL)
    with pytest.raises(ChunkingError, match="was ended, by the system if it was short of memory"):
        chunkers.chunk(documents())
    assert len(chunkers.chunk(documents())) == LEAST_DOCUMENTS


def test_packed_blocks_are_a_sequence_of_blocks_and_stay_packed_on_their_way() -> None:
    blocks = (Block(BlockKind.PARAGRAPH, "One."), Block(BlockKind.PARAGRAPH, "Two."))
    packed = PackedBlocks(pack_blocks(blocks))
    there = pickle.loads(pickle.dumps(packed))
    assert packed == blocks
    assert blocks == there
    assert hash(packed) == hash(there)
    assert (packed[1], packed[:1], len(packed)) == (blocks[1], blocks[:1], 2)
    assert repr(packed) == repr(blocks)
