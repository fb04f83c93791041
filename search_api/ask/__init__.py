"""Answers written by language models from passages, and checked against them."""
