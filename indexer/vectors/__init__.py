"""The vector index: immutable segments, a manifest that names them, and who may see each row."""
