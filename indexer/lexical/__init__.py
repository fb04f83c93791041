"""The lexical index: BM25 over passages and documents, embedded by tantivy."""
