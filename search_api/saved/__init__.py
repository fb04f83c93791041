"""Saved searches: a webhook is told when a matching document appears or changes."""
