"""The commands of `indexer`."""
