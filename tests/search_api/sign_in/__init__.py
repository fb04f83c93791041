"""Signing in on the page: with providers that behave, and with ones that do not."""
