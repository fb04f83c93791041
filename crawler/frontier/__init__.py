"""Whose turn is it: per-host queues over the ledger, each at its host's pace."""
