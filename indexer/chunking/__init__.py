"""Documents cut into passages that follow headings and sentences and fit the model's window."""

from indexer.chunking.chunker import Chunk, Chunking, chunk_document, chunk_documents

__all__ = ["Chunk", "Chunking", "chunk_document", "chunk_documents"]
