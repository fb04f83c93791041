"""A sync: runs the frontier, the fetchers, the parsers and the writer until nothing is left to ask."""
