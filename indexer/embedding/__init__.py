"""Texts into vectors: the models, their precision, and the store that keeps every embedding once."""
