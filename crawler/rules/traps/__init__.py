"""Endless patterns of addresses (calendars, facets, growing paths, session ids) are found and refused."""
