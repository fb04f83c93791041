"""Tests of the HTTP service and its page."""
