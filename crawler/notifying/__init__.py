"""Telling other programs and people how a run ended (`sync.notify`)."""
