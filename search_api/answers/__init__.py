"""Answers cut out of what was found."""
