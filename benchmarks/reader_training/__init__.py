"""Teaching the bundled embedding model to read: where `indexer/reading/reader.safetensors` comes from."""
